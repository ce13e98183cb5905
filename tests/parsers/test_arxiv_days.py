from collections.abc import Collection
from datetime import UTC, date, datetime

import pytest

from tests.sources import make_source
from watcher.model import Entry, ListedBefore, Reading
from watcher.parsers import PARSERS
from watcher.parsers.arxiv.days import is_holiday, is_quiet, stale_announcement


@pytest.mark.parametrize(
    ("day", "holiday"),
    [
        (date(2023, 1, 16), True),
        (date(2023, 6, 19), True),
        (date(2023, 7, 4), True),
        (date(2023, 9, 4), True),
        (date(2023, 11, 23), True),
        (date(2023, 12, 25), True),
        (date(2024, 1, 15), True),
        (date(2026, 11, 26), True),
        (date(2026, 1, 12), False),
        (date(2026, 1, 26), False),
        (date(2026, 11, 19), False),
        (date(2026, 5, 25), False),
    ],
)
def test_holidays(day: date, holiday: bool) -> None:
    assert is_holiday(day) is holiday


def test_a_list_is_of_the_evening_before() -> None:
    week = [date(2026, 11, 23 + n) for n in range(7)]  # Monday to Sunday; Thursday is Thanksgiving
    assert [is_quiet(day) for day in week] == [False, False, False, False, True, True, True]


MONDAY, TUESDAY = date(2026, 3, 9), date(2026, 3, 10)
STALE = "shows the announcement of 9 March 2026"


def entries(day: date, n: int, category: str = "cs.CL", first: int = 0) -> list[Entry]:
    return [
        Entry(title=f"Part {at}", keys=(f"arxiv:2603.{at:05}",), listed=day, categories=(category, "cs.XX"))
        for at in range(first, first + n)
    ]


def was(before: Collection[str]) -> ListedBefore:
    """What was listed on the day before, of no category."""
    return ListedBefore(dict.fromkeys(before, ""))


def keys(n: int, first: int = 0) -> frozenset[str]:
    return frozenset(one.keys[0] for one in entries(MONDAY, n, first=first))


@pytest.mark.parametrize(
    ("shown", "before", "expected"),
    [
        ([], keys(9), ""),
        (entries(TUESDAY, 9), keys(0), ""),
        (entries(TUESDAY, 9, first=9), keys(9), ""),
        (entries(MONDAY, 9), keys(9), STALE),
        (entries(MONDAY, 1), keys(0), STALE),
        (entries(date(2026, 3, 6), 9), keys(0), "shows the announcement of 6 March 2026"),
        # The same papers under a new date.
        (entries(TUESDAY, 9), keys(9), "shows just the papers of the announcement before"),
        (entries(TUESDAY, 2), keys(9), ""),  # that may be: a replacement, a cross-list
        (entries(TUESDAY, 9), keys(4), ""),
        (entries(TUESDAY, 9), keys(6), "shows just the papers of the announcement before, 6 of 9"),
        # One category of several.
        ([*entries(MONDAY, 5, "cs.AI"), *entries(TUESDAY, 9, first=9)], keys(5), f"cs.AI: {STALE}"),
        (
            [*entries(MONDAY, 5, "cs.AI"), *entries(TUESDAY, 2, "cs.AI", 50), *entries(TUESDAY, 9, first=9)],
            keys(5),
            f"cs.AI: {STALE}",
        ),
        (
            [*entries(TUESDAY, 5, "cs.AI"), *entries(TUESDAY, 9, first=9)],
            keys(5),
            "cs.AI: shows just the papers of the announcement before",
        ),
        ([*entries(TUESDAY, 5, "cs.AI"), *entries(MONDAY, 9, first=9)], keys(0), f"cs.CL: {STALE}"),
        # A list of the last days.
        ([one for n in range(4, 11) for one in entries(date(2026, 3, n), 3, first=9 * n)], keys(0), ""),
    ],
)
def test_a_list_that_is_not_of_the_day(shown: list[Entry], before: frozenset[str], expected: str) -> None:
    assert stale_announcement(shown, was(before), TUESDAY, ("cs.AI", "cs.CL")) == expected


AI, CL = keys(12), frozenset(f"arxiv:2603.{n:05}" for n in range(60, 72))
BOTH = ListedBefore(dict.fromkeys(AI, "cs.AI") | dict.fromkeys(CL, "cs.CL"), AI | CL)


@pytest.mark.parametrize(
    ("shown", "before", "expected"),
    [
        (entries(TUESDAY, 9, first=20), BOTH, "cs.AI: shows no papers; the announcement before had 12"),
        ([*entries(TUESDAY, 9, first=20), *entries(TUESDAY, 1, "cs.AI", 40)], BOTH, ""),
        (entries(TUESDAY, 9, first=20), ListedBefore(dict.fromkeys(keys(9), "cs.AI"), keys(9)), ""),
        (entries(TUESDAY, 12), ListedBefore({}, keys(12)), "shows just papers of announcements before"),
        (entries(TUESDAY, 13), ListedBefore({}, keys(12)), ""),
        (entries(TUESDAY, 9), ListedBefore({}, keys(9)), ""),
    ],
)
def test_a_category_that_is_empty_and_an_announcement_of_days_before(
    shown: list[Entry], before: ListedBefore, expected: str
) -> None:
    assert stale_announcement(shown, before, TUESDAY, ("cs.AI", "cs.CL")) == expected


def test_a_list_of_one_category_lacks_no_other() -> None:
    lists = make_source(kind="arxiv", via="listing", categories=("cs.AI", "cs.CL"))
    reading = Reading(entries=tuple(entries(TUESDAY, 9, first=20)))
    assert PARSERS["arxiv"].behind(lists, reading, BOTH, TUESDAY) == ""
    feed = make_source(kind="arxiv", categories=("cs.AI", "cs.CL"))
    assert PARSERS["arxiv"].behind(feed, reading, BOTH, TUESDAY) != ""


def test_an_archive_is_a_category() -> None:
    shown = [*entries(MONDAY, 5, "cs.AI"), *entries(TUESDAY, 9, "hep-th", first=9)]
    assert stale_announcement(shown, was(()), TUESDAY, ("cs", "hep-th")) == f"cs: {STALE}"


def test_the_time_of_a_submission_is_not_that_of_an_announcement() -> None:
    at = datetime(2026, 3, 9, 12, tzinfo=UTC)
    found = [Entry(title="A", keys=("arxiv:2603.00001",), listed=MONDAY, published=at)]
    assert stale_announcement(found, was(keys(9)), TUESDAY, ("cs.CL",)) == ""
