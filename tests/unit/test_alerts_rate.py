"""How many messages a receiver gets in any span of time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.alerts.rate import SOON, wait_for_turn
from watcher.model import Rate

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
HOURLY = Rate(3, timedelta(hours=1))


def ago(*minutes: float) -> list[datetime]:
    return [NOW - timedelta(minutes=one) for one in minutes]


@pytest.mark.parametrize(
    ("sent", "sending", "minutes"),
    [
        (ago(), 0, 0),
        (ago(1, 2), 0, 0),
        (ago(1, 2, 40), 0, 20),
        (ago(1, 2, 61), 0, 0),
        (ago(1, 2, 60), 0, 0),
        (ago(1, 2), 1, 58),
        (ago(1), 2, 59),
        (ago(), 2, 0),
    ],
)
def test_the_wait(sent: list[datetime], sending: int, minutes: float) -> None:
    assert wait_for_turn(HOURLY, sent, sending, NOW) == timedelta(minutes=minutes)


def test_where_all_that_is_allowed_is_under_way_it_is_soon_looked_at_again() -> None:
    assert wait_for_turn(HOURLY, [], 3, NOW) == SOON


def test_a_clock_that_was_set_back_keeps_nobody_waiting_for_longer_than_the_span() -> None:
    assert wait_for_turn(HOURLY, ago(-300, -300, -300), 0, NOW) == timedelta()
    assert wait_for_turn(HOURLY, ago(-30, -30, -30), 0, NOW) == HOURLY.within


@given(st.lists(st.integers(0, 200), max_size=60), st.integers(1, 5), st.integers(1, 50))
def test_no_span_ever_holds_more(asked: list[int], most: int, within: int) -> None:
    """Messages that come at any times, each sent as soon as its wait allows."""
    rate, sent, now = Rate(most, timedelta(seconds=within)), list[datetime](), NOW
    for pause in asked:
        now += timedelta(seconds=pause)
        while wait := wait_for_turn(rate, sorted(sent, reverse=True)[:most], 0, now):
            assert wait <= rate.within
            now += wait
        sent.append(now)
    for first, last in zip(sent, sent[most:], strict=False):
        assert last - first >= rate.within
