"""Open what commands need that write: the config, the database and, if no daemon runs, the right to send."""

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
    from watcher.config import Config
    from watcher.outbox.deliver import Delivered
    from watcher.pipeline.context import Context
    from watcher.policy.subscriptions.effects import Effect
    from watcher.store import Store


@dataclass(frozen=True, slots=True)
class Session:
    """What a command that writes works with.

    ``may_send``: no daemon runs on this database. If one does, it sends, and its config is in force.
    ``effects``: what the changes of the config did since it was last applied.
    ``is_edited``: the config has changes that the running daemon has not applied yet.
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
    """Open the database. If it is gone or another one, tell the operator once before the error is raised."""
    with _telling_of_loss(desk, config, console):
        return desk.open_store(config, mode)


@contextmanager
def _telling_of_loss(desk: CliContext, config: Config, console: TextIO | None) -> Iterator[None]:
    """If the database is found to be lost or damaged in the block, tell the operator once, and raise the error."""
    try:
        yield
    except DatabaseLost as error:
        from watcher.daemon.trouble import loss_of, tell_operator
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
    """Open everything, apply the config if no daemon runs, and close everything at the end.

    ``required``: raise ``UsageError`` if there is no config.
    ``console``: where console receivers print, None for stdout.
    ``mode``: ``write`` needs an existing database.
    ``shows_effects``: the command itself says what became of new and edited subscriptions. If not, it is said on
        stderr, so that the user of the command that applies a config first learns of it.
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
    """Return lines to print first: what the changes of the config did, or that the running daemon does not know them.

    ``beginnings``: include new subscriptions that had no paper to be tried on.
    """
    from watcher.policy.subscriptions.effects import Change, said

    if work.is_edited:
        return ["the config differs from the one that the running daemon has: it counts when the daemon reads it again"]
    return [said(one) for one in work.effects if beginnings or one.tried or one.change is not Change.NEW]


def tell_and_send(work: Session, *, flush: bool = False) -> list[Delivered]:
    """Tell and send what is due; return the attempts. Nothing is done while a daemon runs, since it does so itself.

    ``flush``: also tell what is not due yet.
    """
    from watcher.outbox.deliver import deliver_all
    from watcher.pipeline.telling.tell import tell_due

    if not work.may_send:
        return []
    if flush:
        with work.context.store.transaction() as tx:
            tx.endpoints.try_now()
    tell_due(work.context, flush=flush)
    return deliver_all(work.context)


def _begin(context: Context, *, has_config: bool) -> Session:
    """Take the right to send if no daemon has it; with it, apply the config."""
    from watcher.pipeline.subscriptions.apply import apply_config
    from watcher.pipeline.subscriptions.config_incidents import record_config_troubles
    from watcher.pipeline.telling.set_back import bring_forward

    store, config = context.store, context.config
    if not _may_send(store):
        with store.reading() as tx:
            version = tx.daemons.version()
        return Session(context, False, is_edited=has_config and version is not None and version.digest != config.digest)
    if not has_config:
        return Session(context, True)
    effects = apply_config(context)
    bring_forward(context)
    record_config_troubles(context, config, {})
    if not store.is_shared:
        with store.transaction() as tx:
            tx.queue.free_interrupted(context.clock())
    return Session(context, True, effects)


def _may_send(store: Store) -> bool:
    """Return whether no daemon runs. If none does, no daemon can start on SQLite until this process ends."""
    from watcher.errors import DaemonRunning

    if not store.daemon_lock:
        return not _daemons_live(store)
    try:
        store.daemon_lock.acquire()
    except DaemonRunning:
        return False
    return True
