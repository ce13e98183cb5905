"""A place for a number of runs at a time, which a run that takes long gives up."""

from __future__ import annotations

from contextlib import ExitStack
from threading import Event, Thread

from tests.patience import PATIENCE
from watcher.daemon.gate import Gate


class Clock:
    """A clock that the test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def passes(gate: Gate) -> Event:
    """Let a thread pass the gate; the event says that it has."""
    passed = Event()

    def run() -> None:
        with gate.passed():
            passed.set()

    Thread(target=run, daemon=True).start()
    return passed


def test_as_many_pass_as_there_are_places_until_one_has_taken_long() -> None:
    clock = Clock()
    gate = Gate(2, 0.01, clock)
    with ExitStack() as held:
        first = held.enter_context(gate.passed())
        held.enter_context(gate.passed())
        third = passes(gate)
        assert not third.wait(0.05)
        clock.now = 0.02
        assert third.wait(PATIENCE)
        assert first() == 0.02


def test_a_place_that_is_left_is_free_at_once() -> None:
    gate = Gate(1, 1_000.0, Clock())
    with gate.passed():
        second = passes(gate)
    assert second.wait(PATIENCE)


def test_an_open_gate_holds_nobody() -> None:
    gate = Gate(1, 1_000.0, Clock())
    with gate.passed():
        second = passes(gate)
        gate.open()
        assert second.wait(PATIENCE)
