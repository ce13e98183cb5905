"""Work together with other daemons of the same database: report, agree on the config, take turns at polling."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

from watcher import __version__
from watcher.errors import Overtaken, Stopped
from watcher.model import Source
from watcher.outbox.lease import turn
from watcher.pipeline.context import Context
from watcher.pipeline.polling.polled import SOON, Polled, due_again, next_poll
from watcher.pipeline.polling.source import poll_source
from watcher.pipeline.subscriptions.apply import apply_config
from watcher.pipeline.telling.set_back import bring_forward
from watcher.policy.alerts.incidents import begins_trouble
from watcher.store import Transaction
from watcher.store.fleet.daemons import KnownDaemon

log = logging.getLogger(__name__)

AFTER_ANOTHER = timedelta(minutes=1)
"""When to look again at a source that another daemon is polling."""


@dataclass
class Self:
    """This daemon, as the others see it.

    ``host`` and ``pid``: its machine's name, and its process there.
    """

    host: str
    pid: int
    started_at: datetime
    id: str = field(default_factory=lambda: uuid4().hex)

    def beat(self, context: Context) -> None:
        """Report that this daemon lives. Log an error if its config is not the one in force."""
        now, digest = context.clock(), context.config.digest
        with context.store.transaction() as tx:
            tx.daemons.beat(KnownDaemon(self.id, self.host, self.pid, __version__, digest, self.started_at, now))
            problem = out_of_step(tx, digest)
        if problem:
            log.error("%s", problem)

    def leave(self, context: Context) -> None:
        """Report that this daemon stops."""
        with context.store.transaction() as tx:
            tx.daemons.leave(self.id)


def out_of_step(tx: Transaction, digest: str) -> str:
    """Return, in words, what to do if this daemon's config is not the one in force, "" if it is.

    ``digest``: of this daemon's config.
    """
    current = tx.daemons.version()
    if not digest or current is None or current.digest == digest:
        return ""
    return (
        f"config mismatch: this daemon has {digest[:8]}, the fleet uses {current.digest[:8]} (since "
        f"{current.applied_at:%Y-%m-%d %H:%M} UTC): install the same files and reload"
    )


def apply_at_start(context: Context) -> bool:
    """Apply the config, unless other daemons run with a newer one; return whether it was applied.

    Otherwise a machine that comes back with old files would remove everybody's new subscriptions. A reload applies any
    config, since a person has asked for it.
    """
    with context.store.reading() as tx:
        current = tx.daemons.version()
        others = {one.config for one in tx.daemons.alive(context.clock(), context.tuning.silent)}
        is_old = current is not None and current.digest in others and tx.daemons.was_replaced(context.config.digest)
    if is_old:
        log.error("this config is older than the one that the other daemons use: it is not applied")
        return False
    apply_config(context)
    bring_forward(context)
    return True


def poll_in_turn(source: Source, context: Context) -> datetime:
    """Poll ``source`` unless another daemon polls it or has just done so; return when to poll next.

    If the poll is stopped or overtaken by another one, that is logged and is no error.
    """
    try:
        return _poll_in_turn(source, context)
    except (Stopped, Overtaken) as error:
        log.info("%s", error)
        return context.clock() + AFTER_ANOTHER


def _poll_in_turn(source: Source, context: Context) -> datetime:
    if not context.store.is_shared:
        polled = poll_source(source, context)
        log_look(polled)
        return next_poll(source, polled, context.clock(), context.jitter())
    if later := _polled_by_another(source, context):
        return later
    name = f"poll {source.name}"
    with turn(name, context) as holder:
        if holder is None:
            return context.clock() + min(SOON, source.every) / 10
        if later := _polled_by_another(source, context):
            return later
        polled = poll_source(source, context, lambda tx: tx.leases.hold(name, holder))
        log_look(polled)
        if polled.matched:
            context.store.wake_others("")
    return next_poll(source, polled, context.clock(), context.jitter())


def log_look(polled: Polled) -> None:
    """Log a poll: as a warning if trouble begins or changes, otherwise as information."""
    judged = polled.judged
    level = logging.WARNING if begins_trouble(judged, polled.before) else logging.INFO
    why = f" ({judged.reason})" if judged.reason else ""
    log.log(level, "%s: %s, %d new, %d matched%s", polled.source, judged.verdict, polled.new, polled.matched, why)


def _polled_by_another(source: Source, context: Context) -> datetime | None:
    """Return when the source is due after a poll by another daemon, None if it is due now."""
    now = context.clock()
    with context.store.reading() as tx:
        last = tx.pages.last_poll(source.name)
    due = now if last is None else due_again(source, last, now)
    return due + source.every * context.jitter() / 10 if due > now else None
