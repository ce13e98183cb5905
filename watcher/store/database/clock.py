"""Tell the time that all daemons of one server agree on.

The server's clock, read now and then, carried on in between.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo


def utc_now(now: Callable[[tzinfo], datetime] = datetime.now) -> datetime:
    """Return this machine's time in UTC."""
    return now(UTC)


def elapsed() -> float:
    """Return seconds since some fixed instant. Time asleep counts; setting the clock changes nothing."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class ServerClock:
    """A server's clock: the time it gave last, and the seconds passed since.

    This machine's clock is never read. So daemons on machines whose clocks differ agree on what is due and which lease
    ended.
    """

    def __init__(self, elapsed: Callable[[], float] = elapsed) -> None:
        self._elapsed = elapsed
        self._heard: tuple[datetime, float] | None = None

    def __call__(self) -> datetime:
        """Return the time in UTC. Raises ``RuntimeError`` before the first :meth:`hear`."""
        if self._heard is None:
            raise RuntimeError("the server's clock was not read yet")
        said, at = self._heard
        return said + timedelta(seconds=self._elapsed() - at)

    def hear(self, ask: Callable[[], datetime]) -> None:
        """Read the server's time with ``ask``. Half of the time that the answer took counts as its way back."""
        began = self._elapsed()
        said = ask()
        ended = self._elapsed()
        self._heard = said.astimezone(UTC), (began + ended) / 2
