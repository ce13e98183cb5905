"""Answers of Crossref, of our own making: the reading of works and notices, requests, refusals."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.parsers.literature import CROSSREF, crossref, notice, parts, refused, registered
from tests.parsers.pages import login_page
from tests.sources import make_source
from watcher.model import ARTICLE, PREPRINT, Entry, OtherForm, Reading, Source, Unreadable
from watcher.parsers import PARSERS, recognise
from watcher.parsers.apis.relations import AuthorIds
from watcher.parsers.crossref.work import authors_of, relations_of
from watcher.parsers.parser import Mistake
from watcher.store.papers.withdrawals import is_withdrawn

URL = f"{CROSSREF}?filter=issn:1234-5679,from-created-date:2026-03-09&rows=200&cursor=*"
TODAY = date(2026, 3, 12)
PARSER = PARSERS["crossref"]


def parsed(body: bytes, url: str = URL) -> Reading | Unreadable:
    return PARSER.parse(body, url, Source(name="x", kind="crossref"))


def reading(body: bytes, url: str = URL) -> Reading:
    found = parsed(body, url)
    assert isinstance(found, Reading), found
    return found


def entry(**values: Any) -> Entry:
    (found,) = reading(crossref([registered(7, **values)])).entries
    return found


def test_a_work() -> None:
    found = entry()
    assert (found.keys, found.doi) == (("doi:10.5555/reef.7",), "10.5555/reef.7")
    assert found.title == "Reefs en miniature, part 7: A Story of Corals"
    assert found.abstract == "Reefs matter. So does CO2."
    assert found.authors == ("Ada Amberg", "The Reef Group")
    assert found.organization == "Institute of Made-up Things"
    assert found.categories == ("journal-article", "Ecology")
    assert (found.venue, found.note, found.keywords) == ("Journal of Reefs & Tanks", None, ())
    assert (found.published, found.listed) == (datetime(2026, 3, 9, tzinfo=UTC), date(2026, 3, 9))
    assert found.url == "https://doi.org/10.5555/reef.7"


def test_a_preprint_has_a_group_and_no_venue() -> None:
    found = entry(
        type="posted-content", **{"group-title": "Neuroscience", "container-title": ["bioRxiv"], "subject": []}
    )
    assert (found.categories, found.venue) == (("posted-content", "Neuroscience"), None)


@pytest.mark.parametrize(
    ("title", "subtitle", "said"),
    [
        (["Reefs"], [], "Reefs"),
        (["Reefs"], ["Tanks"], "Reefs: Tanks"),
        (["Why reefs?"], ["Tanks"], "Why reefs? Tanks"),
        (["Reefs: tanks"], ["Tanks"], "Reefs: tanks"),
        (["", "Reefs"], [None, "Tanks"], "Reefs: Tanks"),
        ("Reefs", "Tanks", "Reefs: Tanks"),
        (["Reefs &amp; <b>tanks</b>"], 7, "Reefs & tanks"),
    ],
)
def test_titles_and_subtitles(title: object, subtitle: object, said: str) -> None:
    assert entry(title=title, subtitle=subtitle).title == said


@pytest.mark.parametrize(
    ("given", "day"),
    [
        ({"published-online": parts(date(2026, 3, 1)), "published-print": parts(date(2026, 5, 1))}, date(2026, 3, 1)),
        ({"published-online": parts(date(2026, 3, 1), whole=False)}, None),
        ({"published-online": {"date-parts": [[2026, 2, 30]]}}, None),
        ({"published-online": {"date-parts": [["2026", 2, 3]]}}, None),
        ({"published-online": {"date-parts": []}}, None),
        ({"published-online": parts(None)}, None),
        ({"published-online": 7, "posted": parts(date(2026, 3, 2))}, date(2026, 3, 2)),
    ],
)
def test_the_earliest_whole_day_is_that_of_publication(given: dict[str, Any], day: date | None) -> None:
    found = entry(**{"published-online": None, "issued": None, "published": None, **given})
    assert (found.published.date() if found.published else None) == day


def test_authors_are_told_with_their_ids() -> None:
    assert authors_of(registered(1)) == (
        AuthorIds(name="Ada Amberg", orcid="0000-0002-1825-0097", rors=("03yrm5c26",)),
        AuthorIds(name="The Reef Group"),
    )
    odd = [None, {}, {"family": " Corvin ", "suffix": "Jr.", "ORCID": "0000-0000-0000-0000", "affiliation": None}]
    assert authors_of({"author": odd}) == (AuthorIds(name="Corvin Jr."),)


# --- relations, corrections, retractions ---


def related(**relation: Any) -> dict[str, Any]:
    said = {
        name.replace("_", "-"): [{"id-type": "doi", "id": doi, "asserted-by": "subject"} for doi in dois]
        for name, dois in relation.items()
    }
    return registered(1, relation=said)


def test_preprints_and_articles_are_told_by_their_keys() -> None:
    of_article = relations_of(related(has_preprint=["10.5555/PRE.1", "10.48550/arXiv.2603.00042"]))
    assert of_article.preprints == ("doi:10.5555/pre.1", "arxiv:2603.00042")
    assert relations_of(related(is_preprint_of=["10.5555/x", "10.5555/x", "no doi"])).articles == ("doi:10.5555/x",)
    assert relations_of(related(is_version_of=["10.5555/v1"])).versions == ("doi:10.5555/v1",)
    odd = {"is-preprint-of": {"id": "10.5555/x"}, "has-preprint": [{"id-type": "uri", "id": "10.5555/x"}, None]}
    assert relations_of(registered(1, relation=odd)) == relations_of(registered(1))


def test_a_notice_of_a_retraction_withdraws_what_it_names_where_that_is_known() -> None:
    found = reading(crossref([notice(1, ("10.5555/Gone.1", "retraction"), ("10.5555/gone.2", "Withdrawal"))]))
    itself, *ends = found.entries
    assert (itself.title, itself.is_follow_up, itself.note) == ("Notice 1", False, None)
    assert itself.categories == ("journal-article", "Ecology", "retraction", "withdrawal")
    assert [(one.keys, one.title, one.is_follow_up) for one in ends] == [
        (("doi:10.5555/gone.1",), "", True),
        (("doi:10.5555/gone.2",), "", True),
    ]
    for one in ends:
        assert is_withdrawn({"title": one.title, "note": one.note, "abstract": one.abstract})
    assert found.records == 1


def test_a_notice_beside_what_it_retracts_says_so_of_it() -> None:
    gone = ("10.5555/reef.7", "retraction")
    found = reading(crossref([registered(7), notice(8, gone), notice(9, gone)]))
    assert [(one.doi, one.is_follow_up) for one in found.entries] == [
        ("10.5555/reef.7", False),
        ("10.5555/reef.8", False),
        ("10.5555/reef.9", False),
    ]
    first = found.entries[0]
    assert first.title.startswith("Reefs")
    assert is_withdrawn({"title": first.title, "note": first.note, "abstract": first.abstract})


def test_a_work_that_stands_there_twice_is_one() -> None:
    found = reading(crossref([registered(7), registered(7, title=["Again"])]))
    assert ([one.title[:5] for one in found.entries], found.records) == (["Again"], 2)


@pytest.mark.parametrize(
    "sort", ["correction", "erratum", "expression_of_concern", "new_version", "partial_retraction", "7"]
)
def test_other_notices_end_nothing(sort: str) -> None:
    (itself,) = reading(crossref([notice(1, ("10.5555/kept.1", sort))])).entries
    assert sort.replace("_", " ") in itself.categories
    assert relations_of(notice(1, ("10.5555/kept.1", sort))).corrects == ("doi:10.5555/kept.1",)


def update(sort: str, record: object = None, source: str = "publisher") -> dict[str, Any]:
    said = {"DOI": "10.5555/notice.1", "type": sort, "label": sort, "source": source}
    return said | ({} if record is None else {"record-id": record})


@pytest.mark.parametrize(
    ("updates", "is_gone"),
    [
        ([update("retraction")], True),
        ([update("withdrawal")], True),
        ([update("removal", "71", "retraction-watch")], True),
        ([update("correction")], False),
        ([update("expression_of_concern"), update("retraction", 72, "retraction-watch")], True),
        ([update("retraction", "71", "retraction-watch"), update("correction", "71", "retraction-watch")], False),
        ([update("retraction", "71"), update("68818", "71"), update("retraction")], True),
        ([update("retraction"), update("reinstatement", "73")], False),
        ([], False),
        (None, False),
        ([7, {}], False),
    ],
)
def test_a_work_that_its_notices_end_is_withdrawn(updates: object, is_gone: bool) -> None:
    found = entry(**{"updated-by": updates})
    assert is_withdrawn({"title": found.title, "note": found.note, "abstract": found.abstract}) is is_gone


def test_a_work_that_is_its_own_notice_is_withdrawn_itself() -> None:
    own = registered(7) | {"update-to": [{"DOI": "10.5555/reef.7", "type": "withdrawal"}]}
    (found,) = reading(crossref([own])).entries
    assert found.note is not None
    assert relations_of(own).withdraws == ()


# --- lists ---


def test_a_list_goes_on_while_it_has_more_also_at_the_same_cursor() -> None:
    found = reading(crossref([registered(1)], total=2, cursor="DnF1/ZXJ5=="), URL.replace("cursor=*", "cursor=DnF1"))
    assert found.next == URL.replace("cursor=*", "cursor=DnF1%2FZXJ5%3D%3D")
    assert (found.total, found.records, found.reaches) == (2, 1, datetime(2026, 3, 9, tzinfo=UTC))
    assert reading(crossref([registered(1)])).next is None, "all that there is"
    assert reading(crossref([], total=2), URL.replace("cursor=*", "cursor=x")).next is not None


def test_works_without_a_title_are_left_out_and_counted() -> None:
    works = [registered(1), registered(2, title=[]), notice(3, ("10.5555/a", "correction"), abstract=None)]
    found = reading(crossref(works))
    assert (len(found.entries), found.records) == (2, 3)
    assert found.remarks == (
        "3 works are found in all",
        "1 without a title are left out",
        "1 are notices that correct other works",
        "1 have no abstract there",
    )


def test_works_of_nobody_are_no_whole_answer() -> None:
    assert reading(crossref([registered(n, author=[]) for n in range(9)])).whole
    found = reading(crossref([registered(n, author=[]) for n in range(10)]))
    assert (found.whole, found.warnings) == (False, ("none of 10 works has an author",))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (refused("Filter kelp specified but there is no such filter"), "Crossref answers: Filter kelp specified"),
        (b'{"status": "error", "message-type": "exception", "message": {"message": "away"}}', "Crossref answers: away"),
        (b'{"status": "error", "message": "Too many"}', "Crossref answers: Too many"),
        (b'{"status": "failed"}', "Crossref answers: failed"),
        (b'{"status": 7}', "Crossref answers: an error"),
        (b'{"status": "ok", "message": {}}', "found JSON without items"),
        (b'{"status": "ok", "message": []}', "found JSON without items"),
        (login_page(), "looked for an answer of Crossref, found a login page"),
        (b"<html><title>502 Bad Gateway</title></html>", 'found a page titled "502 Bad Gateway"'),
        (b"Resource not found.", "found text"),
        (crossref([registered(1)])[:-40], "found JSON that is broken or cut off"),
        (crossref([], total=300), "Crossref says that it has 300 works, and shows none"),
        (crossref([registered(1, DOI=None), registered(2)]), "1 of 2 works have no DOI"),
        (crossref([registered(n, title=None) for n in range(10)]), "none of 10 works has a title"),
    ],
)
def test_what_is_no_list_is_refused_with_a_reason(body: bytes, reason: str) -> None:
    found = parsed(body)
    assert isinstance(found, Unreadable)
    assert reason in found.reason


def test_saved_answers_are_recognised() -> None:
    saved = recognise(crossref([registered(1), registered(2)]))
    assert (saved.form, saved.kind, len(saved.reading.entries)) == ("crossref works", "crossref", 2)
    single = {"status": "ok", "message-type": "work", "message-version": "1.0.0", "message": registered(1)}
    assert [one.doi for one in recognise(json.dumps(single).encode()).reading.entries] == ["10.5555/reef.1"]


# --- what is asked for ---


def started(today: date = TODAY, **keys: Any) -> str:
    (url,) = PARSER.starts(make_source(kind="crossref", **keys), today)
    return url


def test_what_was_registered_in_the_look_back_is_asked_for() -> None:
    url = started(journal=("1234-5679", "20493630"), filter=("type:journal-article",))
    filters = "issn:1234-5679,issn:2049-3630,type:journal-article,from-created-date:2026-03-09"
    assert url.startswith(f"{CROSSREF}?filter={filters}&rows=200&select=DOI,type,title,")
    assert url.endswith(",updated-by&cursor=*")
    assert "reference" not in url
    assert "filter=from-index-date:2026-03-09&query=coral%20reef&rows" in started(query="coral reef", by="indexed")


def test_a_list_is_known_without_its_day() -> None:
    source = make_source(kind="crossref", journal=("1234-5679",))
    (today,), (later,) = PARSER.starts(source, TODAY), PARSER.starts(source, TODAY + timedelta(days=9))
    assert today != later
    assert PARSER.known_as(source, today) == PARSER.known_as(source, later)


def test_after_an_outage_the_list_begins_a_day_before_it() -> None:
    source = make_source(kind="crossref", journal=("1234-5679",), look_back=3)
    now = datetime(2026, 3, 12, 12, tzinfo=UTC)
    assert PARSER.missed is not None
    assert PARSER.missed(source, now - timedelta(days=2), now) == ()
    (url,) = PARSER.missed(source, now - timedelta(days=20), now)
    assert "from-created-date:2026-02-19&" in url


def test_an_address_of_ones_own_gets_what_it_lacks() -> None:
    own = f"{CROSSREF}?query.author=amberg"
    assert started(url=own).startswith(f"{own}&sort=created&order=desc&rows=200&select=DOI,")
    dated = f"{CROSSREF}?filter=from-index-date:2026-03-01&rows=50"
    assert started(url=dated).startswith(f"{dated}&select=DOI,")


@pytest.mark.parametrize(
    ("keys", "mistake"),
    [
        (
            {},
            Mistake(
                "journal", "a crossref source needs something to ask for", "write journal: [1234-5679], filter or query"
            ),
        ),
        (
            {"query": "x", "by": "published"},
            Mistake("by", "Crossref is not read by `published`", "write created or indexed"),
        ),
        (
            {"journal": ("Nature",)},
            Mistake("journal", "`Nature` is no ISSN", "write ISSNs: journal: [1234-5679]", 0),
        ),
        (
            {"journal": ("1234-5679", "1234-567X")},
            Mistake(
                "journal", "`1234-567X` is no ISSN: behind 1234-567 comes 9", "write ISSNs: journal: [1234-5679]", 1
            ),
        ),
        (
            {"filter": ("type=x",)},
            Mistake("filter", "`type=x` is no filter", "write name:value, as in type:journal-article", 0),
        ),
        (
            {"filter": ("from-created-date:2026-01-01",)},
            Mistake(
                "filter",
                "`from-created-date:2026-01-01`: how far back is asked is set by look_back",
                "write by: indexed, or none",
                0,
            ),
        ),
        (
            {"url": CROSSREF, "query": "x"},
            Mistake("query", "`url` already says what is asked for: `query` is not read", "remove one of them"),
        ),
        (
            {"query": "reef " * 900},
            Mistake("query", "the address would be longer than 4000 characters", "make two sources"),
        ),
        (
            {"journal": ("1234-5679",) * 51},
            Mistake("journal", "more than 50 journals in one list are slow", "make two sources"),
        ),
    ],
)
def test_mistakes_say_what_to_write_instead(keys: dict[str, Any], mistake: Mistake) -> None:
    assert list(PARSER.check(make_source(kind="crossref", **keys))) == [mistake]


def test_a_work_names_its_other_forms_and_the_ids_of_people_and_places() -> None:
    said = {"has-preprint": [{"id-type": "doi", "id": "10.48550/arXiv.2603.00042"}]}
    found = entry(relation=said, **{"updated-by": [{"type": "retraction"}]})
    assert found.forms == (OtherForm("arxiv:2603.00042", PREPRINT),)
    assert (found.stage, found.retraction) == ("published", "retracted")
    assert found.author_ids == ("orcid:0000-0002-1825-0097 Ada Amberg",) and found.org_ids == ("ror:03yrm5c26",)
    posted = entry(type="posted-content", relation={"is-preprint-of": [{"id-type": "doi", "id": "10.5555/x"}]})
    assert (posted.forms, posted.stage) == ((OtherForm("doi:10.5555/x", ARTICLE),), None)
    _, end = reading(crossref([notice(1, ("10.5555/gone", "retraction"))])).entries
    assert end.retraction and f"https://doi.org/{end.retraction}" in (end.note or "")
