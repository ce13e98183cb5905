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
