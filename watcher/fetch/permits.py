"""Remember for a day what the robots.txt of each site permits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from watcher.fetch.robots import Robots
from watcher.fetch.wire import Refused

FRESH = 86_400.0
"""Seconds for which a robots.txt is used without reading it again (RFC 9309: a day at most)."""

AGAIN = 60.0
"""Seconds between two tries to read a robots.txt that cannot be read."""

PATIENCE = 86_400.0
"""Seconds after which an unreadable robots.txt forbids nothing any more (RFC 9309, 2.3.1.4)."""

MOST = 500
"""Most sites that are remembered; the one not asked for longest is forgotten first."""

Read = Callable[[], Robots | str]
"""Reads a robots.txt: returns what it permits, or why that is not known."""


@dataclass(frozen=True, slots=True)
class _Known:
    robots: Robots | None
    until: float
    failing_since: float | None = None
    reason: str = ""


class Permits:
    """What sites permit, by origin (``https://example.org``).

    Safe to use from several threads; two threads may read the same file at the same time.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._known: dict[str, _Known] = {}

    def robots(self, origin: str, read: Read) -> Robots:
        """Return what ``origin`` permits. Raises ``Refused`` as long as that cannot be known.

        If the file cannot be read, its last content holds, or everything is permitted after ``PATIENCE``.

        ``read``: reads the file.
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
