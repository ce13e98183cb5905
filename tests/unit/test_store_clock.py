"""The server's clock, as far as it was heard."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from watcher.store.database.clock import ServerClock

SAID = datetime(2026, 3, 10, 8, tzinfo=UTC)


def test_it_goes_on_from_the_middle_of_the_answer() -> None:
    seconds = [100.0]
    clock = ServerClock(lambda: seconds[0])

    def ask() -> datetime:
        seconds[0] += 4
        return SAID.astimezone(timezone(timedelta(hours=5)))

    clock.hear(ask)
    assert clock() == SAID + timedelta(seconds=2) and clock().tzinfo is UTC
    seconds[0] += 60
    assert clock() == SAID + timedelta(seconds=62)


def test_it_has_to_be_heard_first() -> None:
    with pytest.raises(RuntimeError):
        ServerClock()()


def test_a_failed_question_changes_nothing() -> None:
    clock = ServerClock(lambda: 7.0)
    clock.hear(lambda: SAID)

    def fail() -> datetime:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        clock.hear(fail)
    assert clock() == SAID


@pytest.mark.parametrize(
    ("said", "took", "now"),
    [
        (0, 3600, 3600),  # the machine slept after the server had answered
        (3600, 3600, 3600),  # it slept before the question had gone out
        (0.002, 0.004, 0.004),
        (7200, 3600, 9000),  # the server's clock was set meanwhile: half the way back is the best guess
        (-50, 0.5, -49.75),
    ],
)
def test_an_answer_that_took_long_changes_no_time_that_agrees_with_it(said: float, took: float, now: float) -> None:
    seconds = [100.0]
    clock = ServerClock(lambda: seconds[0])
    clock.hear(lambda: SAID)

    def ask() -> datetime:
        seconds[0] += took
        return SAID + timedelta(seconds=said)

    clock.hear(ask)
    assert abs(clock() - SAID - timedelta(seconds=now)) < timedelta(milliseconds=1)
