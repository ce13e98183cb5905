"""``watcher run``: the daemon."""

from __future__ import annotations

import os
import signal
import sys

import click

from watcher.cli.desk import Desk


@click.command()
@click.pass_obj
def run(desk: Desk) -> int:
    """Watch the sources and tell people, until stopped.

    SIGHUP reads the config again, SIGTERM ends (waiting at most 10 s for what is being sent). Logs go to stderr.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # until the daemon's own takes over
    from watcher import logs
    from watcher.app import Daemon, open_parts
    from watcher.config import Config
    from watcher.systemd import Systemd

    def load() -> Config:
        return desk.config()

    config = load()
    logs.set_up(desk.log_format, verbose=desk.verbose, secrets=config.secrets(desk.env))
    store = desk.open_store(config, "create")
    if store.daemon_lock:
        store.daemon_lock.acquire()
    daemon = Daemon(
        open_parts(config, store, desk.env, state_dir=desk.state_dir()),
        load,
        Systemd.from_env(desk.env, os.getpid()),
        config_loaded=lambda taken: logs.add_secrets(taken.secrets(desk.env)),
    )
    ended = daemon.run()
    if not ended:
        # Threads that a receiver keeps waiting would hold up the exit; what they send is freed at the next start.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)
    store.close()
    return 0
