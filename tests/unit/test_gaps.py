"""Decide what of a source was missed and what stays missing, and say so in words."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from watcher.model import Entry, Reading
from watcher.parsers.arxiv.days import is_quiet
from watcher.policy.polls import gaps
from watcher.policy.polls.days import DaySpan
from watcher.policy.polls.gaps import Gap

NOW = datetime(2026, 3, 11, 9, tzinfo=UTC)  # a Wednesday
MONDAY, TUESDAY, WEDNESDAY = (date(2026, 3, n) for n in (9, 10, 11))
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def hourly(n: int, last: datetime) -> list[datetime]:
    return [last - at * HOUR for at in range(n)]


@pytest.mark.parametrize(
    ("away", "looks", "every", "expected"),
    [
        (HOUR, hourly(5, NOW - HOUR), HOUR, False),
        (3 * HOUR, hourly(5, NOW - 3 * HOUR), HOUR, True),
        (3 * HOUR, hourly(5, NOW - 3 * HOUR), 6 * HOUR, False),
        (3 * HOUR, hourly(2, NOW - 3 * HOUR), HOUR, False),  # nobody knows how often it is looked at
        (49 * HOUR, hourly(2, NOW - 49 * HOUR), HOUR, True),
        (DAY, [NOW - n * DAY for n in range(1, 6)], HOUR, False),  # as a crontab does it
        (3 * DAY, [NOW - n * DAY for n in range(3, 8)], HOUR, True),
    ],
)
def test_an_outage_is_longer_than_what_lies_between_two_looks(
    away: timedelta, looks: list[datetime], every: timedelta, expected: bool
) -> None:
    assert gaps.is_outage(NOW - away, looks, every, NOW) is expected


def newest_first(*days_ago: int | None) -> list[Entry]:
    return [Entry(title=str(n), published=None if ago is None else NOW - ago * DAY) for n, ago in enumerate(days_ago)]


def test_a_list_that_ends_with_what_is_older_than_the_last_look_goes_back_to_it() -> None:
    last, nothing = NOW - DAY, [False] * 4
    assert gaps.goes_back(newest_first(0, 0, 0, 2), nothing, last)
    assert gaps.goes_back(newest_first(0, 2, 2, 0), nothing, last), "one that came late stands at the end"
    assert gaps.goes_back(newest_first(2, 1, 0, 0), nothing, last), "the oldest stands first"
    assert gaps.goes_back([Entry(title="A", listed=MONDAY)], [False], last)
    assert gaps.goes_back([], [], last)
    assert not gaps.goes_back([Entry(title="A", listed=TUESDAY), Entry(title="B")], [False, False], last)
    assert not gaps.goes_back(newest_first(90, 0, 0, 0), nothing, last), "the first is pinned"


@pytest.mark.parametrize(
    ("known", "expected"),
    [("...x", True), (".xx.", True), ("xxx.", True), ("x...", False), (".x..", False), ("....", False), ("x", True)],
)
def test_a_list_that_ends_with_what_was_known_goes_back_to_it(known: str, expected: bool) -> None:
    is_known = [one == "x" for one in known]
    assert gaps.goes_back(newest_first(*[None] * len(known)), is_known) is expected


def test_a_known_paper_that_was_issued_again_does_not_show_that_nothing_is_missing() -> None:
    looked, last_known = NOW - 15 * DAY, [True, False, False, True]
    assert not gaps.goes_back(newest_first(1, 2, 3, 9), last_known, looked=looked)
    assert gaps.goes_back(newest_first(1, 2, 3, 16), last_known, looked=looked)
    assert gaps.goes_back(newest_first(1, 2, 3, 14), last_known, looked=looked), "zones differ by less than a day"
    assert gaps.goes_back(newest_first(0, 0, 0, 0), last_known, looked=looked), "the date is that of the list"
    assert gaps.goes_back(newest_first(0, 1, 2, 3), [True] * 4, looked=looked), "all that is there was known"
    assert gaps.goes_back(newest_first(*[None] * 4), last_known, looked=looked)


@pytest.mark.parametrize(
    ("seen", "since"),
    [
        ((4, 3, 2, 1), 0),  # something new every day, up to now
        ((20, 19, 18, 15), 18),
        ((90, 60, 30, 15), 0),  # it changes once a month
        ((1, 1, 1, 1), None),  # all of it is new at every look
        ((), None),
    ],
)
def test_a_list_that_has_not_changed_for_longer_than_usual_may_have_stood_still(
    seen: tuple[int, ...], since: int | None
) -> None:
    found = gaps.unchanged_since([NOW - ago * DAY for ago in seen], NOW)
    assert found == (None if since is None else NOW - since * DAY)


def announced(*days: date) -> list[Reading]:
    return [Reading(entries=tuple(Entry(title=str(day), listed=day) for day in days))]


@pytest.mark.parametrize(
    ("last", "readings", "now", "expected"),
    [
        (NOW - DAY, announced(WEDNESDAY), NOW, []),
        (NOW - 2 * DAY, announced(WEDNESDAY), NOW, [TUESDAY]),
        (NOW - 2 * DAY, announced(MONDAY), NOW, []),  # it is behind still
        (NOW - 2 * DAY, announced(WEDNESDAY, MONDAY), NOW, []),  # a category is
        (NOW - 2 * DAY, announced(), NOW, []),  # nothing is there yet
        (NOW - 2 * DAY, [], NOW, []),
        (NOW - 2 * DAY, announced(WEDNESDAY), datetime(2026, 3, 11, 5, tzinfo=UTC), [TUESDAY]),  # at midnight there
        (NOW - 6 * DAY, announced(WEDNESDAY), NOW, [date(2026, 3, 6), MONDAY, TUESDAY]),
        (NOW, announced(), datetime(2026, 3, 14, 9, tzinfo=UTC), [date(2026, 3, 12), date(2026, 3, 13)]),  # Saturday
        (NOW - 2 * DAY, announced(date(2027, 1, 1)), NOW, [TUESDAY]),
        # What bears the time of its submission says nothing of announcements.
        (NOW - 2 * DAY, [Reading(entries=(Entry(title="A", listed=WEDNESDAY, published=NOW),))], NOW, []),
    ],
)
def test_announcements_that_no_list_showed(
    last: datetime, readings: list[Reading], now: datetime, expected: list[date]
) -> None:
    assert list(gaps.missed_announcements(gaps.announced_by(last, None), readings, is_quiet, now)) == expected


def test_a_gap_says_what_is_missing_and_what_to_do() -> None:
    gap = gaps.of_days("hf daily", [DaySpan(MONDAY, TUESDAY), DaySpan(date(2026, 2, 2), date(2026, 2, 2))])
    assert str(gap) == (
        "the digest days 2026-02-02 and 2026-03-09 to 2026-03-10 were not read whole; "
        "`watcher once --source 'hf daily' --since 2026-02-02` reads what the site still has"
    )
    assert gaps.what_of(str(gap)) == "the digest days 2026-02-02 and 2026-03-09 to 2026-03-10 were not read whole"
    assert gaps.since_in(str(gap)) == date(2026, 2, 2)
    assert gaps.of_days("hf", []) is None
    one = gaps.of_days("hf", [DaySpan(MONDAY, MONDAY)])
    assert str(one).startswith("the digest day 2026-03-09 was not read whole; ")


def test_a_gap_that_nobody_can_be_asked_for_says_so() -> None:
    gap = gaps.of_list("lab", NOW - DAY, NOW)
    assert str(gap) == (
        "what it listed between 2026-03-10 09:00 and 2026-03-11 09:00 UTC may be missing: it shows nothing from "
        "before; look at its page, and let `watcher import` read what is missing"
    )
    assert gaps.since_in(str(gap)) is None


def test_two_gaps_are_one_that_begins_with_the_first() -> None:
    first, second = Gap("a", "one thing", MONDAY), Gap("a", "another", WEDNESDAY)
    assert second.joined(str(first)) == Gap("a", "one thing, another", MONDAY)
    assert Gap("a", "another").joined("one thing; look") == Gap("a", "one thing, another")


@pytest.mark.parametrize(
    ("hour", "listed", "expected"),
    [
        (9, None, WEDNESDAY),
        (9, TUESDAY, WEDNESDAY),
        (5, None, TUESDAY),
        (5, TUESDAY, TUESDAY),
        (5, WEDNESDAY, WEDNESDAY),
    ],
)
def test_a_look_before_the_sites_day_begins_may_have_seen_its_announcement(
    hour: int, listed: date | None, expected: date
) -> None:
    assert gaps.announced_by(NOW.replace(hour=hour), listed) == expected
