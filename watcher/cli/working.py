"""What commands that write have in common: the config, the database and, if no daemon runs, the right to send."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TextIO

from watcher.cli.desk import Desk

if TYPE_CHECKING:
    from watcher.pipeline.parts import Parts
    from watcher.store import Store


@dataclass(frozen=True, slots=True)
class Work:
    """``may_send`` is false while a daemon runs on the same database: it sends, and its config stands."""

    parts: Parts
    may_send: bool


def _daemons_live(store: Store) -> bool:
    with store.reading() as tx:
        return bool(tx.daemons.alive(store.clock()))


@contextmanager
def at_work(
    desk: Desk, *, required: bool = True, console: TextIO | None = None, mode: Literal["write", "create"] = "create"
) -> Iterator[Work]:
    """Open everything, apply the config where no daemon runs, and close it all at the end.

    In mode ``write`` the database has to be there already.
    """
    from watcher import logs
    from watcher.app import open_parts
    from watcher.errors import DaemonRunning
    from watcher.pipeline.apply import apply_config
    from watcher.pipeline.trouble import record_config_troubles

    config = desk.config(required=required)
    logs.set_up(desk.log_format, verbose=desk.verbose, secrets=config.secrets(desk.env))
    if not desk.verbose:
        # These commands say themselves what they did.
        logging.getLogger("watcher").setLevel(logging.WARNING)
    store = desk.open_store(config, mode)
    parts = open_parts(config, store, desk.env, console=console, state_dir=desk.state_dir(), tuning=desk.tuning)
    may_send = True
    try:
        try:
            if store.daemon_lock:
                store.daemon_lock.acquire()
            elif _daemons_live(store):
                may_send = False
        except DaemonRunning:
            may_send = False
        if may_send and desk.find() is not None:
            apply_config(parts)
            record_config_troubles(parts, config, {})
            if not store.is_shared:
                with store.transaction() as tx:
                    tx.queue.free_interrupted(parts.clock())
        yield Work(parts, may_send)
    finally:
        parts.notifier.close()
        parts.fetcher.close()
        store.close()
