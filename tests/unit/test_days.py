"""Which digest days a look asks for, and of which something is missing for good."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.sources import make_source
from watcher.parsers.huggingface.lists import day_before
from watcher.policy.polls.days import CATCH_UP, DaySpan, DayWalk, KnownPage, unread

DAY = timedelta(days=1)
NEWEST = date(2026, 6, 1)  # a Monday
NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
SOURCE = make_source(name="hf", look_back=3, follow=14)


def back(n: int) -> date:
    """The ``n``-th weekday before the newest."""
    day = NEWEST
    for _ in range(n):
        day = day_before(day)
    return day


def page(day: date, **more: object) -> KnownPage:
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC) + DAY
    fields = {"url": str(day), "day": day, "previous": day_before(day), "read_at": at, "is_whole": True}
    return KnownPage(**(fields | more))  # type: ignore[arg-type]


def known(*pages: KnownPage) -> dict[str, KnownPage]:
    return {one.url: one for one in pages}


def missing(n: int, *, tried: timedelta) -> KnownPage:
    """A day that could not be read for so long."""
    at = datetime(2026, 6, 1, tzinfo=UTC)
    return page(back(n), previous=None, is_whole=False, is_read=False, read_at=at, failing_since=at - tried)


@pytest.mark.parametrize(("n", "expected"), [(1, True), (2, True), (3, True), (CATCH_UP - 1, True), (CATCH_UP, False)])
def test_days_that_nobody_read_are_asked_for_as_far_as_is_caught_up(n: int, expected: bool) -> None:
    days = DayWalk(SOURCE, str, day_before, known(page(NEWEST), page(back(200))), None, NOW)
    assert days.is_due(n, back(n)) is expected


def test_before_everything_that_was_read_only_the_look_back_is_asked_for() -> None:
    days = DayWalk(SOURCE, str, day_before, known(page(NEWEST)), None, NOW)
    assert [n for n in range(1, 9) if days.is_due(n, back(n))] == [1, 2]


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (page(back(20)), False),
        (page(back(20), is_whole=False, failing_since=None), True),
        (page(back(20), is_newest=True), False),
        (page(back(20), is_newest=True, read_at=datetime(2026, 5, 4, 23, tzinfo=UTC)), True),
        (missing(20, tried=timedelta(hours=2)), True),
        (missing(20, tried=timedelta(hours=25)), False),
    ],
)
def test_a_day_is_asked_for_again_until_it_was_read_whole_or_is_given_up(one: KnownPage, expected: bool) -> None:
    days = DayWalk(SOURCE, str, day_before, known(page(NEWEST), one, page(back(40))), None, NOW)
    assert days.is_due(20, back(20)) is expected
    followed = DayWalk(SOURCE, str, day_before, known(page(NEWEST), one, page(back(40))), None, NOW)
    assert followed.is_due(13, back(20)) is (not one.is_done)


def test_a_day_that_somebody_asks_for_is_read_however_far_back() -> None:
    pages = known(page(NEWEST), missing(20, tried=3 * DAY), page(back(200)))
    days = DayWalk(SOURCE, str, day_before, pages, back(150), NOW)
    assert days.is_due(20, back(20)) and days.is_due(150, back(150)) and not days.is_due(151, back(151))
    assert not DayWalk(SOURCE, str, day_before, known(page(back(20))), back(150), NOW).is_due(20, back(20))


def test_the_day_before_is_the_one_that_the_page_names_or_the_next_weekday() -> None:
    days = DayWalk(SOURCE, str, day_before, known(page(NEWEST), page(back(5), previous=None), page(back(9))), None, NOW)
    assert days.before(NEWEST) == (back(1), False)
    assert days.before(back(1)) == (back(2), True)
    assert days.before(back(4)) == (back(5), False)
    assert days.before(back(5)) == (back(6), True)
    assert days.before(back(1), said=back(7)) == (back(7), False)
    assert days.before(back(9)) == (back(10), False)
    assert days.before(back(10)) == (None, False)
    assert days.before(None) == (NEWEST, False)


@pytest.mark.parametrize(
    ("pages", "expected"),
    [
        ([], []),
        ([page(NEWEST)], []),
        ([page(NEWEST), page(back(50))], []),
        ([page(NEWEST), page(back(CATCH_UP))], []),
        ([page(NEWEST), page(back(CATCH_UP + 1))], [DaySpan(back(CATCH_UP), back(CATCH_UP))]),
        ([page(NEWEST), page(back(90))], [DaySpan(back(89), back(CATCH_UP))]),
        ([page(NEWEST), page(back(70)), page(back(90))], [DaySpan(back(69), back(60)), DaySpan(back(89), back(71))]),
        ([page(NEWEST), missing(20, tried=DAY), page(back(30))], []),
        ([page(NEWEST), missing(20, tried=2 * DAY), page(back(30))], [DaySpan(back(20), back(20))]),
        ([page(NEWEST), page(back(1)), missing(20, tried=2 * DAY)], []),
    ],
)
def test_what_no_look_asks_for_any_more_is_missing(pages: list[KnownPage], expected: list[DaySpan]) -> None:
    assert list(unread(known(*pages), SOURCE, day_before, NOW)) == sorted(
        expected, key=lambda one: one.first, reverse=True
    )
