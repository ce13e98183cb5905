"""A paper whose day lies far ahead is of the day on which it was first seen, in lists, on pages and in messages."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from tests.integration.test_forms import Desk, subscription
from watcher.model import Entry
from watcher.store import Store

NOW = datetime(2026, 3, 10, 8, tzinfo=UTC)
TODAY, NEXT_WEEK, IN_A_MONTH, FAR = NOW.date(), date(2026, 3, 18), date(2026, 4, 10), date(2031, 1, 1)


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store, [subscription(rule="kilns")])


def shown(title: str, day: date | None, *, listed: bool = True, published: bool = True) -> Entry:
    """As a feed shows a paper of a day."""
    at = datetime(day.year, day.month, day.day, tzinfo=UTC) if day and published else None
    key = f"url:https://a.example/{title.replace(' ', '-')}"
    return Entry(title=title, keys=(key,), listed=day if listed else None, published=at)


def days(desk: Desk) -> dict[date, list[str]]:
    """Day → titles of all pages of days, from Today back."""
    found = {}
    with desk.store.reading() as tx:
        day = tx.browsing.day_before(None)
        while day is not None:
            found[day] = [paper.title for paper in tx.papers.get(tx.browsing.papers_on(day))]
            day = tx.browsing.day_before(day)
    return found


SLIPS = [
    shown("Kilns of 2031", FAR),
    shown("Kilns in time", FAR, listed=False),
    shown("Kilns by day", FAR, published=False),
    shown("Kilns for ever", date(9999, 12, 31)),
]


def test_it_is_of_the_day_on_which_it_was_first_seen_everywhere_and_once(desk: Desk) -> None:
    desk.now = NOW
    usual = [shown(f"Kilns {n}", TODAY) for n in range(4)]
    desk.read(*usual, *SLIPS, shown("Kilns next week", NEXT_WEEK), shown("Kilns soon", IN_A_MONTH))
    slips = [one.title for one in SLIPS]
    assert days(desk) == {
        IN_A_MONTH: ["Kilns soon"],
        NEXT_WEEK: ["Kilns next week"],
        TODAY: [*(one.title for one in usual), *slips],
    }
    with desk.store.reading() as tx:
        listed = [paper.title for paper in tx.papers.all()]
        since = {paper.title for paper in tx.papers.all(NEXT_WEEK)}
        assert tx.papers.listed_in(None, [FAR]) == [] and tx.browsing.day_after(IN_A_MONTH) is None
    assert listed[:2] == ["Kilns soon", "Kilns next week"] and {*listed[2:]} == {*(one.title for one in usual), *slips}
    assert since == {"Kilns soon", "Kilns next week"}
    desk.tell()
    told = {paper["title"]: paper["day"] for paper in desk.sent[0].data["papers"]}  # type: ignore[attr-defined]
    assert {told[title] for title in slips} == {TODAY.isoformat()}


@pytest.mark.parametrize("hours", [-11, 0, 13])
def test_it_stays_there_when_its_day_comes(desk: Desk, hours: int) -> None:
    desk.now = NOW
    zone = timezone(timedelta(hours=hours))
    issue = replace(shown("Kilns of summer", date(2026, 7, 1)), published=datetime(2026, 7, 1, 0, 30, tzinfo=zone))
    desk.read(issue, source="journal")
    for ahead in (timedelta(days=1), timedelta(days=90), timedelta(days=113), timedelta(days=200)):
        desk.now = NOW + ahead
        desk.read(issue, source="journal")
    assert days(desk) == {TODAY: ["Kilns of summer"]}


def test_what_is_listed_months_after_it_was_first_seen_is_listed_on_its_day(desk: Desk) -> None:
    """A preprint's article, a new version, an item whose date was changed: their days have come."""
    desk.now = NOW
    later = date(2026, 8, 1)
    desk.read(shown("Kilns again", TODAY), source="journal")
    for _ in range(2):
        desk.now = datetime(2026, 8, 1, 9, tzinfo=UTC)
        desk.read(shown("Kilns again", later), source="journal")
        desk.read(shown("Kilns again", later, published=False), source="mirror")
    assert days(desk) == {later: ["Kilns again"], TODAY: ["Kilns again"]}
    with desk.store.reading() as tx:
        (paper,) = tx.papers.all()
    listed = [(one.source, one.day) for one in paper.listings]
    assert listed == [("journal", TODAY), ("journal", later), ("mirror", later)]


def test_a_clock_that_lags_behind_moves_no_days(desk: Desk) -> None:
    desk.now = datetime(1970, 1, 1, tzinfo=UTC)
    page = [shown(f"Kilns {n}", TODAY - timedelta(days=n)) for n in range(4)]
    for now in (desk.now, NOW):
        desk.now = now
        desk.read(*page)
    assert [*days(desk)] == [TODAY - timedelta(days=n) for n in range(4)]


def test_a_whole_issue_to_come_is_of_the_day_on_which_it_came(desk: Desk) -> None:
    desk.now = NOW
    desk.read(*(shown(f"Kilns {n}", date(2026, 6, 1)) for n in range(5)))
    assert days(desk) == {TODAY: [f"Kilns {n}" for n in range(5)]}
