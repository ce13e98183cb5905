"""Run ``watcher reload``: make the running daemon read its config again."""

from __future__ import annotations

import os
import signal
import socket
import time
from typing import TYPE_CHECKING

import click

from watcher.cli.desk import CliContext
from watcher.cli.outcome import warned_line
from watcher.errors import WatcherError
from watcher.model import IncidentKind
from watcher.model.words import counted

if TYPE_CHECKING:
    from watcher.config import Config
    from watcher.store import Store
    from watcher.store.fleet.daemons import KnownDaemon

PATIENCE = 30.0
"""Seconds within which a daemon applies a config, or refuses it."""

BETWEEN = 0.1


@click.command()
@click.pass_obj
def reload(desk: CliContext) -> int:
    """Let the daemon that runs on this machine read its config again, and say whether it counts.

    The config is checked first: all that is wrong in it is shown, and the daemon is left alone. What became of new and
    edited subscriptions stands in the daemon's log. Exit status 1 without a daemon, or where it refuses the config or
    may not be signalled by this user; 2 for a wrong config. Included files that cannot be used are named, and the
    others count.
    """
    from watcher.pipeline.subscriptions.config_incidents import broken_includes_in_words

    config = desk.config()
    if warned := warned_line(config):
        click.echo(warned, err=True)
    with desk.open_store(config) as store:
        daemons = _here(store)
        if not daemons:
            raise WatcherError(
                "no daemon runs on this machine: `watcher once` and `watcher run` read the config anyway"
            )
        refused = _refusal(store)
        for one in daemons:
            _signal(one)
        _wait(store, config, refused)
    many = (len(config.sources), "source"), (len(config.subscriptions), "subscription")
    click.echo(f"the config counts: {', '.join(counted(*one) for one in many)}")
    for line in broken_includes_in_words(config):
        click.echo(line, err=True)
    return 0


def _here(store: Store) -> list[KnownDaemon]:
    """Return the daemons on this machine that use the database."""
    if store.daemon_lock and not store.daemon_lock.held_by_other():
        return []
    with store.reading() as tx:
        return [one for one in tx.daemons.alive(store.clock()) if one.host == socket.gethostname()]


def _signal(one: KnownDaemon) -> None:
    try:
        os.kill(one.pid, signal.SIGHUP)
    except ProcessLookupError:
        raise WatcherError(f"the daemon {one.pid} has ended") from None
    except PermissionError:
        hint = "let its user do it, or `sudo systemctl reload watcher`"
        raise WatcherError(f"the daemon {one.pid} belongs to another user: {hint}") from None


def _refusal(store: Store) -> tuple[object, str] | None:
    """Return (since when, why) a config is refused, None if none is."""
    with store.reading() as tx:
        found = tx.incidents.open_one(IncidentKind.CONFIG_BROKEN, "config")
        return (found.incident.began, found.incident.reason) if found else None


def _wait(store: Store, config: Config, refused: tuple[object, str] | None) -> None:
    """Wait until the daemon has applied the config. Raises ``WatcherError`` if it refuses it, or does not answer."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        time.sleep(BETWEEN)  # between two looks at what another process does
        with store.reading() as tx:
            version = tx.daemons.version()
        now = _refusal(store)
        if version and version.digest == config.digest and not now:
            return
        if now and now != refused:
            raise WatcherError(f"the daemon refuses the config, the old one stays: {now[1]}")
    why = f": {refused[1]}" if refused else ", and does not say why: see its log"
    raise WatcherError(f"the daemon has not taken up the config within {PATIENCE:g} s{why}")
