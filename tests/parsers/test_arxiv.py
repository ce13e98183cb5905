"""arXiv's feeds, lists and answers of its API, of our own making."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from tests.parsers.feeds import DAY, arxiv_api, arxiv_atom, arxiv_list, arxiv_rss, rss
from tests.parsers.pages import login_page, make_page, sample_papers
from tests.sources import make_source
from watcher.model import Reading, Source, Unreadable
from watcher.parsers import PARSERS

PARSER = PARSERS["arxiv"]
PAPERS = sample_papers(5)
API = "https://export.arxiv.org/api/query?search_query=cat%3Acs.XX&max_results=5&start=0"


def source(**keys: object) -> Source:
    return make_source(name="arxiv", kind="arxiv", **{"categories": ("cs.XX",), **keys})


def read(body: bytes, url: str = "", **keys: object) -> Reading:
    parsed = PARSER.parse(body, url, source(**keys))
    assert isinstance(parsed, Reading), parsed
    return parsed


def reason(body: bytes, url: str = "") -> str:
    parsed = PARSER.parse(body, url, source())
    assert isinstance(parsed, Unreadable)
    return parsed.reason


@pytest.mark.parametrize("body", [arxiv_rss(PAPERS), arxiv_atom(PAPERS), arxiv_list({"New submissions": PAPERS})])
def test_an_announcement_in_each_form(body: bytes) -> None:
    reading = read(body)
    assert (reading.whole, reading.warnings, reading.day) == (True, (), None)
    for entry, paper in zip(reading.entries, PAPERS, strict=True):
        assert entry.keys == (f"arxiv:{paper['id']}",)
        assert (entry.title, entry.abstract) == (paper["title"], paper["abstract"])
        assert entry.authors == tuple(paper["authors"])
        assert (entry.arxiv_id, entry.url) == (paper["id"], f"https://arxiv.org/abs/{paper['id']}")
        assert (entry.listed, entry.published) == (DAY, None)
        assert entry.version in (1, 3)
        assert entry.categories[0] == "cs.XX"


def test_an_answer_of_the_api() -> None:
    body = arxiv_api(PAPERS, comment="9 pages. Code: https://github.com/lab/pebbles.git, accepted")
    reading = read(body, API)
    assert (reading.day, reading.next, reading.whole) == (None, None, True)
    for entry, paper in zip(reading.entries, PAPERS, strict=True):
        assert (entry.keys, entry.version) == ((f"arxiv:{paper['id']}",), 2)
        assert entry.authors == tuple(paper["authors"])
        assert entry.published == datetime.fromisoformat(paper["published"])
        assert entry.listed == entry.published.date()
        assert entry.categories == ("cs.XX", "cs.YY")
        assert entry.code_url == "https://github.com/lab/pebbles"
        assert entry.note == "9 pages. Code: https://github.com/lab/pebbles.git, accepted"


def test_the_api_tells_cross_lists_by_the_first_category() -> None:
    body = arxiv_api(PAPERS)
    assert len(read(body, API, categories=("cs.XX",), announce=("new",)).entries) == 5
    assert len(read(body, API, categories=("cs",), announce=("new",)).entries) == 5
    assert len(read(body, API, categories=("cs.YY",), announce=("new",)).entries) == 0
    assert len(read(body, API, categories=("cs.YY",), announce=("cross",)).entries) == 5
    assert len(read(body, API, categories=("cs.YY",)).entries) == 5


def test_what_was_missed_is_searched_for() -> None:
    since, now = datetime(2026, 4, 20, 12, tzinfo=UTC), datetime(2026, 4, 27, 6, 30, tzinfo=UTC)
    assert PARSER.missed
    (url,) = PARSER.missed(source(categories=("cs", "hep-th")), since, now)
    assert "cat%3Acs.%2A+OR+cat%3Ahep-th" in url
    assert "submittedDate%3A%5B202604131200+TO+202604270630%5D" in url
    assert PARSER.missed(source(via="api"), since, now) == PARSER.missed(source(url="http://x"), since, now) == ()


def test_what_was_missed_for_long_is_searched_for_some_weeks_at_a_time() -> None:
    since, now = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
    assert PARSER.missed
    urls = PARSER.missed(source(via="listing"), since, now)
    spans = [re.findall(r"\d{12}", url) for url in urls]
    assert [span[0] for span in spans[1:]] == [span[1] for span in spans[:-1]]
    assert (spans[0][0], spans[-1][1], len(spans)) == ("202512250000", "202604010000", 4)


def test_the_api_is_read_page_by_page() -> None:
    first = read(arxiv_api(PAPERS, total=12), API)
    assert first.next == API.replace("start=0", "start=5")
    assert read(arxiv_api(PAPERS, start=5, total=12), str(first.next)).next == API.replace("start=0", "start=10")
    assert read(arxiv_api(PAPERS[:2], start=10, total=12), API).next is None
    assert read(arxiv_api(PAPERS, total=12), "").next is None
    assert read(arxiv_api([], total=0), API).entries == ()


def test_names_with_a_comma_are_one_name() -> None:
    paper = PAPERS[0] | {"authors": ["Ada Amberg, Jr.", "Bao Brisk (Kilns, Tidewater)", "Chiara Corvin"]}
    assert read(arxiv_rss([paper])).entries[0].authors == ("Ada Amberg, Jr.", "Bao Brisk", "Chiara Corvin")
    assert read(arxiv_api([paper]), API).entries[0].authors[0] == "Ada Amberg, Jr."


KINDS = ("new", "cross", "replace", "replace-cross", "hitherto-unknown")


@pytest.mark.parametrize(
    ("announce", "expected"),
    [
        ((), {"new", "cross", "hitherto-unknown"}),
        (("new",), {"new", "hitherto-unknown"}),
        (("replace",), {"replace", "replace-cross", "hitherto-unknown"}),
        (("new", "cross", "replace"), set(KINDS)),
    ],
)
def test_which_announcements_count(announce: tuple[str, ...], expected: set[str]) -> None:
    of_kind = dict(zip((f"arxiv:{paper['id']}" for paper in PAPERS), KINDS, strict=True))
    reading = read(arxiv_rss(PAPERS, kinds=KINDS), announce=announce)
    assert {of_kind[entry.keys[0]] for entry in reading.entries} == expected


def test_sections_of_a_list_are_kinds_of_announcements() -> None:
    sections = {"New submissions": PAPERS[:1], "Cross submissions": PAPERS[1:2], "Replacement submissions": PAPERS[2:]}
    page = arxiv_list(sections)
    assert len(read(page).entries) == 2
    assert len(read(page, announce=("cross",)).entries) == 1
    assert len(read(page, announce=("replace",)).entries) == 3
    (entry,) = read(page, announce=("new",)).entries
    assert entry.categories == ("cs.XX", "q-bio.YY")
    assert entry.version == 3
    assert entry.code_url == PAPERS[0]["code_url"]
    assert entry.note == f"9 pages, {PAPERS[0]['code_url']}"


def test_what_a_feed_of_several_categories_repeats_is_one_paper() -> None:
    reading = read(arxiv_rss([*PAPERS, PAPERS[0]]))
    assert [entry.arxiv_id for entry in reading.entries] == [paper["id"] for paper in PAPERS]


@pytest.mark.parametrize(
    "body",
    [
        arxiv_rss([]),
        arxiv_atom([]),
        arxiv_api([]),
        arxiv_list({}, total=0),
        b"<!DOCTYPE html><html><title>cs.XX</title><body><p>No updates today.</p></body></html>",
    ],
)
def test_weekends_and_holidays_are_quiet(body: bytes) -> None:
    reading = read(body)
    assert (reading.entries, reading.whole, reading.warnings) == ((), True, ())


def test_recent_lists_have_a_section_for_each_day_and_no_abstracts() -> None:
    bare = [paper | {"abstract": ""} for paper in PAPERS]
    body = arxiv_list({"Mon, 27 Apr 2026": bare[:2], "Fri, 24 Apr 2026": bare[2:]}).replace(b"Showing new", b"Recent")
    reading = read(body)
    assert [entry.listed for entry in reading.entries] == [DAY] * 2 + [date(2026, 4, 24)] * 3
    assert (reading.whole, reading.warnings) == (False, ("5 of 5 papers have no abstract",))


def test_a_list_longer_than_its_page_goes_on() -> None:
    body = arxiv_list({"New submissions": PAPERS}, total=7)
    url = "https://arxiv.org/list/cs.XX/new"
    assert read(body, url).next == f"{url}?skip=5&show=7"
    assert read(body, f"{url}?skip=5&show=7").next is None
    assert read(body).warnings == ("the first 5 of 7 papers of the list",)


def cut_pages() -> Iterator[bytes]:
    for body in (arxiv_rss(PAPERS), arxiv_atom(PAPERS), arxiv_api(PAPERS), arxiv_list({"New submissions": PAPERS})):
        yield body[: body.index(PAPERS[3]["title"].encode()) + 10]


@pytest.mark.parametrize("body", list(cut_pages()))
def test_a_cut_page_gives_its_whole_entries_and_says_so(body: bytes) -> None:
    reading = read(body)
    assert [entry.arxiv_id for entry in reading.entries] == [paper["id"] for paper in PAPERS[:3]]
    assert all(entry.abstract and entry.authors for entry in reading.entries)
    assert not reading.whole
    assert reading.warnings == ("the page is cut off after 3 whole entries",)


def test_without_abstracts_it_is_not_whole() -> None:
    bare = [paper | {"abstract": ""} for paper in PAPERS]
    assert not read(arxiv_rss(bare)).whole
    some = read(arxiv_rss([*bare[:1], *PAPERS[1:]]))
    assert (some.whole, some.warnings) == (True, ("1 of 5 papers have no abstract",))


ERROR = (
    b'<feed xmlns="http://www.w3.org/2005/Atom"><id>https://arxiv.org/api/x</id><entry>'
    b"<id>http://arxiv.org/api/errors#incorrect_id</id><title>Error</title><summary>incorrect id</summary></entry>"
    b"</feed>"
)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", "the page is empty"),
        (ERROR, "arXiv's API answers with an error: incorrect id"),
        (arxiv_api([], total=9), "says that there are 9 results and gives none"),
        (login_page(), "looked for arXiv's list of papers (<dl id='articles'>), found a login page"),
        (make_page(DAY, PAPERS), 'found a page titled "Daily Papers - Hugging Face"'),
        (arxiv_list({"New submissions": PAPERS}).partition(b"<dt>")[0], "cut off before the end of its first paper"),
        (rss(["<title>x</title>"]), 'looked for arXiv\'s feed, found one titled "Lab"'),
        (arxiv_rss(PAPERS).replace(b"</item>", b"</itm>"), "not well-formed"),
        (arxiv_rss([PAPERS[0] | {"title": ""}]), "1 of 1 entries have no arXiv id or no title"),
        (b"%PDF-1.7", "looked for a feed, found a PDF"),
        (b"[]", 'looked for arXiv\'s feed, found JSON: "[]"'),
    ],
)
def test_anything_else_is_broken_and_says_why(body: bytes, expected: str) -> None:
    assert expected in reason(body)


def test_old_forms() -> None:
    item = (
        "<title>Of Pebbles. (arXiv:2301.00001v2 [cs.XX] UPDATED)</title><link>http://arxiv.org/abs/2301.00001</link>"
        "<description>&lt;p&gt;Stones.&lt;/p&gt;</description>"
        '<guid isPermaLink="false">oai:arXiv.org:math/0601001v2</guid>'
    )
    (entry,) = read(rss([item], head="<title>cs.XX updates on arXiv.org</title>")).entries
    assert (entry.title, entry.arxiv_id, entry.version) == ("Of Pebbles", "math/0601001", 2)


def test_where_it_is_read() -> None:
    day = date(2026, 4, 27)

    def starts(**keys: object) -> tuple[str, ...]:
        return PARSER.starts(source(**keys), day)

    two = ("cs.XX", "q-bio.YY")
    assert starts(categories=two) == ("https://rss.arxiv.org/rss/cs.XX+q-bio.YY",)
    assert starts(categories=two, via="listing") == (
        "https://arxiv.org/list/cs.XX/new",
        "https://arxiv.org/list/q-bio.YY/new",
    )
    (url,) = starts(categories=two, via="api", query='all:"tide pools"')
    assert url.startswith("https://export.arxiv.org/api/query?")
    assert "search_query=%28all%3A%22tide+pools%22%29+AND+%28cat%3Acs.XX+OR+cat%3Aq-bio.YY%29" in url
    assert "start=0" in url and "sortOrder=descending" in url
    assert starts(url="http://localhost/feed") == ("http://localhost/feed",)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({}, []),
        ({"categories": ("cs.XX", "cond-mat.mtrl-sci", "hep-th", "q-bio.YY")}, []),
        ({"categories": (), "via": "api", "query": "all:kiln"}, []),
        ({"categories": ()}, ["categories"]),
        ({"categories": ("cs XX",)}, ["categories"]),
        ({"announce": ("news",)}, ["announce"]),
        ({"announce": ("new",), "via": "api"}, []),
        ({"announce": ("new", "replace"), "via": "api"}, ["announce"]),
        ({"announce": ("new",), "via": "api", "categories": (), "query": "all:kiln"}, ["announce"]),
        ({"query": "all:kiln"}, ["query"]),
        ({"via": "oai"}, ["via"]),
    ],
)
def test_what_is_wrong_with_a_source(keys: dict[str, object], expected: list[str]) -> None:
    mistakes = list(PARSER.check(source(**keys)))
    assert [mistake.key for mistake in mistakes if not mistake.warning] == expected
    assert all(mistake.what and mistake.hint for mistake in mistakes)


@pytest.mark.parametrize(
    ("category", "meant"),
    [
        ("cs.cl", "write cs.CL"),
        ("machine-learning", ""),
        ("cs.XX", ""),
        ("math.PH", ""),
        ("quant-phy", ""),
    ],
)
def test_a_category_that_arxiv_may_have_by_now_is_warned_of(category: str, meant: str) -> None:
    (said,) = PARSER.check(source(categories=("cs.LG", category)))
    assert (said.item, said.warning) == (1, "unknown-category")
    assert meant in said.hint and category in said.what


@pytest.mark.parametrize("category", ["cs", "cs.LG", "cond-mat.mtrl-sci", "quant-ph", "physics.ao-ph", "q-fin"])
def test_a_category_of_arxiv_is_right(category: str) -> None:
    assert not list(PARSER.check(source(categories=(category,))))


def test_an_instant_is_in_utc() -> None:
    (entry,) = read(arxiv_api(PAPERS[:1]), API).entries
    assert entry.published is not None and entry.published.tzinfo is UTC


@pytest.mark.parametrize(
    ("first", "wanted"),
    [
        *(("eess.SY", "cs.SY"), ("cs.SY", "eess.SY"), ("math.MP", "math-ph"), ("cs.NA", "math.NA"), ("math.NA", "cs")),
        *(("stat.TH", "math.ST"), ("math.IT", "cs.IT"), ("q-fin.EC", "econ.GN"), ("econ.GN", "q-fin")),
    ],
)
def test_a_category_of_two_names_is_one(first: str, wanted: str) -> None:
    """Own papers are announced as such, not as cross-lists, whichever name they bear first."""
    page = arxiv_api(PAPERS).replace(b"cs.XX", first.encode())
    for announce, count in (("new", 5), ("cross", 0)):
        assert len(read(page, API, categories=(wanted,), announce=(announce,)).entries) == count


def test_other_categories_of_an_archive_stay_others() -> None:
    page = arxiv_api(PAPERS).replace(b"cs.XX", b"cs.SE")
    assert len(read(page, API, categories=("eess.SY",), announce=("new",)).entries) == 0
