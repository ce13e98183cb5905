"""Answers of Semantic Scholar, of our own making: the reading of papers, requests, refusals."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.parsers.pages import login_page
from tests.parsers.scholar import BULK, DAY, paper, papers
from tests.sources import make_source
from watcher.model import FORM, PREPRINT, PUBLISHED, Entry, OtherForm, Reading, Source, Unreadable
from watcher.parsers import PARSERS, recognise
from watcher.parsers.parser import Mistake, SecretPlace

URL = f"{BULK}?query=tides&sort=publicationDate:desc&fields=title"
TODAY = date(2026, 3, 12)
PARSER = PARSERS["semanticscholar"]


def parsed(body: bytes, url: str = URL) -> Reading | Unreadable:
    return PARSER.parse(body, url, Source(name="x", kind="semanticscholar"))


def reading(body: bytes, url: str = URL) -> Reading:
    found = parsed(body, url)
    assert isinstance(found, Reading), found
    return found


def entry(**values: Any) -> Entry:
    (found,) = reading(papers([paper(7, **values)])).entries
    return found


def test_a_paper() -> None:
    found = entry()
    assert found.keys == (
        "doi:10.5555/tide.7",
        "id:info:pmid/41000007",
        f"url:https://www.semanticscholar.org/paper/{7:040x}",
    )
    assert (found.title, found.doi, found.arxiv_id) == ("Tide pools & CO2, part 7", "10.5555/tide.7", None)
    assert found.abstract == "We visit tide pools and count what lives there: pool number 7 is full."
    assert found.authors == ("Ada Amberg", "Bo Brisk")
    assert found.categories == ("journal article", "review", "Biology", "Environmental Science")
    assert (found.venue, found.stage, found.forms) == ("Journal of Tides", PUBLISHED, ())
    assert found.names_forms and not entry(externalIds=None).names_forms, "where ids are missing, none is taken back"
    assert (found.published, found.listed) == (datetime(2026, 3, 9, tzinfo=UTC), date(2026, 3, 9))
    assert found.url == "https://doi.org/10.5555/tide.7"


PAGE = f"url:https://www.semanticscholar.org/paper/{7:040x}"


@pytest.mark.parametrize(
    ("ids", "venue", "keys", "forms", "link"),
    [
        (
            {"ArXiv": "2603.00042", "DOI": "10.48550/arXiv.2603.00042"},
            "arXiv.org",
            ("arxiv:2603.00042", "doi:10.48550/arxiv.2603.00042"),
            (),
            "https://doi.org/10.48550/arxiv.2603.00042",
        ),
        ({"ArXiv": "2603.00042"}, "arXiv.org", ("arxiv:2603.00042",), (), "https://arxiv.org/abs/2603.00042"),
        (
            {"ArXiv": "2603.00042", "DOI": "10.5555/Tide.9"},
            "J. Tides",
            ("doi:10.5555/tide.9",),
            (OtherForm("arxiv:2603.00042", PREPRINT),),
            "https://doi.org/10.5555/tide.9",
        ),
        (
            {"ArXiv": "2603.00042", "DOI": "10.5555/Tide.9"},
            "",
            ("doi:10.5555/tide.9",),
            (OtherForm("arxiv:2603.00042", FORM),),
            "https://doi.org/10.5555/tide.9",
        ),
        (
            {"ACL": "2026.tide-long.4"},
            "",
            ("doi:10.18653/v1/2026.tide-long.4", "url:https://aclanthology.org/2026.tide-long.4/"),
            (),
            PAGE.removeprefix("url:"),
        ),
        (
            {"ACL": "2026.tide-long.4", "DOI": "10.5555/t.9"},
            "",
            ("doi:10.5555/t.9",),
            (),
            "https://doi.org/10.5555/t.9",
        ),
        ({"DOI": "no doi", "PubMed": "many", "ArXiv": 7, "ACL": None}, "", (), (), PAGE.removeprefix("url:")),
        (None, "", (), (), PAGE.removeprefix("url:")),
    ],
)
def test_ids_elsewhere_name_a_paper_and_its_preprint(
    ids: object, venue: str, keys: tuple[str, ...], forms: tuple[OtherForm, ...], link: str
) -> None:
    found = entry(externalIds=ids, venue=venue, journal=None)
    assert (found.keys, found.forms, found.url) == ((*keys, PAGE), forms, link)
    assert found.arxiv_id == ("2603.00042" if keys and keys[0].startswith("arxiv:") else None)


def test_the_journal_is_the_venue_where_no_other_is_named() -> None:
    assert entry(venue="").venue == "J. Tides"
    assert entry(venue="bioRxiv", journal=None).venue is None


def test_a_paper_of_which_the_year_alone_is_known_has_no_day() -> None:
    found = entry(publicationDate=None)
    assert (found.published, found.listed) == (None, None)


# --- lists ---


def test_a_list_goes_on_by_its_token_with_all_else_as_it_was() -> None:
    first = f"{URL}&openAccessPdf&x-api-key=${{S2_KEY}}"
    found = reading(papers([paper(1)], 1_500, "ABC=/+&"), first)
    assert found.next == f"{first}&token=ABC%3D%2F%2B%26"
    assert (found.total, found.records) == (1_500, 1)
    second = reading(papers([paper(2)], 1_500, "DEF"), found.next)
    assert second.next == f"{first}&token=DEF"


def test_a_page_without_a_token_is_the_last_one_whatever_the_estimate_says() -> None:
    found = reading(papers([paper(1)], 4))
    assert (found.next, found.total, found.records) == (None, None, 1)
    assert reading(papers([], 300), f"{URL}&token=ABC").total == 300, "but not where a token promised more"
    assert reading(papers([], 2)).entries == () == reading(b'{"total": 0, "token": null}').entries


def test_the_papers_of_an_author_go_on_at_their_position() -> None:
    url = "https://api.semanticscholar.org/graph/v1/author/1700001/papers?fields=title"
    found = reading(papers([paper(1)], offset=0, next=100), url)
    assert found.next == f"{url}&offset=100"
    assert reading(papers([paper(2)], offset=100, next=200), found.next).next == f"{url}&offset=200"
    assert reading(papers([paper(1)], offset=0, next=True), url).next is None


def test_how_far_back_a_list_goes_is_told_by_the_days_of_publication() -> None:
    some = [paper(n, DAY - timedelta(days=n)) for n in range(3)]
    assert reading(papers([*some, paper(9, publicationDate=None)])).reaches == datetime(
        2026, 3, 7, 23, 59, 59, 999999, UTC
    )
    assert reading(papers(some), URL.replace("publicationDate:desc", "citationCount:desc")).reaches is None


def test_a_list_that_stands_on_its_head_is_not_whole() -> None:
    found = reading(papers([paper(n, DAY + timedelta(days=n)) for n in range(4)]))
    assert (found.whole, found.reaches) == (False, None)
    assert found.warnings == ("the newest papers were asked for first, and the oldest stand first",)


def test_a_field_that_was_asked_for_and_is_gone_is_named() -> None:
    some = [{name: value for name, value in paper(n).items() if name != "authors"} for n in range(3)]
    found = reading(papers(some), f"{BULK}?query=tides&fields=title,authors")
    assert (found.whole, found.warnings) == (False, ("none of 3 records has authors, which was asked for",))
    assert len(found.entries) == 3
    assert reading(papers(some)).whole, "nobody asked for it"


def test_papers_without_any_author_are_odd() -> None:
    found = reading(papers([paper(n, authors=[]) for n in range(10)]))
    assert (found.whole, found.warnings) == (False, ("none of 10 papers has an author",))


def test_what_a_list_says_is_counted() -> None:
    joined = {"ArXiv": "2603.00042", "DOI": "10.5555/t.2"}
    some = [paper(1), paper(2, externalIds=joined), paper(3, title=None), paper(4, publicationDate=None, abstract=None)]
    found = reading(papers(some))
    assert found.remarks == (
        "4 papers are found in all, as far as Semantic Scholar can estimate it",
        "1 without a title are left out",
        "1 name their preprints",
        "1 have no day, only a year",
        "1 have no abstract there",
    )


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"error": "Unrecognized or unsupported fields: [kelp]"}', "Semantic Scholar answers: Unrecognized"),
        (b'{"message": "Too Many Requests.", "code": "429"}', "Semantic Scholar answers: Too Many Requests."),
        (login_page(), "looked for an answer of Semantic Scholar, found a login page"),
        (b"", "found an empty answer"),
        (b"[]", "found other JSON"),
        (b'{"total": 3}', "found JSON without data"),
        (b'{"total": 0, "data": {}}', "found JSON without data"),
        (papers([paper(1)])[:-40], "found JSON that is broken or cut off"),
        (papers([], 300), "Semantic Scholar says that it has 300 papers, and shows none"),
        (papers([], "300"), "Semantic Scholar says that it has 300 papers, and shows none"),
        (papers([paper(1, paperId=None), paper(2)]), "1 of 2 papers have no id of Semantic Scholar"),
        (papers([{"citingPaper": paper(1)}]), "1 of 1 papers have no id of Semantic Scholar"),
        (papers([paper(n, title=None) for n in range(10)]), "none of 10 papers has a title"),
    ],
)
def test_what_is_no_list_is_refused_with_a_reason(body: bytes, reason: str) -> None:
    found = parsed(body)
    assert isinstance(found, Unreadable)
    assert reason in found.reason


def test_a_saved_answer_is_recognised() -> None:
    saved = recognise(papers([paper(1), paper(2)]))
    assert (saved.form, saved.kind, len(saved.reading.entries)) == ("semanticscholar papers", "semanticscholar", 2)


# --- what is asked for ---


def asked(today: date = TODAY, **keys: Any) -> dict[str, str]:
    (url,) = PARSER.starts(make_source(kind="semanticscholar", **keys), today)
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query, keep_blank_values=True).items()}


def test_the_list_goes_back_a_month_more_than_the_look_back() -> None:
    found = asked(query='"tide pool" + (kelp | reef)')
    assert found.pop("fields").startswith("externalIds,title,abstract,")
    assert found == {
        "query": '"tide pool" + (kelp | reef)',
        "publicationDateOrYear": "2026-02-06:",
        "sort": "publicationDate:desc",
    }


def test_filters_are_parameters() -> None:
    found = asked(filter=("venue:Journal of Tides,Nature", "openAccessPdf", "fieldsOfStudy: Biology"))
    assert (found["venue"], found["openAccessPdf"]) == ("Journal of Tides,Nature", "")
    assert found["fieldsOfStudy"] == "Biology" and "query" not in found


def test_a_key_stands_in_the_place_that_becomes_its_header() -> None:
    for source in (
        make_source(kind="semanticscholar", query="tides", api_key="${S2_KEY}"),
        make_source(kind="semanticscholar", url="https://mirror.example/bulk?query=tides", api_key="${S2_KEY}"),
    ):
        (url,) = PARSER.starts(source, TODAY)
        assert url.endswith("&x-api-key=${S2_KEY}")
        site = source.url or "https://api.semanticscholar.org/"
        assert PARSER.secrets(source) == (SecretPlace("api_key", "${S2_KEY}", site, "x-api-key"),)


def test_an_address_of_ones_own_gets_what_it_lacks() -> None:
    (url,) = PARSER.starts(
        Source(name="x", kind="semanticscholar", url=f"{BULK}?query=tides&sort=citationCount"), TODAY
    )
    assert url.startswith(f"{BULK}?query=tides&sort=citationCount&fields=externalIds,")
    of_author = Source(name="x", kind="semanticscholar", url="https://api.semanticscholar.org/graph/v1/author/1/papers")
    assert "sort" not in PARSER.first_address(of_author, TODAY)
    assert PARSER.missed is not None
    assert PARSER.missed(of_author, NOW - timedelta(days=90), NOW) == ()
    assert not PARSER.asks_back(of_author) and PARSER.shows_again(of_author) is None


NOW = datetime(2026, 3, 12, 12, tzinfo=UTC)


def test_after_an_outage_the_list_begins_earlier() -> None:
    source = make_source(kind="semanticscholar", query="tides", look_back=3)
    assert PARSER.missed is not None
    assert PARSER.missed(source, NOW - timedelta(days=3), NOW) == ()
    (url,) = PARSER.missed(source, NOW - timedelta(days=20), NOW)
    assert "publicationDateOrYear=2026-01-20:&" in url
    (today,) = PARSER.starts(source, NOW.date())
    assert PARSER.known_as(source, url) == PARSER.known_as(source, today) != today


FILTERS = "fieldsOfStudy, venue, publicationTypes, minCitationCount, openAccessPdf"


@pytest.mark.parametrize(
    ("keys", "mistake"),
    [
        ({}, Mistake("query", "a semanticscholar source needs something to ask for", "write query or filter")),
        (
            {"query": "kelp OR reef"},
            Mistake(
                "query",
                "`OR` is no sign of this search",
                "write |: 'kelp + (forest | reef) -urchin'; in lower case or quotes it is a word",
            ),
        ),
        (
            {"filter": ("type:article",)},
            Mistake("filter", "`type:article` is no filter of Semantic Scholar", f"write name:value with {FILTERS}", 0),
        ),
        (
            {"filter": ("venue:A", "year:2026")},
            Mistake("filter", "`year:2026`: how far back is asked is set by look_back", "remove it", 1),
        ),
        (
            {"filter": ("venue",)},
            Mistake("filter", "`venue` is no filter of Semantic Scholar", "write a value, as in venue:…", 0),
        ),
        (
            {"filter": ("openAccessPdf:yes",)},
            Mistake("filter", "`openAccessPdf:yes` is no filter of Semantic Scholar", "write openAccessPdf alone", 0),
        ),
        (
            {"filter": ("venue:A", "venue:B")},
            Mistake("filter", "`venue` stands there twice", "write one venue with commas", 1),
        ),
        (
            {"url": BULK, "query": "tides"},
            Mistake("query", "`url` already says what is asked for: `query` is not read", "remove one of them"),
        ),
        (
            {"query": "t" * 4_000},
            Mistake("query", "the address would be longer than 4000 characters", "make two sources"),
        ),
    ],
)
def test_a_mistake_is_named_with_what_to_write_instead(keys: dict[str, Any], mistake: Mistake) -> None:
    assert list(PARSER.check(make_source(kind="semanticscholar", **keys))) == [mistake]


@pytest.mark.parametrize("query", ['"AND gates" reef', "and or not", "ORAL", "tide + (pool | reef) -kelp~2 mari*"])
def test_words_and_signs_of_the_search_are_right(query: str) -> None:
    assert not list(PARSER.check(make_source(kind="semanticscholar", query=query)))
