"""Remember for a day what each site's robots.txt permits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from watcher.fetch.robots import Robots
from watcher.fetch.wire import Refused

FRESH = 86_400.0
"""Seconds that a robots.txt is used without reading it again; RFC 9309 says a day at most."""

AGAIN = 60.0
"""Seconds between two tries to read a robots.txt that cannot be read."""

PATIENCE = 86_400.0
"""Seconds after which an unreadable robots.txt forbids nothing any more (RFC 9309, 2.3.1.4)."""

MOST = 500
"""Sites remembered; the least recently asked is forgotten first."""

Read = Callable[[], Robots | str]
"""Reads a robots.txt: returns what it permits, or why that is not known."""


@dataclass(frozen=True, slots=True)
class _Known:
    robots: Robots | None
    until: float
    failing_since: float | None = None
    reason: str = ""


class Permits:
    """Robots by origin (``https://example.org``).

    Safe to use from several threads; two may read the same file at once.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._known: dict[str, _Known] = {}

    def robots(self, origin: str, read: Read) -> Robots:
        """Return what ``origin`` permits. Raises ``Refused`` while that cannot be known.

        While the file cannot be read, its last content holds; after ``PATIENCE`` nothing is forbidden.
        """
        known, now = self._known.get(origin), self._monotonic()
        if known is None or now >= known.until:
            known = self._learn(known, read(), now)
            self._keep(origin, known)
        if known.robots is not None:
            return known.robots
        if known.failing_since is not None and now - known.failing_since >= PATIENCE:
            return Robots()
        raise Refused(known.reason)

    def _learn(self, known: _Known | None, answer: Robots | str, now: float) -> _Known:
        if isinstance(answer, Robots):
            return _Known(answer, now + FRESH)
        before = known or _Known(None, now)
        since = now if before.failing_since is None else before.failing_since
        return replace(before, until=now + AGAIN, failing_since=since, reason=answer)

    def _keep(self, origin: str, known: _Known) -> None:
        self._known.pop(origin, None)
        self._known[origin] = known
        while len(self._known) > MOST:
            self._known.pop(next(iter(self._known)), None)
