"""Take turns at sites: one request at a time, not too often, and none while the site asks to be left alone.

All instants are seconds of a monotonic clock.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Protocol

from watcher.model import SiteTurn
from watcher.policy.polls.pace import Pace


class Book(Protocol):
    """The turns at sites that all processes of a database share."""

    def take(self, name: str, interval: float, lease: float, cost: int = 0, a_day: int = 0) -> SiteTurn:
        """Take the turn for a request; if it is not free, return how long to wait.

        ``interval``: seconds from this request to the next one.
        ``lease``: seconds after which the turn ends by itself.
        ``cost``: of the request.
        ``a_day``: how much all requests of a day (UTC) may cost together, 0 for no limit.
        """

    def give_back(self, name: str, *, is_public: bool) -> None:
        """End the turn.

        ``is_public``: the site's answer came from the public Internet.
        """

    def pause(self, name: str, seconds: float, *, closed: bool) -> None:
        """Let no request begin for ``seconds``.

        ``closed``: the site refused the last request.
        """


class NotNow(Exception):
    """The site cannot be asked in time.

    ``wait``: seconds that it asked to be left alone, None if it is only busy.
    """

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


@dataclass
class _Site:
    lock: Lock = field(default_factory=Lock)
    free_at: float = float("-inf")
    closed_until: float = float("-inf")
    is_public: bool = False


@dataclass
class HeldTurn:
    """A turn that is held.

    ``is_public``: the site has answered from the public Internet before.
    """

    is_public: bool


class Turns:
    """The turns at all sites. Safe to use from several threads.

    ``book``: turns that are shared with other processes, None for this process alone. What a site answers a day is
        counted in it only.
    ``lease``: seconds after which a turn ends if its process has died.
    """

    def __init__(
        self,
        monotonic: Callable[[], float],
        sleep: Callable[[float], object],
        book: Book | None = None,
        lease: float = 120.0,
    ) -> None:
        self._monotonic, self._sleep, self._book, self._lease = monotonic, sleep, book, lease
        self._sites: defaultdict[str, _Site] = defaultdict(_Site)
        self._lock = Lock()

    @contextmanager
    def turn(self, pace: Pace, patience: float) -> Iterator[HeldTurn]:
        """Hold a site's turn while the block runs.

        The next turn begins at least ``pace.interval`` seconds after this one began. Raises ``NotNow`` if the site
        asked to be left alone, or is not free within ``patience`` seconds.
        """
        site = self._site(pace.name)
        until = self._monotonic() + patience
        self._refuse_if_closed(pace.name, site)
        if not site.lock.acquire(timeout=max(patience, 0)):
            raise _busy(pace.name, patience)
        book = self._book if pace.interval else None
        is_taken = False
        turn = HeldTurn(site.is_public)
        try:
            self._wait(pace.name, site, until, patience)
            if book:
                site.is_public |= self._take(book, pace, until, patience).is_public
                is_taken = True
            turn.is_public = site.is_public
            site.free_at = max(self._monotonic() + pace.interval, site.free_at)
            yield turn
        finally:
            site.is_public = turn.is_public
            if book and is_taken:
                book.give_back(pace.name, is_public=turn.is_public)
            site.lock.release()

    def close(self, pace: Pace, seconds: float) -> None:
        """Refuse requests to the site for ``seconds``. A longer time that was set before stays."""
        site = self._site(pace.name)
        site.closed_until = max(site.closed_until, self._monotonic() + seconds)
        if self._book and pace.interval:
            self._book.pause(pace.name, seconds, closed=True)

    def pause(self, pace: Pace, seconds: float) -> None:
        """Delay the next request to the site by ``seconds``, since it has said that it answers no more until then."""
        site = self._site(pace.name)
        site.free_at = max(site.free_at, self._monotonic() + seconds)
        if self._book and pace.interval:
            self._book.pause(pace.name, seconds, closed=False)

    def _wait(self, name: str, site: _Site, until: float, patience: float) -> None:
        self._refuse_if_closed(name, site)
        now = self._monotonic()
        if site.free_at > max(until, now):
            raise _busy(name, patience)
        if site.free_at > now:
            self._sleep(site.free_at - now)

    def _take(self, book: Book, pace: Pace, until: float, patience: float) -> SiteTurn:
        while True:
            answer = book.take(pace.name, pace.interval, self._lease, pace.cost, pace.a_day)
            if answer.is_spent:
                raise _spent(pace, answer.wait)
            if answer.is_closed:
                raise _closed(pace.name, answer.wait)
            if not answer.wait:
                return answer
            if answer.wait > until - self._monotonic():
                raise _busy(pace.name, patience)
            self._sleep(answer.wait)

    def _site(self, name: str) -> _Site:
        with self._lock:
            return self._sites[name]

    def _refuse_if_closed(self, name: str, site: _Site) -> None:
        left = site.closed_until - self._monotonic()
        if left > 0:
            raise _closed(name, left)


def _busy(name: str, patience: float) -> NotNow:
    return NotNow(f"{name} was busy with earlier requests for {patience:.0f} s")


def _spent(pace: Pace, left: float) -> NotNow:
    """Return the error for a request that exceeds the site's limit for the day.

    ``left``: seconds until the next day (UTC).
    """
    counted = f", as many of which this one counts as {pace.cost}" if pace.cost > 1 else ""
    return NotNow(
        f"the {pace.a_day:,} requests a day that {pace.name} answers{counted} are used up until 00:00 UTC", left
    )


def _closed(name: str, left: float) -> NotNow:
    return NotNow(f"{name} asked to be left alone, for {left:.0f} s more", left)
