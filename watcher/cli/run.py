"""Run ``watcher run``: the daemon."""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
from typing import TYPE_CHECKING

import click

from watcher.cli.desk import CliContext

if TYPE_CHECKING:
    from watcher.config import Config
    from watcher.daemon.systemd import Systemd
    from watcher.pipeline.context import Context
    from watcher.store import Store

log = logging.getLogger(__name__)

FIRST_WAIT, LONGEST_WAIT = 1.0, 30.0
"""Shortest and longest time between tries to reach a database at the start (seconds)."""

MOST_HELD = 10
"""Most held digests that are named at the start."""

ANSWER = 60.0
"""Most seconds that one try takes."""


@click.command()
@click.pass_obj
def run(desk: CliContext) -> int:
    """Watch the sources and tell people, until stopped.

    SIGHUP and `watcher reload` read the config again, SIGTERM ends (waiting at most 10 s for what is being sent). Logs
    go to stderr. On a terminal they begin with what waits for its time and with the next look, and say of an edited
    config what it would do. -v names every request with its status, bytes and time.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # until the daemon's own takes over
    from watcher.daemon import logs
    from watcher.daemon.daemon import Daemon
    from watcher.daemon.edits import ConfigEdits
    from watcher.daemon.opening import open_context
    from watcher.daemon.systemd import Systemd

    def load() -> Config:
        return desk.config()

    config = load()
    logs.set_up(desk.log_format, verbose=desk.verbose, secrets=config.secrets(desk.env))
    systemd = Systemd.from_env(desk.env, os.getpid())
    store = _open(desk, config, systemd)
    if store.daemon_lock:
        store.daemon_lock.acquire()
    context = open_context(config, store, desk.env, state_dir=desk.state_dir(), tuning=desk.tuning)
    daemon = Daemon(
        context,
        load,
        systemd,
        edits=ConfigEdits(context, desk.edited_config, says=sys.stderr.isatty()),
        config_loaded=lambda taken: logs.add_secrets(taken.secrets(desk.env)),
        wall_clock=desk.wall_clock,
        read_config=lambda path, instead: desk.read_config(path, instead=instead),
        begun=lambda: _say_what_comes(context) if sys.stderr.isatty() else None,
    )
    ended = daemon.run()
    if not ended:
        # Threads that a receiver keeps waiting would hold up the exit; what they send is freed at the next start.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(int(daemon.outdated))
    store.close()
    return int(daemon.outdated)


def _say_what_comes(context: Context) -> None:
    """Say on a terminal what waits for its time, and which source is polled next."""
    from watcher.cli.outcome import held_digests, next_look_line, waiting_line

    held = held_digests(context)
    for one in held[:MOST_HELD]:
        log.info("%s", waiting_line(one))
    if len(held) > MOST_HELD:
        log.info("… and %d more: `watcher status`", len(held) - MOST_HELD)
    if line := next_look_line(context):
        log.info("%s", line)


def _open(desk: CliContext, config: Config, systemd: Systemd) -> Store:
    """Open the database. As a service, wait and try again for a server that does not answer."""
    from watcher.cli.working import open_or_tell
    from watcher.errors import DatabaseAway

    wait = FIRST_WAIT
    while True:
        try:
            return open_or_tell(desk, config, "create")
        except DatabaseAway as error:
            if not systemd.address:
                raise
            log.warning("%s; trying again in %g s", error, wait)
            systemd.waiting("waiting for the database", wait + ANSWER)
        time.sleep(wait)
        wait = min(2 * wait, LONGEST_WAIT)
