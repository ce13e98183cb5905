"""Answers of DBLP, of our own making: the reading of publications, requests, refusals."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.parsers.dblp import SEARCH, hit, hits, person, record
from tests.parsers.pages import login_page
from tests.sources import make_source
from watcher.model import PUBLISHED, Entry, Reading, Source, Unreadable
from watcher.parsers import PARSERS, recognise
from watcher.parsers.parser import Mistake
from watcher.store.papers.withdrawals import is_withdrawn

URL = f"{SEARCH}?q=shell%20year:2026:&h=1000&f=0&c=0&format=json"
PERSON = "https://dblp.org/pid/65/9612.xml"
TODAY = date(2026, 9, 12)
PARSER = PARSERS["dblp"]


def parsed(body: bytes, url: str = URL) -> Reading | Unreadable:
    return PARSER.parse(body, url, Source(name="x", kind="dblp"))


def reading(body: bytes, url: str = URL) -> Reading:
    found = parsed(body, url)
    assert isinstance(found, Reading), found
    return found


def entry(**values: Any) -> Entry:
    (found,) = reading(hits([hit(7, **values)])).entries
    return found


def of_person(number: int = 7, name: str = "inproceedings", more: str = "", **attributes: str) -> Entry:
    (found,) = reading(person([record(number, name, more, **attributes)]), PERSON).entries
    return found


REC = "url:https://dblp.org/rec/conf/shell/AmbergB26x7"


def test_a_hit_of_the_search() -> None:
    found = entry()
    assert found.keys == ("doi:10.5555/shell.7", REC)
    assert (found.title, found.authors) == ("Sorting Shells & Sand, part 7", ("Ada Amberg", "Bo Brisk"))
    assert (found.venue, found.stage) == ("SHELL", PUBLISHED)
    assert found.categories == ("conference and workshop papers",)
    assert (found.published, found.listed, found.abstract) == (None, None, "")
    assert found.url == "https://doi.org/10.5555/shell.7"


def test_a_publication_of_a_person() -> None:
    found = of_person()
    assert found.keys == ("doi:10.5555/shell.7", REC)
    assert (found.title, found.authors) == ("Sorting Shells & Sand, part 7", ("Ada Amberg", "Bo Brisk"))
    assert found.author_ids == ("orcid:0000-0002-1825-0097 Ada Amberg",)
    assert (found.venue, found.stage, found.listed) == ("SHELL", PUBLISHED, date(2026, 3, 9))
    assert found.categories == ("conference and workshop papers",) and not found.is_follow_up


def test_a_record_that_is_changed_years_later_shows_no_new_paper() -> None:
    assert of_person(mdate="2029-01-01").is_follow_up
    assert not of_person(mdate="2027-12-31").is_follow_up


@pytest.mark.parametrize(
    ("values", "keys", "link"),
    [
        (
            {"doi": "10.48550/ARXIV.2603.00042", "venue": "CoRR", "type": "Informal and Other Publications"},
            ("arxiv:2603.00042", "doi:10.48550/arxiv.2603.00042"),
            "https://doi.org/10.48550/arxiv.2603.00042",
        ),
        (
            {"doi": None, "ee": "http://arxiv.org/abs/2603.00042", "venue": "CoRR"},
            ("arxiv:2603.00042",),
            "http://arxiv.org/abs/2603.00042",
        ),
        (
            {"doi": None, "ee": None, "venue": "CoRR", "volume": "abs/2603.00042"},
            ("arxiv:2603.00042",),
            "https://dblp.org/rec/conf/shell/AmbergB26x7",
        ),
        (
            {"doi": None, "ee": ["https://shell.example/7.pdf", "https://doi.org/10.5555/ALSO.7"]},
            ("doi:10.5555/also.7",),
            "https://doi.org/10.5555/also.7",
        ),
        (
            {"doi": None, "ee": "https://openreview.net/forum?id=aBc9"},
            ("url:https://openreview.net/forum?id=aBc9",),
            "https://openreview.net/forum?id=aBc9",
        ),
        ({"doi": None, "ee": "https://shell.example/7.pdf"}, (), "https://shell.example/7.pdf"),
        ({"doi": 7, "ee": {}}, (), "https://dblp.org/rec/conf/shell/AmbergB26x7"),
    ],
)
def test_editions_name_a_paper(values: dict[str, Any], keys: tuple[str, ...], link: str) -> None:
    found = entry(**values)
    assert (found.keys, found.url) == ((*keys, REC), link)
    assert (found.venue is None) == (values.get("venue") == "CoRR")


def test_what_is_withdrawn_says_so() -> None:
    found = entry(type="Withdrawn Items")
    assert is_withdrawn({"title": found.title, "note": found.note, "abstract": ""}) and found.stage is None
    assert of_person(publtype="informal withdrawn").note == found.note
    assert of_person(publtype="informal").venue is None


@pytest.mark.parametrize(
    ("authors", "names"),
    [
        ({"author": {"@pid": "1/2", "text": "Cy Dee 0001"}}, ("Cy Dee",)),
        ({"author": ["Cy Dee", {"text": "Ed Fay"}, 7, {"text": None}]}, ("Cy Dee", "Ed Fay")),
        ("Cy Dee", ()),
        (None, ()),
    ],
)
def test_one_author_is_no_list(authors: object, names: tuple[str, ...]) -> None:
    assert entry(authors=authors).authors == names


def test_a_title_keeps_what_is_no_full_stop() -> None:
    assert entry(title="To Sort or Not?").title == "To Sort or Not?"
    assert entry(title="And So On ...").title == "And So On ..."


# --- lists ---


def test_a_list_goes_on_behind_its_last_hit() -> None:
    found = reading(hits([hit(1), hit(2)], total=1_402), URL.replace("f=0", "f=1000"))
    assert found.next == URL.replace("f=0", "f=1002")
    assert (found.total, found.records) == (1_402, 2)
    assert reading(hits([hit(1)])).next is None
    assert reading(hits([], total=1_402), URL.replace("f=0", "f=1000")).next == URL.replace("f=0", "f=1000")
    assert reading(hits([])) == Reading(entries=(), total=0, records=0, remarks=("DBLP finds 0 publications",))


def test_volumes_are_no_papers() -> None:
    found = reading(hits([hit(1), hit(2, type="Editorship", key="conf/shell/2026"), hit(3, title="")]))
    assert len(found.entries) == 1
    assert found.remarks == (
        "DBLP finds 3 publications",
        "1 volumes and pages of people are left out",
        "1 without a title are left out",
    )
    assert len(reading(person([record(1), record(2, "proceedings"), record(3, "www")]), PERSON).entries) == 1


def test_publications_without_any_author_are_odd() -> None:
    found = reading(hits([hit(n, authors=None) for n in range(10)]))
    assert (found.whole, found.warnings) == (False, ("none of 10 publications has an author",))


def test_a_record_that_is_cut_off_shows_its_whole_publications() -> None:
    body = person([record(n) for n in range(3)])
    found = reading(body[: body.rindex(b"<title>")], PERSON)
    assert len(found.entries) == 2 and not found.whole


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (hits([], code="503"), "DBLP answers: Service Unavailable (503)"),
        (b'{"error": "too many requests"}', "DBLP answers: too many requests"),
        (b'{"result": {"status": {"@code": "200"}}}', "found JSON without hits"),
        (b'{"result": {"hits": {"@total": "many"}}}', "found JSON without hits"),
        (login_page(), "looked for an answer of DBLP, found a login page"),
        (b"<!doctype html><title>Making sure you're not a bot!</title>", 'found a page titled "Making sure'),
        (b"", "found an empty answer"),
        (hits([hit(1)])[:-40], "found JSON that is broken or cut off"),
        (hits([], total=300), "DBLP says that it has 300 publications, and shows none"),
        (hits([hit(1, key=None), hit(2)]), "1 of 2 publications have no key of DBLP"),
        (hits([hit(1, title=None)]), "none of 1 publications has a title"),
        (person([]), "the record of a person at DBLP has no publications"),
        (b"<?xml version='1.0'?><dblpperson><r><b></r></dblpperson>", "XML that is not well-formed"),
    ],
)
def test_what_is_no_list_is_refused_with_a_reason(body: bytes, reason: str) -> None:
    found = parsed(body)
    assert isinstance(found, Unreadable)
    assert reason in found.reason


def test_saved_answers_are_recognised() -> None:
    saved = recognise(hits([hit(1), hit(2)]))
    assert (saved.form, saved.kind, len(saved.reading.entries)) == ("dblp search", "dblp", 2)
    saved = recognise(person([record(1)]))
    assert (saved.form, saved.kind, len(saved.reading.entries)) == ("dblp person", "dblp", 1)


# --- what is asked for ---


def asked(today: date = TODAY, **keys: Any) -> list[str]:
    urls = PARSER.starts(make_source(kind="dblp", **keys), today)
    return [parse_qs(urlsplit(url).query).get("q", [url])[0] for url in urls]


def test_the_publications_of_this_year_are_searched_for() -> None:
    (url,) = PARSER.starts(make_source(kind="dblp", query="shell sand"), TODAY)
    assert url == f"{SEARCH}?q=shell%20sand%20year:2026:&h=1000&f=0&c=0&format=json"


@pytest.mark.parametrize(
    ("today", "years"),
    [
        (date(2026, 3, 1), [2025, 2026]),
        (date(2026, 7, 3), [2026]),
        (date(2026, 11, 15), [2026, 2027]),
        (date(2027, 1, 1), [2026, 2027]),
    ],
)
def test_a_year_is_asked_for_half_a_year_longer_and_two_months_before(today: date, years: list[int]) -> None:
    assert asked(today, query="shell") == [f"shell year:{year}:" for year in years]


@pytest.mark.parametrize("stream", ["conf/shell", "https://dblp.org/db/conf/shell/index.html", "dblp"])
def test_streams_are_searched_each_on_its_own(stream: str) -> None:
    source = make_source(kind="dblp", journal=(stream, "journals/sand"), query="kelp")
    found = asked(journal=(stream, "journals/sand"), query="kelp")
    if stream == "dblp":
        assert found == ["kelp stream:streams/journals/sand: year:2026:"]
        return
    assert found == [f"kelp stream:streams/{one}: year:2026:" for one in ("conf/shell", "journals/sand")]
    names = [PARSER.called(source, url) for url in PARSER.starts(source, TODAY)]
    assert names == ["conf/shell 2026", "journals/sand 2026"]


def test_people_are_read_by_their_records() -> None:
    source = make_source(kind="dblp", author=("65/9612", "https://dblp.org/pid/h/AdaAmberg.html"))
    assert PARSER.starts(source, TODAY) == (PERSON, "https://dblp.org/pid/h/AdaAmberg.xml")
    assert [PARSER.called(source, url) for url in PARSER.starts(source, TODAY)] == ["65/9612", "h/AdaAmberg"]


def test_an_address_of_ones_own_gets_what_it_lacks() -> None:
    assert PARSER.starts(Source(name="x", kind="dblp", url=f"{SEARCH}?q=shell&h=50"), TODAY) == (
        f"{SEARCH}?q=shell&h=50&f=0&format=json",
    )
    assert PARSER.starts(Source(name="x", kind="dblp", url=PERSON), TODAY) == (PERSON,)


@pytest.mark.parametrize(
    ("keys", "mistake"),
    [
        ({}, Mistake("journal", "a dblp source needs something to ask for", "write author, journal or query")),
        (
            {"author": ("Ada Amberg",)},
            Mistake(
                "author",
                "`Ada Amberg` is no person's id at DBLP",
                "write what stands behind dblp.org/pid/ on the person's page: author: [65/9612]",
                0,
            ),
        ),
        (
            {"journal": ("conf/shell", "1234-5679")},
            Mistake(
                "journal",
                "`1234-5679` is no stream of DBLP",
                "write what stands behind dblp.org/db/ on its page: journal: [conf/icail, journals/tacl]",
                1,
            ),
        ),
        (
            {"author": ("65/9612",), "query": "shell"},
            Mistake("query", "beside `author` it is not read: `query`", "make two sources"),
        ),
        (
            {"query": "shell OR sand"},
            Mistake(
                "query",
                "`OR` is a word to it",
                "write words with blanks for and, | for or, a hyphen between neighbours, word$ for the whole word",
            ),
        ),
        (
            {"query": '"sand castle"'},
            Mistake(
                "query",
                "DBLP finds no phrases",
                "write words with blanks for and, | for or, a hyphen between neighbours, word$ for the whole word",
            ),
        ),
        (
            {"url": PERSON, "query": "shell"},
            Mistake("query", "`url` already says what is asked for: `query` is not read", "remove one of them"),
        ),
        (
            {"query": "s" * 1_001},
            Mistake("query", "this is too long for the address of a search", "make several sources"),
        ),
        (
            {"author": tuple(f"{n}/1" for n in range(31))},
            Mistake("author", "this asks for more than 30 lists at every look", "make several sources"),
        ),
    ],
)
def test_a_mistake_is_named_with_what_to_write_instead(keys: dict[str, Any], mistake: Mistake) -> None:
    assert list(PARSER.check(make_source(kind="dblp", **keys))) == [mistake]
