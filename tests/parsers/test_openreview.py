"""Answers of OpenReview, of our own making: the reading of submissions, requests, refusals."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.parsers.openreview import SEARCH, VENUE, challenge, milliseconds, note, notes
from tests.parsers.pages import login_page
from tests.sources import make_source
from watcher.model import ACCEPTED, FORM, Entry, OtherForm, Reading, Source, Unreadable
from watcher.parsers import PARSERS, recognise
from watcher.parsers.openreview.note import Status, status_of
from watcher.parsers.parser import Mistake

URL = f"{SEARCH}?term=ponds&type=terms&content=all&group=all&source=forum&limit=25&offset=0"
LIST = f"https://api2.openreview.net/notes?content.venueid={VENUE}&sort=tmdate:desc&limit=100&offset=0"
TODAY = date(2026, 3, 12)
PARSER = PARSERS["openreview"]
FORUM = "https://openreview.net/forum?id=pOnD_00007"


def parsed(body: bytes, url: str = URL) -> Reading | Unreadable:
    return PARSER.parse(body, url, Source(name="x", kind="openreview"))


def reading(body: bytes, url: str = URL) -> Reading:
    found = parsed(body, url)
    assert isinstance(found, Reading), found
    return found


def entry(*, more: dict[str, Any] | None = None, **values: Any) -> Entry:
    (found,) = reading(notes([note(7, more=more, **values)])).entries
    return found


def test_an_accepted_submission() -> None:
    found = entry()
    assert (found.keys, found.url) == ((f"url:{FORUM}",), FORUM)
    assert found.forms == (OtherForm("doi:10.5555/pond.7", FORM),) and found.names_forms
    assert (found.title, found.authors) == ("Learning from Ponds & Puddles, part 7", ("Ada Amberg", "Bo Brisk"))
    assert found.abstract == "We watch ponds and learn what swims there: pond number 7 is deep."
    assert (found.keywords, found.summary) == (("ponds", "puddles"), "Ponds teach.")
    assert found.categories == ("accepted", "applications to nature")
    assert (found.venue, found.stage) == ("POND 2026 poster", ACCEPTED)
    assert found.code_url == "https://github.com/pond/pond"
    assert (found.published, found.listed) == (datetime(2026, 3, 9, 12, tzinfo=UTC), date(2026, 3, 9))


@pytest.mark.parametrize(
    ("venueid", "venue", "status"),
    [
        (VENUE, "POND 2026 oral", Status.ACCEPTED),
        ("TMLR", "Accepted by TMLR", Status.ACCEPTED),
        ("Pond.cc/2026/Workshop/Ducks", "POND 2026 Workshop Ducks", Status.ACCEPTED),
        (f"{VENUE}/Submission", "POND 2026 Conference Submission", Status.REVIEWED),
        ("TMLR/Under_Review", "Under review for TMLR", Status.REVIEWED),
        (f"{VENUE}/Rejected_Submission", "Submitted to POND 2026", Status.REJECTED),
        (f"{VENUE}/Desk_Rejected_Submission", "POND 2026 Conference Desk Rejected Submission", Status.REJECTED),
        ("TMLR/Rejected", "Rejected by TMLR", Status.REJECTED),
        (f"{VENUE}/Withdrawn_Submission", "POND 2026 Conference Withdrawn Submission", Status.WITHDRAWN),
        ("dblp.org/conf/POND/2026", "POND 2026", Status.ELSEWHERE),
        ("OpenReview.net/Public_Article", "Ponds 2026", Status.ELSEWHERE),
        ("Pond.cc", "Accepted at POND 2026", Status.UNKNOWN),
        (None, "POND 2026", Status.UNKNOWN),
    ],
)
def test_the_id_of_its_venue_says_what_became_of_it(venueid: str | None, venue: str, status: Status) -> None:
    more = {"venueid": venueid, "venue": venue}
    assert status_of(note(1, more=more)) is status
    found = entry(more=more)
    is_accepted = status is Status.ACCEPTED
    assert (found.stage, found.venue) == ((ACCEPTED, venue) if is_accepted else (None, None))
    assert (found.categories[0] == status.value) is bool(status.value)


@pytest.mark.parametrize(
    ("decision", "status"),
    [("Accept (poster)", Status.ACCEPTED), ("Reject", Status.REJECTED), ("Desk Reject", Status.REJECTED), (7, "")],
)
def test_a_decision_counts_where_no_venue_is_named(decision: object, status: str) -> None:
    assert status_of(note(1, more={"venueid": None, "decision": decision})) == status
    assert status_of(note(1, more={"venueid": f"{VENUE}/Submission", "decision": decision})) is Status.REVIEWED


def test_what_is_shown_later_than_it_was_made_is_listed_then() -> None:
    found = entry(odate=milliseconds(date(2026, 4, 2)))
    assert (found.published, found.listed) == (datetime(2026, 3, 9, 12, tzinfo=UTC), date(2026, 4, 2))
    assert entry(cdate=None).published == datetime(2026, 3, 9, 12, tzinfo=UTC)
    assert entry(cdate="yesterday", tcdate=True).published is None
    assert entry(cdate=10**30, tcdate=-1).listed is None


@pytest.mark.parametrize(
    ("authors", "names"),
    [
        ([{"fullname": "Cy Dee", "username": "~Cy_Dee1"}, {"username": "~X"}], ("Cy Dee",)),
        (["Anonymous"], ()),
        (["Cy Dee", 7, None, ["x"]], ("Cy Dee",)),
        ("Cy Dee", ()),
        (None, ()),
    ],
)
def test_authors_are_names_or_profiles_and_some_are_anonymous(authors: object, names: tuple[str, ...]) -> None:
    assert entry(more={"authors": authors}).authors == names


def test_values_of_the_first_api_are_not_wrapped() -> None:
    bare = note(7)
    bare["content"] = {name: value["value"] for name, value in bare["content"].items()}
    (found,) = reading(notes([bare])).entries
    assert found == entry()


@pytest.mark.parametrize(
    ("values", "forms"),
    [
        ({"more": {"html": None, "pdf": "https://arxiv.org/pdf/2603.00042"}}, ("arxiv:2603.00042",)),
        ({"externalIds": ["arxiv:2603.00042", "doi:10.5555/pond.7", 7]}, ("arxiv:2603.00042", "doi:10.5555/pond.7")),
        ({"more": {"html": "/pdf/x.pdf"}}, ()),
        ({"more": {"html": None}, "externalIds": "arxiv:2603.00042"}, ()),
    ],
)
def test_what_it_links_to_is_claimed_and_not_believed_unseen(values: dict[str, Any], forms: tuple[str, ...]) -> None:
    found = entry(**values)
    assert tuple(form.key for form in found.forms) == forms and found.keys == (f"url:{FORUM}",)


def test_reviews_and_comments_are_no_papers() -> None:
    review = note(8, replyto="pOnD_00007", forum="pOnD_00007", more={"title": "A fine paper"})
    found = reading(notes([note(7), review]))
    assert len(found.entries) == 1
    assert "1 reviews and comments are left out" in found.remarks


# --- lists ---


def test_a_search_goes_on_at_its_place_until_enough_is_read() -> None:
    page = [note(n) for n in range(25)]
    found = reading(notes(page, 10_000))
    assert found.next == URL.replace("offset=0", "offset=25")
    assert (found.total, found.records) == (None, 25)
    assert reading(notes(page, 10_000), URL.replace("offset=0", "offset=175")).next is None, "200 are enough"
    assert reading(notes(page[:24], 10_000)).next is None, "a page that is not full is the last one"
    assert reading(notes(page, 60)).total == 60
    assert reading(notes(page, 900)).total == 200
    assert reading(notes([], 10_000)).entries == (), "which is said of searches that find nothing, too"


def test_a_list_goes_on_to_its_end() -> None:
    found = reading(notes([note(n) for n in range(3)], 900), LIST)
    assert (found.total, found.next) == (900, LIST.replace("offset=0", "offset=3"))


def test_what_became_of_the_submissions_is_counted() -> None:
    found = reading(
        notes([note(1), note(2, more={"venueid": f"{VENUE}/Rejected_Submission"}), note(3, more={"title": 3})])
    )
    assert found.remarks == (
        "3 submissions are found in all",
        "1 without a title are left out",
        "2 are accepted",
        "1 are rejected",
    )
    assert reading(notes([note(1)], 10_000)).remarks[0] == (
        "10,000 submissions are found in all, or more; the 200 that fit best are read"
    )


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (json.dumps(challenge()).encode(), "A challenge has to be passed first; it asks who sits before a browser"),
        (b'{"name": "ForbiddenError", "message": "No"}', "OpenReview answers: No"),
        (b'{"name": "RateLimitError"}', "OpenReview answers: RateLimitError"),
        (b'{"notes": [], "count": 0, "searchUnavailable": true}', "OpenReview says that its search is unavailable"),
        (b'{"count": 3}', "found JSON without notes"),
        (b'{"notes": {}}', "found JSON without notes"),
        (login_page(), "looked for an answer of OpenReview, found a login page"),
        (b"<!doctype html><title>OpenReview: Verify you are human</title>", 'found a page titled "OpenReview: Verify'),
        (b"", "found an empty answer"),
        (notes([note(1)])[:-40], "found JSON that is broken or cut off"),
        (notes([], 300), "OpenReview says that it has 300 submissions, and shows none"),
        (notes([note(1, id=None, forum=None), note(2)]), "1 of 2 submissions have no id of OpenReview"),
        (notes([note(1, content=None)]), "none of 1 submissions has a title"),
    ],
)
def test_what_is_no_list_is_refused_with_a_reason(body: bytes, reason: str) -> None:
    found = parsed(body)
    assert isinstance(found, Unreadable)
    assert reason in found.reason


def test_a_saved_answer_is_recognised() -> None:
    saved = recognise(notes([note(1), note(2)]))
    assert (saved.form, saved.kind, len(saved.reading.entries)) == ("openreview notes", "openreview", 2)


# --- what is asked for ---


def test_words_are_searched_for_in_each_venue() -> None:
    source = make_source(kind="openreview", query="deep ponds", journal=(VENUE, "https://openreview.net/group?id=TMLR"))
    urls = PARSER.starts(source, TODAY)
    assert [PARSER.called(source, url) for url in urls] == [VENUE, "TMLR"]
    (_, last) = urls
    assert {name: values[0] for name, values in parse_qs(urlsplit(last).query).items()} == {
        "term": "deep ponds",
        "type": "terms",
        "content": "all",
        "group": "all",
        "source": "forum",
        "venueid": "TMLR",
        "limit": "25",
        "offset": "0",
    }
    assert PARSER.starts(make_source(kind="openreview", query="ponds"), TODAY) == (URL,)


def test_an_address_of_ones_own_gets_what_it_lacks() -> None:
    asked = f"https://api2.openreview.net/notes?content.venueid={VENUE}"
    assert PARSER.starts(Source(name="x", kind="openreview", url=asked), TODAY) == (
        f"{asked}&sort=tmdate:desc&offset=0",
    )
    assert PARSER.starts(Source(name="x", kind="openreview", url=f"{SEARCH}?term=ponds"), TODAY) == (
        f"{SEARCH}?term=ponds&source=forum&type=terms&limit=25&offset=0",
    )


@pytest.mark.parametrize(
    ("keys", "mistake"),
    [
        (
            {"journal": (VENUE,)},
            Mistake(
                "query",
                "OpenReview lists no venue to programs: an openreview source needs words to search for",
                "write query: continual learning",
            ),
        ),
        (
            {"query": '"deep ponds"'},
            Mistake(
                "query",
                '`"` is nothing to this search',
                "write words alone: what has more of them stands first; the rule of a subscription says the rest",
            ),
        ),
        (
            {"query": "ponds", "journal": ("Pond 2026",)},
            Mistake(
                "journal",
                "`Pond 2026` is no venue of OpenReview",
                "write what stands behind group?id= on its page: journal: [ICLR.cc/2026/Conference, TMLR]",
                0,
            ),
        ),
        (
            {"url": SEARCH, "query": "ponds"},
            Mistake("query", "`url` already says what is asked for: `query` is not read", "remove one of them"),
        ),
        (
            {"query": "p" * 501},
            Mistake("query", "this is too long for the address of a search", "make several sources"),
        ),
        (
            {"query": "ponds", "journal": tuple(f"P{n}" for n in range(11))},
            Mistake("journal", "this asks for more than 10 lists at every look", "make several sources"),
        ),
    ],
)
def test_a_mistake_is_named_with_what_to_write_instead(keys: dict[str, Any], mistake: Mistake) -> None:
    assert list(PARSER.check(make_source(kind="openreview", **keys))) == [mistake]
