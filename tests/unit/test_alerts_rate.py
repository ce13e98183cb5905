"""How many messages a receiver gets in any span of time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.model import Rate
from watcher.policy.deliveries.rate import SOON, Allowance, allowance

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
HOURLY = Rate(3, timedelta(hours=1))


def ago(*minutes: float) -> list[datetime]:
    return [NOW - timedelta(minutes=one) for one in minutes]


@pytest.mark.parametrize(
    ("sent", "sending", "messages", "minutes"),
    [
        (ago(), 0, 3, 0),
        (ago(1), 0, 2, 0),
        (ago(1, 2), 0, 1, 0),
        (ago(1, 2, 40), 0, 0, 20),
        (ago(1, 2, 61), 0, 1, 0),
        (ago(1, 2, 60), 0, 1, 0),
        (ago(1, 2), 1, 0, 58),
        (ago(1), 2, 0, 59),
        (ago(1), 1, 1, 0),
        (ago(), 2, 1, 0),
    ],
)
def test_what_may_go_now_and_the_wait_where_that_is_nothing(
    sent: list[datetime], sending: int, messages: int, minutes: float
) -> None:
    assert allowance(HOURLY, sent, sending, NOW) == Allowance(messages, timedelta(minutes=minutes))


def test_where_all_that_is_allowed_is_under_way_it_is_soon_looked_at_again() -> None:
    assert allowance(HOURLY, [], 3, NOW) == Allowance(0, SOON)


def test_a_clock_that_was_set_back_keeps_nobody_waiting_for_longer_than_the_span() -> None:
    assert allowance(HOURLY, ago(-300, -300, -300), 0, NOW) == Allowance(3)
    assert allowance(HOURLY, ago(-30, -30, -30), 0, NOW) == Allowance(0, HOURLY.within)


@given(st.lists(st.integers(0, 200), max_size=60), st.integers(1, 5), st.integers(1, 50))
def test_no_span_ever_holds_more(asked: list[int], most: int, within: int) -> None:
    """At any times all that is allowed is sent, as soon as the wait is over."""
    rate, sent, now = Rate(most, timedelta(seconds=within)), list[datetime](), NOW
    for pause in asked:
        now += timedelta(seconds=pause)
        while not (found := allowance(rate, sorted(sent, reverse=True)[:most], 0, now)).messages:
            assert timedelta() < found.wait <= rate.within
            now += found.wait
        sent += [now] * found.messages
    for first, last in zip(sent, sent[most:], strict=False):
        assert last - first >= rate.within
