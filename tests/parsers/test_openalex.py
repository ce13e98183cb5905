"""Answers of OpenAlex, of our own making: the reading of works, requests, refusals."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.parsers.literature import DAY, OPENALEX, authorship, location, openalex, work
from tests.parsers.pages import login_page
from tests.sources import make_source
from watcher.model import FORM, PREPRINT, Entry, OtherForm, Reading, Source, Unreadable
from watcher.parsers import PARSERS, recognise
from watcher.parsers.apis.relations import AuthorIds, PaperRelations
from watcher.parsers.openalex.work import authors_of, relations_of
from watcher.parsers.parser import Mistake
from watcher.store.papers.withdrawals import is_withdrawn

URL = f"{OPENALEX}?filter=topics.id:T10001&sort=publication_date:desc&cursor=*"
TODAY = date(2026, 3, 12)
PARSER = PARSERS["openalex"]


def parsed(body: bytes, url: str = URL) -> Reading | Unreadable:
    return PARSER.parse(body, url, Source(name="x", kind="openalex"))


def reading(body: bytes, url: str = URL) -> Reading:
    found = parsed(body, url)
    assert isinstance(found, Reading), found
    return found


def entry(**values: Any) -> Entry:
    (found,) = reading(openalex([work(7, **values)])).entries
    return found


def test_a_work() -> None:
    found = entry()
    assert found.keys == ("doi:10.5555/kelp.7", "url:https://openalex.org/W4400000007")
    assert (found.title, found.doi) == ("Kelp & CO2, part 7", "10.5555/kelp.7")
    assert found.abstract == "We grow kelp in tanks and measure it: kelp number 7 grows."
    assert found.authors == ("Ada Amberg", "Bo Brisk")
    assert found.organization == "Institute of Made-up Things"
    assert found.keywords == ("Kelp", "Marine plants and their uses")
    assert found.categories == ("article", "Aquatic Science", "Agricultural and Biological Sciences")
    assert (found.venue, found.note) == ("Journal of Kelp", None)
    assert (found.published, found.listed) == (datetime(2026, 3, 9, tzinfo=UTC), date(2026, 3, 10))
    assert found.url == "https://doi.org/10.5555/kelp.7"


def test_a_preprint_of_arxiv_is_the_paper_that_arxiv_lists() -> None:
    doi = "https://doi.org/10.48550/arXiv.2603.00042"
    found = entry(doi=doi, type="preprint", primary_location=location("arXiv", doi, "repository", "submittedVersion"))
    assert found.keys[:2] == ("arxiv:2603.00042", "doi:10.48550/arxiv.2603.00042")
    assert (found.arxiv_id, found.venue) == ("2603.00042", None)


def test_a_work_without_a_doi_is_known_by_its_id() -> None:
    place = location("A Repository", "https://repository.example/7", "repository", None)
    found = entry(doi=None, primary_location=place)
    assert found.keys == ("url:https://openalex.org/W4400000007",)
    assert (found.url, found.venue) == ("https://repository.example/7", None)


def test_a_retracted_work_is_withdrawn() -> None:
    found = entry(is_retracted=True)
    assert is_withdrawn({"title": found.title, "note": found.note, "abstract": found.abstract})
    assert relations_of(work(1, is_retracted=True)).is_withdrawn
    assert entry(is_retracted="yes").note is None


@pytest.mark.parametrize(
    ("index", "text"),
    [
        ({"b": [1], "a": [0, 2]}, "a b a"),
        ({"a": [5], "c": [900]}, "a c"),
        ({"a": [0], "b": [-1], "c": [10**9], "d": ["1"], "e": None, "f": [True]}, "a"),
        ({"a": [0], "b": [0]}, "a"),
        ({"x<sub>2</sub>": [0], "&amp;": [1]}, "x2 &"),
        ({}, ""),
        (None, ""),
        ("words", ""),
        ([["a", 0]], ""),
    ],
)
def test_an_abstract_is_put_together_from_the_places_of_its_words(index: object, text: str) -> None:
    assert entry(abstract_inverted_index=index).abstract == text


def test_an_abstract_without_end_is_cut() -> None:
    index = {f"w{n}": [n] for n in range(90_000)}
    assert 1_000 < len(entry(abstract_inverted_index=index).abstract) <= 50_000


def test_concepts_say_what_it_is_about_where_there_is_no_topic() -> None:
    concepts = [{"display_name": "Kelp", "score": 0.9}, {"display_name": "Biology", "score": 0.1}, {"score": "?"}]
    assert entry(topics=[], keywords=[], concepts=concepts).keywords == ("Kelp",)
    assert "Biology" not in entry(concepts=concepts).keywords


def test_institutions_of_corresponding_authors_stand_first() -> None:
    other = {"display_name": "University of Elsewhere"}
    people = [authorship("Ada Amberg"), authorship("Bo Brisk", institutions=[other], is_corresponding=True)]
    assert entry(authorships=people).organization == "University of Elsewhere; Institute of Made-up Things"
    many = [authorship(f"A {n}", institutions=[{"display_name": f"Institute {n}"}]) for n in range(9)]
    assert entry(authorships=many).organization == "; ".join(f"Institute {n}" for n in range(5))


def test_authors_are_told_with_their_ids() -> None:
    assert authors_of(work(1)) == (
        AuthorIds(name="Ada Amberg", orcid="0000-0002-1825-0097", openalex="A5000000001", rors=("03yrm5c26",)),
        AuthorIds(name="Bo Brisk", openalex="A5000000002", rors=("03yrm5c26",)),
    )
    wrong = authorship("", "https://orcid.org/0000-0002-1825-0098", raw_author_name="C. Corvin", institutions=None)
    assert authors_of({"authorships": [wrong, None, 7, {}]}) == (AuthorIds(name="C. Corvin", openalex="A5000000001"),)


def test_copies_elsewhere_are_its_versions_and_submitted_ones_its_preprints() -> None:
    copies = [
        location("Journal of Kelp", "https://doi.org/10.5555/kelp.7"),
        location("arXiv", "https://arxiv.org/abs/2603.00042", "repository", "submittedVersion"),
        location("Institute", "https://doi.org/10.5555/deposit.1", "repository", "acceptedVersion"),
        location("A Page", "https://lab.example/kelp.pdf", "repository", "submittedVersion"),
        {"landing_page_url": 7},
    ]
    cited = ["https://openalex.org/W1234", "https://openalex.org/W1234", "W99", None]
    assert relations_of(work(7, locations=copies, referenced_works=cited)) == PaperRelations(
        preprints=("arxiv:2603.00042",),
        versions=("arxiv:2603.00042", "doi:10.5555/deposit.1"),
        cites=("openalex:W1234", "openalex:W99"),
    )
    assert relations_of(work(7, locations=copies, type="preprint")).preprints == ()


# --- lists ---


def test_a_list_goes_on_at_its_cursor_with_all_else_as_it_was() -> None:
    url = f"{OPENALEX}?filter=a.b:c|d,e:f&select=id,doi&cursor=*&api_key=${{OPENALEX_KEY}}"
    found = reading(openalex([work(1)], total=2, cursor="Ils=/+&"), url)
    assert found.next == url.replace("cursor=*", "cursor=Ils%3D%2F%2B%26")
    assert (found.total, found.records) == (2, 1)


def test_a_list_that_is_shown_whole_has_no_next_page() -> None:
    assert reading(openalex([work(1)], cursor="more")).next is None
    assert reading(openalex([])).entries == ()
    assert reading(openalex([], total=3), f"{URL[:-1]}abc").total == 3


def test_how_far_back_a_list_goes_is_told_by_the_days_of_publication() -> None:
    works = [work(n, DAY - timedelta(days=n)) for n in range(3)]
    assert reading(openalex(works)).reaches == datetime(2026, 3, 7, 23, 59, 59, 999999, UTC)
    assert reading(openalex(works), URL.replace("publication_date:desc", "cited_by_count")).reaches is None
    assert reading(openalex(works), f"{URL}&filter=from_created_date:2026-03-01").reaches is None


def test_a_list_that_stands_on_its_head_is_not_whole() -> None:
    found = reading(openalex([work(n, DAY + timedelta(days=n)) for n in range(4)]))
    assert (found.whole, found.reaches) == (False, None)
    assert found.warnings == ("the newest works were asked for first, and the oldest stand first",)


def test_a_field_that_was_asked_for_and_is_gone_is_named() -> None:
    works = [{name: value for name, value in work(n).items() if name != "authorships"} for n in range(3)]
    url = f"{URL}&select=id,doi,authorships"
    found = reading(openalex(works), url)
    assert (found.whole, found.warnings) == (False, ("none of 3 records has authorships, which was asked for",))
    assert len(found.entries) == 3
    assert reading(openalex(works)).whole, "nobody asked for it"


def test_works_without_a_title_are_left_out_and_counted() -> None:
    found = reading(
        openalex([work(1), work(2, display_name=None), work(3, is_retracted=True, abstract_inverted_index=None)])
    )
    assert [one.title[-1] for one in found.entries] == ["1", "3"]
    assert found.records == 3
    assert found.remarks == (
        "3 works are found in all",
        "1 without a title are left out",
        "1 are retracted",
        "1 have no abstract there",
    )


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (
            b'{"error": "Invalid filter", "message": "Unknown filter field: kelp"}',
            "OpenAlex answers: Unknown filter field",
        ),
        (b'{"error": "Rate limit exceeded"}', "OpenAlex answers: Rate limit exceeded"),
        (b'{"error": 7}', "OpenAlex answers: an error"),
        (login_page(), "looked for an answer of OpenAlex, found a login page"),
        (b"", "found an empty answer"),
        (b"[]", "found other JSON"),
        (b'{"results": []}', "found JSON without results and meta"),
        (b'{"meta": {}, "items": []}', "found JSON without results and meta"),
        (openalex([work(1)])[:-40], "found JSON that is broken or cut off"),
        (openalex([], total=300), "OpenAlex says that it has 300 works, and shows none"),
        (openalex([work(1, id=None), work(2)]), "1 of 2 works have no id of OpenAlex"),
        (openalex([work(n, display_name=None) for n in range(10)]), "none of 10 works has a title"),
    ],
)
def test_what_is_no_list_is_refused_with_a_reason(body: bytes, reason: str) -> None:
    found = parsed(body)
    assert isinstance(found, Unreadable)
    assert reason in found.reason


def test_a_saved_answer_is_recognised() -> None:
    saved = recognise(openalex([work(1), work(2)]))
    assert (saved.form, saved.kind, len(saved.reading.entries)) == ("openalex works", "openalex", 2)
    small = json.dumps({"results": [work(1)], "meta": {"count": 1}}).encode()
    assert recognise(small).kind == "openalex"


# --- what is asked for ---


def asked(today: date = TODAY, **keys: Any) -> dict[str, str]:
    (url,) = PARSER.starts(make_source(kind="openalex", **keys), today)
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def test_the_list_goes_back_a_month_more_than_the_look_back() -> None:
    assert asked(author=("0000-0002-1825-0097",)) == {
        "filter": "authorships.author.orcid:0000-0002-1825-0097,from_publication_date:2026-02-06",
        "sort": "publication_date:desc",
        "per_page": "100",
        "select": asked(query="x")["select"],
        "cursor": "*",
    }


@pytest.mark.parametrize(
    ("keys", "filters"),
    [
        (
            {"author": ("https://openalex.org/A5023888391", "a1234567890")},
            "authorships.author.id:A5023888391|A1234567890",
        ),
        ({"institution": ("https://ror.org/03yrm5c26",)}, "authorships.institutions.ror:03yrm5c26"),
        ({"institution": ("I27837315",)}, "authorships.institutions.lineage:I27837315"),
        ({"journal": ("12345679", "2049-3630")}, "primary_location.source.issn:1234-5679|2049-3630"),
        ({"journal": ("S137773608",)}, "primary_location.source.id:S137773608"),
        ({"topic": ("T10028",)}, "topics.id:T10028"),
        ({"topic": ("C41008148",)}, "concepts.id:C41008148"),
        (
            {"journal": ("S137773608",), "filter": ("type:article", "language:en,has_abstract:true")},
            "primary_location.source.id:S137773608,type:article,language:en,has_abstract:true",
        ),
    ],
)
def test_ids_become_filters(keys: dict[str, Any], filters: str) -> None:
    assert not list(PARSER.check(make_source(kind="openalex", **keys)))
    assert asked(**keys)["filter"] == f"{filters},from_publication_date:2026-02-06"


def test_words_are_searched_for_and_a_key_stands_in_its_place() -> None:
    source = make_source(kind="openalex", query='"kelp forest" AND tank', api_key="${OPENALEX_KEY}")
    (url,) = PARSER.starts(source, TODAY)
    assert url.endswith("&cursor=*&api_key=${OPENALEX_KEY}")
    assert "search=%22kelp%20forest%22%20AND%20tank&" in url


def test_what_was_created_is_asked_for_by_its_day() -> None:
    source = make_source(kind="openalex", topic=("T10028",), by="created", api_key="${K}", look_back=3)
    (url,) = PARSER.starts(source, TODAY)
    assert "topics.id:T10028,from_created_date:2026-03-08&" in url
    assert PARSER.known_as(source, url) == PARSER.known_as(source, url.replace("2026-03-08", "2026-05-08"))


NOW = datetime(2026, 3, 12, 12, tzinfo=UTC)


@pytest.mark.parametrize(("by", "days"), [("published", 31), ("created", 1)])
def test_after_an_outage_the_list_begins_earlier(by: str, days: int) -> None:
    source = make_source(kind="openalex", topic=("T10028",), by=by, look_back=3)
    assert PARSER.missed is not None
    assert PARSER.missed(source, NOW - timedelta(days=3), NOW) == ()
    (url,) = PARSER.missed(source, NOW - timedelta(days=20), NOW)
    assert f"_date:{date(2026, 2, 20) - timedelta(days=days)}&" in url


def test_an_address_of_ones_own_gets_what_it_lacks() -> None:
    (url,) = PARSER.starts(Source(name="x", kind="openalex", url=f"{OPENALEX}?filter=cites:W1&per_page=50"), TODAY)
    assert url == f"{OPENALEX}?filter=cites:W1&per_page=50&sort=publication_date:desc&cursor=*"
    source = Source(name="x", kind="openalex", url=OPENALEX)
    assert PARSER.missed is not None
    assert PARSER.missed(source, NOW - timedelta(days=90), NOW) == ()
    assert not PARSER.asks_back(source)


@pytest.mark.parametrize(
    ("keys", "mistake"),
    [
        (
            {},
            Mistake("author", "an openalex source needs something to ask for", "write author, journal, topic, query …"),
        ),
        ({"query": "x", "by": "seen"}, Mistake("by", "OpenAlex is not read by `seen`", "write published or created")),
        (
            {"query": "x", "by": "created"},
            Mistake(
                "by", "what was created is told to keys of a paid plan alone", "add api_key, or write by: published"
            ),
        ),
        (
            {"author": ("Ada Amberg",)},
            Mistake(
                "author",
                "`Ada Amberg` is not an ORCID or an id such as A5012345678",
                "write an ORCID or an id such as A5012345678",
                0,
            ),
        ),
        (
            {"journal": ("1234-5678",)},
            Mistake(
                "journal",
                "`1234-5678` is no ISSN: behind 1234-567 comes 9",
                "write an ISSN or an id such as S12345678",
                0,
            ),
        ),
        (
            {"topic": ("T10028", "C41008148")},
            Mistake(
                "topic",
                "ids of two sorts are asked for together: only works with both would be found",
                "write all in one sort, or make two sources",
            ),
        ),
        (
            {"filter": ("type=article",)},
            Mistake("filter", "`type=article` is no filter", "write name:value, as in type:article", 0),
        ),
        (
            {"filter": ("from_updated_date:2026-01-01",)},
            Mistake(
                "filter",
                "`from_updated_date:2026-01-01` is answered to keys of a paid plan alone",
                "add api_key, or remove it",
                0,
            ),
        ),
        (
            {"query": "kelp " * 900},
            Mistake("query", "the address is longer than the 4000 characters that OpenAlex reads", "make two sources"),
        ),
        (
            {"url": OPENALEX, "api_key": "${K}"},
            Mistake("api_key", "beside `url` it is not read", "write &api_key=${NAME} in the url, or remove it"),
        ),
        (
            {"url": OPENALEX, "topic": ("T10028",)},
            Mistake("topic", "`url` already says what is asked for: `topic` is not read", "remove one of them"),
        ),
    ],
)
def test_mistakes_say_what_to_write_instead(keys: dict[str, Any], mistake: Mistake) -> None:
    assert list(PARSER.check(make_source(kind="openalex", **keys))) == [mistake]


def test_more_ids_than_one_filter_takes_are_a_mistake() -> None:
    many = tuple(f"A50000{n:05}" for n in range(101))
    assert [one.what for one in PARSER.check(make_source(kind="openalex", author=many))] == [
        "OpenAlex takes 100 of them at once"
    ]
    assert not list(PARSER.check(make_source(kind="openalex", author=many[:100])))


def test_a_work_names_its_other_forms_and_the_ids_of_people_and_places() -> None:
    copies = [
        location("Journal of Kelp", "https://doi.org/10.5555/kelp.7"),
        location("arXiv", "https://arxiv.org/abs/2603.00042", "repository", "submittedVersion"),
        location("A repository", "https://doi.org/10.5555/copy", "repository", "acceptedVersion"),
    ]
    (found,) = reading(openalex([work(7, locations=copies, is_retracted=True)])).entries
    assert found.forms == (OtherForm("arxiv:2603.00042", PREPRINT), OtherForm("doi:10.5555/copy", FORM))
    assert (found.stage, found.retraction) == ("published", "retracted")
    assert found.author_ids[0] == "orcid:0000-0002-1825-0097 Ada Amberg"
    assert found.author_ids[1].startswith("openalex:a") and found.org_ids == ("ror:03yrm5c26",)
    (preprint,) = reading(openalex([work(7, type="preprint")])).entries
    assert (preprint.forms, preprint.names_forms, preprint.stage, preprint.retraction) == ((), True, None, None)
    untold = work(7)
    del untold["locations"]
    assert not reading(openalex([untold])).entries[0].names_forms, "a field that is gone takes nothing back"
