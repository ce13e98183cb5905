"""What a daemon does beside polling and telling: tidy, mark, fold words, beat."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from watcher.errors import StoreError
from watcher.model import Unreachable
from watcher.pipeline.context import Context
from watcher.pipeline.folding import fold_some
from watcher.pipeline.retention import sweep
from watcher.pipeline.telling.set_back import bring_forward
from watcher.store.history.checks import find_lost
from watcher.store.history.set_back import APART

log = logging.getLogger(__name__)

FOLD_REST = 2
"""How long to rest after storing some words, as a multiple of the time that took: everything else comes first."""


class Chores:
    """The chores of a daemon. Each returns when it is to be done next, by ``wall_clock``.

    ``wall_clock``: this machine's clock, by which the schedule runs.
    ``is_alive``: returns whether the daemon still ticks; only then does it beat.
    """

    def __init__(
        self, context: Context, wall_clock: Callable[[], datetime], *, is_alive: Callable[[], bool] = lambda: True
    ) -> None:
        self._context, self._wall_clock, self._is_alive = context, wall_clock, is_alive
        self._latest = context.clock()

    def follow_clock(self) -> None:
        """Correct what was stored while the database's clock was ahead, once it is set back. Raises ``StoreError``."""
        now = self._context.clock()
        if self._latest - now > APART:
            bring_forward(self._context)
        self._latest = now

    def tidy(self) -> datetime:
        """Delete old history. Raises ``StoreError``."""
        sweep(self._context)
        return self._wall_clock() + self._context.tuning.gc_every

    def mark(self) -> datetime:
        """Stamp the database, so that an older copy in its place is noticed."""
        with suppress(StoreError):  # the tick says so
            self._context.store.mark()
        return self._wall_clock() + self._context.tuning.mark_every

    def fold(self) -> datetime:
        """Store the folded words of some papers, for searches; after a rest, more if some are left."""
        began = time.monotonic()
        with suppress(StoreError):  # the tick says so
            if fold_some(self._context.store):
                return self._wall_clock() + FOLD_REST * timedelta(seconds=time.monotonic() - began)
        return self._wall_clock() + self._context.tuning.tick

    def beat(self) -> datetime:
        """Ask the heartbeat's address if all is well, and log why it was not heard."""
        if self._is_alive() and (problem := beat(self._context)):
            log.warning("%s", problem)
        return self._wall_clock() + self._context.tuning.heartbeat_every


def beat(context: Context) -> str:
    """Ask the heartbeat's address if nothing is told late; return why it was not asked, or did not answer.

    Return "" if it answered, or if the config has none. Never raises.
    """
    if not context.config.heartbeat:
        return ""
    try:
        with context.store.reading() as tx:
            late = find_lost(tx.connection, context.clock())
    except StoreError as error:
        return f"no heartbeat: {error}"
    if late:
        return f"no heartbeat: {late[0].what}: {late[0].count} ({late[0].subject})"
    found = context.fetcher.get(context.config.heartbeat, lambda address: None, robots=False)
    if isinstance(found, Unreachable) and not 200 <= (found.status or 0) < 300:
        return f"the heartbeat was not taken: {found.reason}"
    return ""
