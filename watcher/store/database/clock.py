"""Tell the time that all daemons of one server agree on.

It is read from the server now and then, and counted on in between.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo


def utc_now(now: Callable[[tzinfo], datetime] = datetime.now) -> datetime:
    """Return this machine's time in UTC."""
    return now(UTC)


def elapsed() -> float:
    """Return the seconds since some fixed instant. Time asleep is counted; setting the clock makes no difference."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class ServerClock:
    """A server's clock: the time that the server told last, and the seconds since then.

    This machine's clock is never read, so that daemons on machines with different clocks agree on what is due.

    ``elapsed``: returns seconds from some instant on.
    """

    def __init__(self, elapsed: Callable[[], float] = elapsed) -> None:
        self._elapsed = elapsed
        self._heard: tuple[datetime, float] | None = None

    def __call__(self) -> datetime:
        """Return the time in UTC. Raises ``RuntimeError`` before the first :meth:`hear`."""
        if self._heard is None:
            raise RuntimeError("the server's clock was not read yet")
        return self._at(self._elapsed())

    def hear(self, ask: Callable[[], datetime]) -> None:
        """Read the server's time.

        ``ask``: asks the server. The time that its answer took counts by half, as the way back; a time that was counted
            on and agrees with the answer stays, since the answer may have taken an hour of sleep.
        """
        began = self._elapsed()
        said = ask().astimezone(UTC)
        ended = self._elapsed()
        if self._heard is None or not said <= self._at(ended) <= said + timedelta(seconds=ended - began):
            self._heard = said, (began + ended) / 2

    def _at(self, elapsed: float) -> datetime:
        assert self._heard is not None
        said, at = self._heard
        return said + timedelta(seconds=elapsed - at)
