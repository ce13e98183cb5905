"""Run and kill daemons again and again: each is forked from a process with everything imported."""

from __future__ import annotations

import os
import random
import re
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from multiprocessing.process import BaseProcess
from pathlib import Path

from sqlalchemy import Connection, NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError

from tests.e2e.forked import FORKS
from tests.e2e.world import serving
from tests.patience import PATIENCE
from watcher.cli.desk import CliContext
from watcher.model import Tuning


@dataclass
class Sink:
    """Many receivers behind a shared address; keeps every message by receiver and key."""

    posts: list[tuple[str, str, frozenset[int]]] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)
    address: str = ""
    slow: float = 0.0
    gate: threading.Event | None = None

    def wait_for(self, posts: int, seconds: float) -> bool:
        """Wait until so many have arrived in all, or until the time is over."""
        with self.changed:
            return self.changed.wait_for(lambda: len(self.posts) >= posts, seconds)

    def told(self) -> dict[tuple[str, int], list[str]]:
        """(receiver, number of a paper) → the key of each message that told it there."""
        found: defaultdict[tuple[str, int], list[str]] = defaultdict(list)
        for receiver, key, papers in self.posts:
            for paper in papers:
                found[receiver, paper].append(key)
        return found

    def repeats(self) -> int:
        """How many messages arrived that had arrived before."""
        return len(self.posts) - len({(receiver, key) for receiver, key, _ in self.posts})


@contextmanager
def taking(sink: Sink) -> Iterator[Sink]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args: object) -> None:
            pass

        def handle(self) -> None:
            with suppress(ConnectionError):  # whoever sent it was killed
                super().handle()

        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["Content-Length"])).decode()
            papers = frozenset(int(number) for number in re.findall(r"Part(?:\\n|\s)+(\d+)", text))
            with sink.changed:
                sink.posts.append((self.path, self.headers["X-Watcher-Delivery"], papers))
                sink.changed.notify_all()
            if sink.slow:
                threading.Event().wait(sink.slow)
            if sink.gate:
                sink.gate.wait(PATIENCE)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

    with serving(Handler) as address:
        sink.address = address
        yield sink


HASTY = Tuning(lease=timedelta(seconds=3), after_start=timedelta(0), silent=timedelta(seconds=3))
"""Where a server has the database, the next daemon waits for the end of the leases of the one that was killed."""


def run_daemon(config: Path, state: Path, tuning: Tuning) -> None:
    """What the forked process does: ``watcher run``, with its log appended to ``daemon.log``."""
    from watcher.cli import main

    log = os.open(state.parent / "daemon.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 2)
    env = {"STATE_DIRECTORY": str(state), "PATH": os.environ["PATH"]}
    sys.exit(main(["run"], desk=CliContext(env=env, config_path=config, tuning=tuning)))


@contextmanager
def daemon(config: Path, state: Path, tuning: Tuning = HASTY) -> Iterator[BaseProcess]:
    """A daemon for as long as the block lasts, then killed."""
    process = FORKS.Process(target=run_daemon, args=(config, state, tuning))
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join(PATIENCE)


def kill_somewhere(config: Path, state: Path, sink: Sink, chance: random.Random, most: int) -> None:
    """Run a daemon and kill it: soon after its start, or when some messages have arrived."""
    before, log = len(sink.posts), state.parent / "daemon.log"
    starts = log.read_text().count(UP) if log.exists() else 0
    with daemon(config, state) as process:
        if chance.random() < 0.25:
            sink.wait_for(sys.maxsize, chance.uniform(0.0, 0.4))
        else:
            # However busy the machine is: what a daemon does is counted from when it is up.
            end = time.monotonic() + PATIENCE
            while not log.exists() or log.read_text().count(UP) == starts:
                assert time.monotonic() < end, log.read_text()[-1000:]
                sink.wait_for(sys.maxsize, 0.05)
            sink.wait_for(before + 1, 4.0)
            sink.wait_for(before + chance.randint(1, most), 0.5)
        assert process.exitcode is None, log.read_text()[-1000:]


UP = "watching: "
"""What a daemon logs when it has started."""


@contextmanager
def asking(database: str) -> Iterator[Connection]:
    """A connection to the database at a path or a URL, past all that watcher does."""
    url = database if "://" in database else f"sqlite:///{database}"
    engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        yield connection


def an_hour_passes(database: str) -> None:
    """The last poll was long ago: the next daemon polls when it starts."""
    ago = "at - interval '2 hours'" if "://" in database else "datetime(at, '-2 hours') || '.000000'"
    try:
        with asking(database) as connection:
            connection.execute(text(f"UPDATE poll SET at = {ago}"))
    except DBAPIError as error:  # killed before the tables were there
        if "no such table" not in str(error) and "does not exist" not in str(error):
            raise


def count(database: str, statement: str) -> int:
    with asking(database) as connection:
        return int(connection.execute(text(statement)).scalar_one())
