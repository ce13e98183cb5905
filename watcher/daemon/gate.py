"""Limit how many polls begin at a time, without letting slow ones hold up the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition


class Gate:
    """Holds places for runs. A run that takes longer than ``patience`` gives its place to the next one and goes on.

    ``places``: how many runs may hold a place.
    ``patience``: seconds.
    ``monotonic``: returns the time in seconds.
    """

    def __init__(self, places: int, patience: float, monotonic: Callable[[], float]) -> None:
        self._places, self._patience, self._monotonic = places, patience, monotonic
        self._began: dict[object, float] = {}
        self._changed = Condition()
        self._is_open = False

    @contextmanager
    def passed(self) -> Iterator[Callable[[], float]]:
        """Wait for a place and hold it while the block runs; yield a function that returns its seconds so far."""
        run = object()
        with self._changed:
            while not self._is_open and (wait := self._wait()) is not None:
                self._changed.wait(wait)
            began = self._began[run] = self._monotonic()
        try:
            yield lambda: self._monotonic() - began
        finally:
            with self._changed:
                del self._began[run]
                self._changed.notify()

    def open(self) -> None:
        """Let every run pass at once from now on."""
        with self._changed:
            self._is_open = True
            self._changed.notify_all()

    def _wait(self) -> float | None:
        """Return the longest time until a place is free (s), None if one is free now."""
        now = self._monotonic()
        left = sorted(self._patience - (now - began) for began in self._began.values())
        fresh = [one for one in left if one > 0]
        return fresh[0] if len(fresh) >= self._places else None
