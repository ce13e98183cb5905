"""The time that daemons over one server agree on: the server's, read now and then and carried on in between."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo


def utc_now(now: Callable[[tzinfo], datetime] = datetime.now) -> datetime:
    """What the clock of this machine says."""
    return now(UTC)


def elapsed() -> float:
    """Seconds since some instant, also those for which the machine slept; setting its clock changes nothing here."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class ServerClock:
    """A server's clock, as far as it was heard: what it said last, and the seconds since then.

    The clock of this machine is never looked at: daemons whose machines are hours apart agree on what is due and on
    whose lease has ended.
    """

    def __init__(self, elapsed: Callable[[], float] = elapsed) -> None:
        self._elapsed = elapsed
        self._heard: tuple[datetime, float] | None = None

    def __call__(self) -> datetime:
        """The instant, in UTC; the server has to have been heard before."""
        if self._heard is None:
            raise RuntimeError("the server's clock was not read yet")
        said, at = self._heard
        return said + timedelta(seconds=self._elapsed() - at)

    def hear(self, ask: Callable[[], datetime]) -> None:
        """Ask the server. Of the time that the answer took, half counts as its way back."""
        began = self._elapsed()
        said = ask()
        ended = self._elapsed()
        self._heard = said.astimezone(UTC), (began + ended) / 2
