"""Let few polls begin at a time, without letting those that take long hold up the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition


class Gate:
    """A place for a number of runs at a time. A run that takes longer than ``patience`` gives its place to the next.

    ``places``: of runs that have not taken long.
    ``patience``: seconds after which a run has taken long.
    ``monotonic``: returns the time (s).
    """

    def __init__(self, places: int, patience: float, monotonic: Callable[[], float]) -> None:
        self._places, self._patience, self._monotonic = places, patience, monotonic
        self._began: dict[object, float] = {}
        self._changed = Condition()
        self._is_open = False

    @contextmanager
    def passed(self) -> Iterator[Callable[[], float]]:
        """Wait for a place, and hold it; yield a function that says how long the run has taken (s)."""
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
        """Let everybody pass from now on."""
        with self._changed:
            self._is_open = True
            self._changed.notify_all()

    def _wait(self) -> float | None:
        """Return how long the next place takes at most (s), None if there is one."""
        now = self._monotonic()
        left = sorted(self._patience - (now - began) for began in self._began.values())
        fresh = [one for one in left if one > 0]
        return fresh[0] if len(fresh) >= self._places else None
