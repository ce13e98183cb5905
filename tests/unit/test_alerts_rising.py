"""How fast papers rose, by the numbers that were stored, and the order that follows from it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.model import DigestOrder, DueAlert, Listing, Paper
from watcher.policy.alerts.order import in_message_order
from watcher.policy.alerts.rising import VotesThen, rise_of, rising_places

DAY = date(2026, 3, 9)
MIDNIGHT = datetime(2026, 3, 9, tzinfo=UTC)


def votes(*counts: tuple[float, int]) -> list[VotesThen]:
    """(hours after the beginning of the day, upvotes)."""
    return [VotesThen(MIDNIGHT + timedelta(hours=hours), upvotes) for hours, upvotes in counts]


@pytest.mark.parametrize(
    ("counts", "listed", "rise"),
    [
        (votes(), DAY, 0),
        (votes((10, 12)), DAY, 12),  # from nothing, in ten hours
        (votes((10, 12)), None, 0),  # nobody knows since when
        (votes((120, 50)), DAY, 10),  # first read five days later: ten a day
        (votes((12, 10), (24, 40), (48, 50)), DAY, 40),
        (votes((12, 10), (24, 20), (36, 60)), DAY, 50),  # from 12 to 36
        (votes((24, 8), (120, 50)), DAY, 42),  # stood still, then the last day counts
        (votes((24, 8), (40, 20), (30, 5)), DAY, 15),  # in any order; a fall is no gain
        (votes((24, 8), (30, 3)), DAY, 8),
        (votes((-5, 7), (1, 9)), DAY, 9),  # read before its day began elsewhere
        (votes((10, 12)), date.min, 0),  # listed at the beginning of the calendar: a few in two thousand years
        (votes((10, 12)), date.max, 12),
    ],
)
def test_it_is_the_most_within_a_day(counts: list[VotesThen], listed: date | None, rise: float) -> None:
    assert rise_of(counts, listed) == pytest.approx(rise, abs=1e-4)


@given(
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 500)), min_size=1, max_size=12, unique_by=lambda one: one[0])
)
def test_it_is_never_more_than_the_highest_number_nor_less_with_one_more(counts: list[tuple[int, int]]) -> None:
    found = rise_of(votes(*counts), DAY)
    assert 0 <= found <= max(upvotes for _, upvotes in counts)
    first = sorted(counts)[:-1]
    assert not first or rise_of(votes(*first), DAY) <= found + 1e-9


def test_the_most_upvoted_and_the_fastest_come_in_turn() -> None:
    upvotes = {1: 900, 2: 500, 3: 90, 4: 80, 5: 5}
    places = rising_places(upvotes, {3: 80.0, 4: 70.0, 1: 60.0, 2: 20.0})
    assert sorted(upvotes, key=places.__getitem__) == [1, 3, 2, 4, 5]


def alert(n: int, score: float, order: DigestOrder) -> DueAlert:
    return DueAlert(match_id=n, paper_id=n, subscription="x", timezone="UTC", score=score, places=(), order=order)


@pytest.mark.parametrize(
    ("order", "wanted"),
    [
        (DigestOrder.SCORE, [2, 1, 3, 4]),
        (DigestOrder.UPVOTES, [3, 1, 2, 4]),
        (DigestOrder.NEWEST, [1, 2, 3, 4]),
        (DigestOrder.RISING, [3, 1, 2, 4]),
    ],
)
def test_a_digest_is_in_the_order_that_it_asks_for_strong_ones_first(order: DigestOrder, wanted: list[int]) -> None:
    known = {1: (3, 50), 2: (2, 40), 3: (1, 90), 4: (9, 999)}
    papers = {
        n: Paper(
            id=n,
            key=f"k:{n}",
            title="",
            first_seen=MIDNIGHT,
            listings=(Listing(source="hf", day=date(2026, 3, day), read_at=MIDNIGHT, upvotes=upvotes),),
        )
        for n, (day, upvotes) in known.items()
    }
    told = [alert(n, score, order) for n, score in ((1, 0.8), (2, 0.9), (3, 0.7), (4, 0.2))]
    assert [one.match_id for one in in_message_order(told, papers, {1: 30.0, 2: 5.0, 4: 100.0})] == wanted
