"""The book of sites that fetching asks, kept in the database: all daemons and commands together are polite."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

from watcher.model import SiteTurn
from watcher.store import Store


class SiteBook:
    """What :class:`watcher.fetch.Book` asks for, of one process; ``clock`` is the one that all of them agree on."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store, self._clock = store, clock
        self._holder = uuid4().hex

    def take(self, name: str, interval: float, lease: float) -> SiteTurn:
        """Begin a request, or say for how long to wait before asking again."""
        lasts = timedelta(seconds=lease)
        with self._store.transaction() as tx:
            return tx.sites.take(name, self._holder, timedelta(seconds=interval), lasts, self._clock())

    def give_back(self, name: str, *, is_public: bool) -> None:
        """The request is over."""
        with self._store.transaction() as tx:
            tx.sites.give_back(name, self._holder, is_public=is_public)

    def pause(self, name: str, seconds: float, *, closed: bool) -> None:
        """Begin no request for this long."""
        with self._store.transaction() as tx:
            tx.sites.pause(name, self._clock() + timedelta(seconds=seconds), closed=closed)
