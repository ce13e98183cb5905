"""Keep the turns at sites in the database, so that all daemons and commands together are polite."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

from watcher.model import SiteTurn
from watcher.store import Store
from watcher.store.sources.sites import Spending


class SiteBook:
    """The :class:`watcher.fetch.Book` of this process.

    ``clock``: the database's clock.
    """

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store, self._clock = store, clock
        self._holder = uuid4().hex

    def take(self, name: str, interval: float, lease: float, cost: int = 0, a_day: int = 0) -> SiteTurn:
        """Take the turn for a request; if it is not free, return how long to wait.

        Parameters are those of :meth:`watcher.fetch.turns.Book.take`.
        """
        spaced, lasts = timedelta(seconds=interval), timedelta(seconds=lease)
        with self._store.transaction() as tx:
            return tx.sites.take(name, self._holder, spaced, lasts, self._clock(), Spending(cost, a_day))

    def give_back(self, name: str, *, is_public: bool) -> None:
        """End the turn at the site ``name``.

        ``is_public``: the site's answer came from the public Internet.
        """
        with self._store.transaction() as tx:
            tx.sites.give_back(name, self._holder, is_public=is_public)

    def pause(self, name: str, seconds: float, *, closed: bool) -> None:
        """Let no request to the site ``name`` begin for ``seconds``.

        ``closed``: the site refused the last request.
        """
        with self._store.transaction() as tx:
            tx.sites.pause(name, self._clock() + timedelta(seconds=seconds), closed=closed)
