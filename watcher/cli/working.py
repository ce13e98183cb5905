"""What commands that write have in common: the config, the database and, if no daemon runs, the right to send."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TextIO

import click

from watcher.cli.desk import CliContext
from watcher.errors import DatabaseLost

if TYPE_CHECKING:
    from watcher.alerts.effects import Effect
    from watcher.config import Config
    from watcher.pipeline.context import Context
    from watcher.sending.deliver import Delivered
    from watcher.store import Store


@dataclass(frozen=True, slots=True)
class Session:
    """``may_send`` is false while a daemon runs on the same database: it sends, and its config stands.

    ``effects`` are what the config's changes since the last time did, and ``is_edited`` says that it has changes which
    the running daemon does not know yet.
    """

    context: Context
    may_send: bool
    effects: Sequence[Effect] = ()
    is_edited: bool = False


def _daemons_live(store: Store) -> bool:
    with store.reading() as tx:
        return bool(tx.daemons.alive(store.clock()))


def open_or_tell(
    desk: CliContext, config: Config, mode: Literal["write", "create"], *, console: TextIO | None = None
) -> Store:
    """Open the database; if it is gone or another one, the operator hears of it, once, before the error is raised."""
    with _telling_of_loss(desk, config, console):
        return desk.open_store(config, mode)


@contextmanager
def _telling_of_loss(desk: CliContext, config: Config, console: TextIO | None) -> Iterator[None]:
    """Tell the operator, once, of a database that is found to be lost or damaged in the block; the error goes on."""
    try:
        yield
    except DatabaseLost as error:
        from watcher.daemon.lost import loss_of, tell_operator
        from watcher.notify import Notifier
        from watcher.store.database.clock import utc_now
        from watcher.store.database.file.marks import place_of_mark

        now, place = utc_now(), desk.place(config)
        if at := place_of_mark(place.path, desk.state_dir()):
            with Notifier(console=console or sys.stdout) as notifier:
                tell_operator(loss_of(place, error, now), at, config, desk.env, notifier, now)
        raise


@contextmanager
def session(
    desk: CliContext,
    *,
    required: bool = True,
    console: TextIO | None = None,
    mode: Literal["write", "create"] = "create",
    shows_effects: bool = False,
) -> Iterator[Session]:
    """Open everything, apply the config where no daemon runs, and close it all at the end.

    In mode ``write`` the database has to be there already. Unless the command ``shows_effects`` itself, what became of
    new and edited subscriptions is said on stderr: whichever command applies a config first, its user hears of it.
    """
    from watcher.daemon import logs
    from watcher.daemon.opening import open_context

    config = desk.config(required=required)
    # These commands say themselves what they did: of the program's own lines only the warnings are left.
    secrets = config.secrets(desk.env)
    logs.set_up(desk.log_format, verbose=desk.verbose, secrets=secrets, own=logging.WARNING, says_outcomes=True)
    store = open_or_tell(desk, config, mode, console=console)
    context = open_context(config, store, desk.env, console=console, state_dir=desk.state_dir(), tuning=desk.tuning)
    try:
        with _telling_of_loss(desk, config, console):
            work = _begin(context, has_config=desk.find() is not None)
            if not shows_effects:
                for line in news(work, beginnings=False):
                    click.echo(line, err=True)
            yield work
    finally:
        context.notifier.close()
        context.fetcher.close()
        context.parsing.close()
        store.close()


def news(work: Session, *, beginnings: bool = True) -> list[str]:
    """Return the lines to print before anything else: what the config's changes did, or that they do not count.

    Without ``beginnings``, nothing of subscriptions that are new and had no paper to be tried on.
    """
    from watcher.alerts.effects import Change, said

    if work.is_edited:
        return ["the config differs from the one that the running daemon has: it counts when the daemon reads it again"]
    return [said(one) for one in work.effects if beginnings or one.tried or one.change is not Change.NEW]


def tell_and_send(work: Session, *, flush: bool = False) -> list[Delivered]:
    """Tell and send what is due, with ``flush`` also what is not due yet; how each message ended.

    Nothing while a daemon runs: it sees at its next tick what there is to send.
    """
    from watcher.pipeline.telling.tell import tell_due
    from watcher.sending.deliver import deliver_all

    if not work.may_send:
        return []
    if flush:
        with work.context.store.transaction() as tx:
            tx.endpoints.try_now()
    tell_due(work.context, flush=flush)
    return deliver_all(work.context)


def _begin(context: Context, *, has_config: bool) -> Session:
    """Take the right to send, if no daemon has it, and with it let the config take effect."""
    from watcher.pipeline.subscriptions.apply import apply_config
    from watcher.pipeline.subscriptions.config_incidents import record_config_troubles

    store, config = context.store, context.config
    if not _may_send(store):
        with store.reading() as tx:
            version = tx.daemons.version()
        return Session(context, False, is_edited=has_config and version is not None and version.digest != config.digest)
    if not has_config:
        return Session(context, True)
    effects = apply_config(context)
    record_config_troubles(context, config, {})
    if not store.is_shared:
        with store.transaction() as tx:
            tx.queue.free_interrupted(context.clock())
    return Session(context, True, effects)


def _may_send(store: Store) -> bool:
    """Whether no daemon runs; one of SQLite cannot start any more, then, until this process ends."""
    from watcher.errors import DaemonRunning

    if not store.daemon_lock:
        return not _daemons_live(store)
    try:
        store.daemon_lock.acquire()
    except DaemonRunning:
        return False
    return True
