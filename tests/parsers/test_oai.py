"""Repositories by OAI-PMH: records in three forms, deleted ones, tokens, errors; of our own making."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.parsers import repositories as made
from tests.parsers.feeds import rss
from tests.parsers.pages import login_page
from tests.sources import make_source
from watcher.model import ACCEPTED, ARTICLE, PUBLISHED, Entry, OtherForm, Reading, Source, Unreadable
from watcher.parsers import PARSERS, recognise
from watcher.store.papers.withdrawals import is_withdrawn

BASE = "https://repository.example/oai"
SOURCE = make_source(name="x", kind="oai", url=BASE)
URL = f"{BASE}?verb=ListRecords&metadataPrefix=oai_dc&from=2026-03-05"


def parsed(body: bytes, url: str = URL, source: Source = SOURCE) -> Reading | Unreadable:
    return PARSERS["oai"].parse(body, url, source)


def reading(body: bytes, url: str = URL) -> Reading:
    found = parsed(body, url)
    assert isinstance(found, Reading), found
    return found


def only(record: str) -> Entry:
    (entry,) = reading(made.records([record]), f"{BASE}?verb=ListRecords").entries
    return entry


# --- where it is read ---


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({}, ["verb=ListRecords&metadataPrefix=oai_dc&from=2026-03-05"]),
        ({"look_back": 7, "metadata": "arXiv"}, ["verb=ListRecords&metadataPrefix=arXiv&from=2026-03-01"]),
        (
            {"set": ("cs:cs:CL", "math")},
            [f"verb=ListRecords&metadataPrefix=oai_dc&set={one}&from=2026-03-05" for one in ("cs:cs:CL", "math")],
        ),
        ({"url": f"{BASE}?key=${{KEY}}"}, ["verb=ListRecords&metadataPrefix=oai_dc&from=2026-03-05&key=${KEY}"]),
    ],
)
def test_each_look_asks_for_what_was_changed_in_the_last_days(keys: dict[str, Any], expected: list[str]) -> None:
    source = make_source(name="x", kind="oai", **({"url": BASE} | keys))
    assert list(PARSERS["oai"].starts(source, made.DAY)) == [f"{BASE}?{query}" for query in expected]


def test_a_list_is_known_by_its_request_without_the_day() -> None:
    known_as = PARSERS["oai"].known_as
    assert known_as(SOURCE, URL) == f"{BASE}?verb=ListRecords&metadataPrefix=oai_dc"
    assert known_as(SOURCE, f"{URL}&until=2026-03-12") == f"{URL}&until=2026-03-12"


def test_what_an_outage_missed_is_asked_for_week_by_week() -> None:
    missed, now = PARSERS["oai"].missed, datetime(2026, 3, 9, 12, tzinfo=UTC)
    assert missed is not None
    assert missed(SOURCE, datetime(2026, 3, 7, tzinfo=UTC), now) == ()
    asked = missed(SOURCE, datetime(2026, 2, 25, 7, tzinfo=UTC), now)
    spans = ["from=2026-02-24&until=2026-03-03", "from=2026-03-03&until=2026-03-09"]
    assert [url.partition("oai_dc&")[2] for url in asked] == spans


def test_lists_of_several_sets_have_names() -> None:
    source = make_source(name="x", kind="oai", url=BASE, set=("cs:cs:CL", "math"))
    first, _ = PARSERS["oai"].starts(source, made.DAY)
    assert PARSERS["oai"].called(source, first) == "cs:cs:CL"
    assert PARSERS["oai"].called(SOURCE, URL) == ""


# --- records ---


def test_a_record_in_dublin_core() -> None:
    entry = only(made.thesis(7))
    assert entry.title == "Slow Kilns, part 7"
    assert entry.keys == ("id:oai:repository.example:2000/7", "url:http://hdl.handle.net/2000/7")
    assert (entry.url, entry.abstract) == ("http://hdl.handle.net/2000/7", made.ABSTRACT)
    assert entry.authors == ("Ada B. Amberg", "Bo Brisk")
    assert (entry.keywords, entry.categories) == (("Kilns", "slow fire"), ("doctoralThesis",))
    assert (entry.listed, entry.published) == (made.DAY, datetime(2026, 3, 8, tzinfo=UTC))
    assert (entry.note, entry.venue, entry.doi, entry.is_follow_up) == (None, None, None, False)


@pytest.mark.parametrize(
    ("identifiers", "keys", "url"),
    [
        (
            ("10.5555/KILNS.7",),
            ("doi:10.5555/kilns.7", "id:oai:repository.example:2000/7"),
            "https://doi.org/10.5555/kilns.7",
        ),
        (
            ("https://doi.org/10.5555/kilns.7",),
            ("doi:10.5555/kilns.7", "id:oai:repository.example:2000/7"),
            "https://doi.org/10.5555/kilns.7",
        ),
        (
            ("doi:10.5555/kilns.7", "ISBN 0-00", "J. Kilns 3, 1-9"),
            ("doi:10.5555/kilns.7", "id:oai:repository.example:2000/7"),
            "https://doi.org/10.5555/kilns.7",
        ),
        (("http://arxiv.org/abs/2603.01234",), ("arxiv:2603.01234",), "https://arxiv.org/abs/2603.01234"),
        ((), ("id:oai:repository.example:2000/7",), None),
    ],
)
def test_what_a_record_is_known_by(identifiers: tuple[str, ...], keys: tuple[str, ...], url: str | None) -> None:
    entry = only(made.thesis(7, identifiers=identifiers))
    assert (entry.keys, entry.url) == (keys, url)


def test_an_identifier_of_a_repository_alone_is_known_within_it() -> None:
    entry = only(made.record("7", made.dublin_core(7)))
    assert entry.keys == ("id:repository.example:7",)


def test_where_it_appeared_and_what_its_authors_remark() -> None:
    more = "<dc:source>Journal of Kilns, 3(2)</dc:source><dc:description>Comments: 9 pages</dc:description>"
    entry = only(made.thesis(7, more=more))
    assert (entry.venue, entry.note, entry.abstract) == ("Journal of Kilns, 3(2)", "9 pages", made.ABSTRACT)


def test_a_record_of_arxiv_in_dublin_core() -> None:
    metadata = made.dublin_core(7, identifiers=("http://arxiv.org/abs/2603.01234", "doi:10.5555/kilns.7"))
    entry = only(made.record("oai:arXiv.org:2603.01234", metadata, sets=("cs:cs:LG", "physics:hep-ex")))
    assert (entry.keys, entry.forms) == (("arxiv:2603.01234",), (OtherForm("doi:10.5555/kilns.7", ARTICLE),))
    assert (entry.doi, entry.stage) == ("10.5555/kilns.7", PUBLISHED)
    assert entry.categories == ("cs.LG", "hep-ex")


def test_a_record_of_arxiv_in_its_own_form() -> None:
    entry = only(made.arxiv("2603.01234"))
    assert (entry.title, entry.abstract) == ("Slow Kilns: Of 2603.01234", made.ABSTRACT)
    assert (entry.keys, entry.arxiv_id) == (("arxiv:2603.01234",), "2603.01234")
    assert (entry.forms, entry.stage) == ((), ACCEPTED)
    assert entry.authors == ("Ada B. Amberg", "Bo Brisk Jr.")
    assert (entry.organization, entry.categories) == ("Institute of Kilns", ("cs.LG", "stat.ML"))
    assert (entry.note, entry.venue) == (
        "9 pages; accepted at KILN 2026. Code: https://github.com/kilns/slow",
        "KILN 2026",
    )
    assert (entry.code_url, entry.url) == ("https://github.com/kilns/slow", "https://arxiv.org/abs/2603.01234")
    assert (entry.listed, entry.published) == (made.DAY, datetime(2026, 3, 7, tzinfo=UTC))


def test_a_record_of_arxiv_with_its_versions() -> None:
    entry = only(
        made.arxiv_raw("2603.01234", versions=("Sat, 7 Mar 2026 10:00:00 GMT", "Sun, 8 Mar 2026 10:00:00 GMT"))
    )
    assert (entry.version, entry.published) == (2, datetime(2026, 3, 7, 10, tzinfo=UTC))
    assert entry.keys == ("arxiv:2603.01234",)
    assert (entry.forms, entry.stage) == ((OtherForm("doi:10.5555/kilns.2603.01234", ARTICLE),), PUBLISHED)
    assert entry.authors == ("Ada B. Amberg", "Bo Brisk", "Cy Corvin")
    assert (entry.submitter, entry.venue) == ("Ada Amberg", "J. Kilns 3 (2026) 1-9")


@pytest.mark.parametrize(
    ("record", "is_follow_up"),
    [
        (made.arxiv("2603.01234"), False),
        (made.arxiv("2603.01234", created="2025-06-01"), False),  # held back for long, numbered when it was announced
        (made.arxiv("2602.01234", created="2026-02-27"), False),
        (made.arxiv("2602.01234", created="2026-02-01"), True),
        (made.arxiv("2602.01234", created="2026-02-01", day="2026-03-02"), False),
        (made.arxiv("math/0309136", created="2003-09-01"), True),
        (made.arxiv_raw("1901.00001", versions=("Tue, 1 Jan 2019 10:00:00 GMT", "Sun, 8 Mar 2026 10:00:00 GMT")), True),
        (
            made.record(
                "oai:arXiv.org:1901.00001",
                made.dublin_core(1, identifiers=("http://arxiv.org/abs/1901.00001",)).replace(
                    "2026-03-08", "2019-01-01"
                ),
            ),
            True,
        ),
        (made.thesis(7), False),
    ],
)
def test_of_arxiv_a_change_of_an_old_paper_is_no_new_one(record: str, is_follow_up: bool) -> None:
    assert only(record).is_follow_up is is_follow_up


@pytest.mark.parametrize(
    ("identifier", "key"),
    [
        ("oai:repository.example:2000/7", "id:oai:repository.example:2000/7"),
        ("oai:arXiv.org:2603.01234", "arxiv:2603.01234"),
    ],
)
def test_a_deleted_record_withdraws_its_paper(identifier: str, key: str) -> None:
    entry = only(made.record(identifier, ""))
    assert (entry.title, entry.keys, entry.is_follow_up, entry.is_removed) == ("", (key,), True, True)
    assert is_withdrawn({"title": "Slow Kilns", "note": entry.note, "abstract": ""})


def test_of_a_record_that_is_listed_twice_the_last_counts() -> None:
    entry = only(made.thesis(7) + made.thesis(7, title="Quick Kilns"))
    assert entry.title == "Quick Kilns"


# --- pages ---


def test_a_token_leads_to_the_next_page() -> None:
    found = reading(made.records([made.thesis(1)], "a b|2&amp;c", 431), f"{URL}&key=x")
    assert found.next == f"{BASE}?verb=ListRecords&resumptionToken=a+b%7C2%26c&key=x"
    assert (found.total, found.records, found.whole) == (431, 1, True)
    assert (
        reading(made.records([made.thesis(1)], "", 431, 430), f"{BASE}?verb=ListRecords&resumptionToken=t").next is None
    )


def test_a_page_without_a_token_is_the_whole_list() -> None:
    found = reading(made.records([made.thesis(1), made.record("oai:x:2", "")]))
    assert (found.next, found.total, found.records) == (None, 2, 2)


def test_nothing_new_is_quiet() -> None:
    found = reading(made.error("noRecordsMatch", "none"))
    assert (found.entries, found.next, found.total, found.whole) == ((), None, 0, True)


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("badResumptionToken", "badResumptionToken: expired); the rest of the list is asked for anew at the next look"),
        ("badArgument", "badArgument: expired); mend `set` and `metadata`"),
        ("cannotDisseminateFormat", "write another `metadata`: oai_dc is everywhere"),
        ("noSetHierarchy", "remove `set`: the repository has none"),
        ("", "without a code: expired"),
    ],
)
def test_an_error_is_broken_and_says_which(code: str, says: str) -> None:
    found = parsed(made.error(code, "expired"))
    assert isinstance(found, Unreadable) and says in found.reason


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (made.answer(""), "neither records nor an error"),
        (made.answer("<ListRecords></ListRecords>"), "neither records nor an error"),
        (made.answer("<Identify><repositoryName>X</repositoryName></Identify>"), "neither records nor an error"),
        (made.records([made.thesis(1, title=" ")]), "1 of 1 records have no identifier or no title"),
        (
            made.records([made.thesis(1)]).replace(b"identifier>", b"id>"),
            "1 of 1 records have no identifier or no title",
        ),
        (made.records([made.record("oai:x:1", '<mods xmlns="http://m.example/"/>')]), "found <mods>"),
        (made.records([made.thesis(1)])[:600], "cut off before the end of its first record"),
        (made.records([made.thesis(1)]).replace(b"</ListRecords>", b"</b>"), "not well-formed"),
        (rss(["<title>A</title>"]), "found XML that begins with <rss>"),
        (login_page(), "looked for a repository's answer, found what looks like a login page"),
        (b'{"error": "down"}', "looked for a repository's answer, found"),
        (b"", "the page is empty"),
    ],
)
def test_what_is_no_list_of_records_is_broken_and_says_why(body: bytes, says: str) -> None:
    found = parsed(body)
    assert isinstance(found, Unreadable) and says in found.reason


def test_a_repository_that_does_not_heed_the_days_is_broken() -> None:
    old = [made.thesis(n, date(1999, 1, n)) for n in range(1, 4)]
    found = parsed(made.records([*old, made.thesis(9)]))
    assert isinstance(found, Unreadable)
    assert found.reason.endswith("got records of 1999-01-01: the repository does not heed `from`")
    assert reading(made.records([*old, *map(made.thesis, range(4, 9))])).whole  # one that is listed late is none


def test_records_without_a_title_are_left_out_and_said() -> None:
    found = reading(made.records([made.thesis(1), made.thesis(2, title="")], "t"))
    assert (len(found.entries), found.whole, found.records) == (1, False, 2)
    assert found.warnings == ("1 of 2 records have no identifier or no title and were left out",)


def test_a_page_that_is_cut_off_gives_its_whole_records() -> None:
    body = made.records([made.thesis(1), made.thesis(2)], "t", 9)
    found = reading(body[: body.index(b"part 2")])
    assert (len(found.entries), found.whole, found.next, found.total) == (1, False, None, None)


def test_a_token_without_end_is_not_asked_for() -> None:
    found = reading(made.records([made.thesis(1)], "x" * 100_000))
    assert (found.next, found.whole) == (None, False)


def test_an_answer_that_does_not_declare_that_it_is_xml_is_read() -> None:
    body = made.records([made.thesis(1)])
    assert len(reading(body[body.index(b"<OAI-PMH") :]).entries) == 1


def test_a_saved_page_is_recognised() -> None:
    found = recognise(made.records([made.thesis(1), made.arxiv("2603.01234")], "t"))
    assert (found.form, found.kind, len(found.reading.entries), found.reading.next) == ("oai", "oai", 2, None)
