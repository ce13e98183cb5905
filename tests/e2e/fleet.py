"""Several daemons over one PostgreSQL, and what can happen to them. ``python -m tests.e2e`` prints the table.

Each is forked off a process that has everything imported, and is hasty: leases last 3 s, ticks come often.
"""

from __future__ import annotations

import os
import random
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Event
from typing import Any

from sqlalchemy import create_engine, text

from tests.e2e.forked import FORKS
from tests.e2e.killing import Sink, taking
from tests.e2e.proxy import proxy
from tests.e2e.world import Site, playing
from tests.parsers.pages import sample_papers
from tests.patience import PATIENCE
from tests.postgres import Server
from watcher.cli.desk import CliContext
from watcher.config import Config
from watcher.model import Tuning

# A lease is far longer than a daemon waits for its turn on a busy machine: what comes twice is the fault's work alone.
HASTY = Tuning(
    lease=timedelta(seconds=8),
    after_start=timedelta(seconds=8),
    silent=timedelta(seconds=8),
    tick=timedelta(seconds=0.4),
    idle=timedelta(seconds=0.4),
    after_failure=timedelta(seconds=0.5),
)
LEASE = HASTY.lease
POLL, LOOK_BACK = timedelta(seconds=1), 500
FIRST = date(2026, 1, 1)
RECEIVERS, PER_DAY = 24, 2


class HastyDesk(CliContext):
    """Polls every second and looks back for ever: no values for a config, since they are impolite elsewhere."""

    def config(self, *, required: bool = True) -> Config:
        """The config, in haste."""
        read = super().config(required=required)
        hasty = {name: replace(one, every=POLL, look_back=LOOK_BACK) for name, one in read.sources.items()}
        return replace(read, sources=hasty)


def run_daemon(config: Path, state: Path, database: str, skew: timedelta) -> None:
    """What the forked process does: ``watcher run``, with its log appended to ``daemon.log`` in its state folder.

    ``skew`` is how wrong the machine's clock is.
    """
    from watcher.cli import main

    log = os.open(state / "daemon.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 2)
    env = {"STATE_DIRECTORY": str(state), "PATH": os.environ["PATH"], "WATCHER_DATABASE": database}
    desk = HastyDesk(env=env, config_path=config, tuning=HASTY, wall_clock=lambda: datetime.now(UTC) + skew)
    sys.exit(main(["--log-format", "json", "run"], desk=desk))


@dataclass
class Fleet:
    """Several daemons with the same config and database, a site to read, and receivers to tell."""

    folder: Path
    server: Server
    site: Site
    sink: Sink
    name: str
    running: list[BaseProcess] = field(default_factory=list)
    begun: int = 0

    @property
    def url(self) -> str:
        return self.server.url(self.name)

    def begin(self, n: int = 1, *, database: str = "", skew: timedelta = timedelta(0)) -> BaseProcess:
        """Start ``n`` more; the last of them."""
        for _ in range(n):
            self.begun += 1
            state = self.folder / f"daemon{self.begun}"
            state.mkdir()
            arguments = (self.folder / "config.yaml", state, database or self.url, skew)
            process = FORKS.Process(target=run_daemon, args=arguments)
            process.start()
            self.running.append(process)
        return self.running[-1]

    def kill(self, process: BaseProcess) -> None:
        process.kill()
        process.join(PATIENCE)
        self.running.remove(process)

    def end(self) -> None:
        for process in list(self.running):
            self.kill(process)

    def asked(self, query: str) -> Any:
        """The one value that a query gives; None while the server cannot be reached or has no tables."""
        from sqlalchemy.exc import DBAPIError

        engine = create_engine(self.url)
        try:
            with engine.connect() as connection:
                return connection.execute(text(query)).scalar()
        except DBAPIError:
            return None
        finally:
            engine.dispose()

    def set_revision(self, revision: str) -> None:
        """Let the database say that its tables are at another revision, as a newer program's are."""
        self.server.execute(f"UPDATE alembic_version SET version_num = '{revision}'", self.name)

    def expected(self) -> set[tuple[str, int]]:
        """(receiver, number of a paper) of all that has been shown so far."""
        shown = [papers for day, papers in self.site.days.items() if day <= self.site.today]
        numbers = [int(paper["title"].rsplit(" ", 1)[1]) for papers in shown for paper in papers]
        return {(f"/r{n}", number) for n in range(RECEIVERS) for number in numbers}

    def lost(self, seconds: float = 2 * PATIENCE) -> int:
        """How many of the expected alerts have not come when the time is over."""
        end = time.monotonic() + seconds
        while (missing := self.expected() - set(self.sink.told())) and time.monotonic() < end:
            self.sink.wait_for(len(self.sink.posts) + 1, 0.1)
        return len(missing)

    def logs(self) -> str:
        return "\n".join(path.read_text() for path in sorted(self.folder.glob("daemon*/daemon.log")))

    def taken_over(self) -> int:
        """How many claims have ended before their outcome was recorded: so many messages may come once more."""
        return int(self.asked("SELECT count(*) FROM attempt WHERE outcome = 'unknown'") or 0)

    def wait_until_up(self) -> None:
        """Wait until every daemon has reported: a daemon that is still starting ends together with its database."""
        end = time.monotonic() + PATIENCE
        while self.asked("SELECT count(*) FROM daemon") != len(self.running):
            assert time.monotonic() < end, self.logs()
            self.pause(0.1)

    def pause(self, seconds: float) -> None:
        """Let the daemons work: what they do is outside this process."""
        Event().wait(seconds)

    def next_day(self) -> None:
        self.site.today += timedelta(days=1)


CONFIG = """
timezone: UTC
database: "${{WATCHER_DATABASE}}"
sources:
  hf: {{kind: huggingface, url: "{site}", every: 1m}}
receivers:
{receivers}
subscriptions:
  - {{name: parts, rule: "title:part", to: [{names}]}}
"""


def days_of(n: int) -> dict[date, list[dict[str, Any]]]:
    return {FIRST + timedelta(days=n): sample_papers(PER_DAY, seed=n + 1) for n in range(n)}


@contextmanager
def fleet(folder: Path, server: Server, site: Site, sink: Sink, name: str) -> Iterator[Fleet]:
    """A new database and a config for daemons; those that still run are killed with the block."""
    server.execute(f"CREATE DATABASE {name}")
    names = [f"r{n}" for n in range(RECEIVERS)]
    receivers = "\n".join(f'  {one}: {{url: "json://{sink.address}/{one}"}}' for one in names)
    (folder / "config.yaml").write_text(CONFIG.format(site=site.url, receivers=receivers, names=", ".join(names)))
    made = Fleet(folder, server, site, sink, name)
    with ExitStack() as stack:
        stack.callback(made.end)
        yield made


@dataclass(frozen=True, slots=True)
class Found:
    """What a fault did: messages that arrived twice, and how many of them it may have caused."""

    fault: str
    alerts: int
    lost: int
    twice: int
    allowed: int
    seconds: float
    note: str = ""


Fault = Callable[[Fleet, float], int]
"""Lets something happen to the fleet, ``scale`` times as long as usual; how many messages may arrive twice of it."""


def nothing(fleet: Fleet, scale: float) -> int:
    """No fault at all."""
    fleet.begin(4)
    for _ in range(round(6 * scale)):
        fleet.pause(0.5)
        fleet.next_day()
    return 0


def kills(fleet: Fleet, scale: float) -> int:
    """SIGKILL one of four every second."""
    chance = random.Random(11)
    fleet.sink.slow = 0.05
    fleet.begin(4)
    fleet.wait_until_up()
    for _ in range(round(12 * scale)):
        fleet.next_day()
        before = len(fleet.sink.posts)
        fleet.sink.wait_for(before + chance.randint(1, RECEIVERS), 1.0)
        fleet.kill(chance.choice(fleet.running))
        fleet.begin()
    fleet.lost()
    return fleet.taken_over()


def sleeper(fleet: Fleet, scale: float) -> int:
    """SIGSTOP one that is sending, SIGCONT it when its leases have ended."""
    fleet.sink.gate = Event()
    one = fleet.begin()
    assert fleet.sink.wait_for(1, PATIENCE)
    fleet.pause(0.5)
    assert one.pid
    os.kill(one.pid, signal.SIGSTOP)
    # Not what has arrived so far: more of it may be on its way.
    claimed = int(fleet.asked("SELECT count(*) FROM delivery WHERE state = 'sending'") or 0)
    fleet.sink.gate.set()
    fleet.sink.gate = None
    fleet.begin(3)
    fleet.lost()
    fleet.pause(2 * LEASE.total_seconds())
    os.kill(one.pid, signal.SIGCONT)
    for _ in range(round(4 * scale)):
        fleet.pause(0.5)
        fleet.next_day()
    # What had no thread yet is left to the others.
    return min(claimed, HASTY.threads)


def server_restarts(fleet: Fleet, scale: float) -> int:
    """PostgreSQL stopped for longer than a lease, at once and in order, and started."""
    fleet.begin(4)
    fleet.wait_until_up()
    for mode in ["immediate", "fast"][: max(1, round(2 * scale))] * max(1, round(scale)):
        fleet.next_day()
        fleet.sink.wait_for(len(fleet.sink.posts) + 3, PATIENCE)
        fleet.server.stop(mode)
        fleet.pause(LEASE.total_seconds() + 1)
        fleet.server.start()
        fleet.lost()
    return 0


def connections_end(fleet: Fleet, scale: float) -> int:
    """All connections ended by the server, again and again."""
    fleet.begin(4)
    fleet.wait_until_up()
    for n in range(round(16 * scale)):
        fleet.pause(0.3)
        if n % 2:
            fleet.next_day()
        ended = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        fleet.asked(f"{ended} WHERE datname = '{fleet.name}' AND pid <> pg_backend_pid()")
    fleet.lost()
    # On a busy machine every try to record an outcome may be cut off until its lease has ended.
    return fleet.taken_over()


def clocks_apart(fleet: Fleet, scale: float) -> int:
    """Clocks of machines two hours apart."""
    fleet.begin(skew=timedelta(hours=2))
    fleet.begin(skew=timedelta(hours=-2))
    fleet.begin(2)
    for _ in range(round(8 * scale)):
        fleet.pause(0.5)
        fleet.next_day()
    return 0


def network_is_cut(fleet: Fleet, scale: float) -> int:
    """One daemon cut off its database for longer than a lease, twice, while it is sending."""
    with proxy(fleet.server.socket) as wire:
        fleet.begin(3)
        fleet.begin(database=wire.url(fleet.name))
        fleet.wait_until_up()
        for _ in range(max(1, round(2 * scale))):
            fleet.next_day()
            fleet.sink.wait_for(len(fleet.sink.posts) + 3, PATIENCE)
            wire.cut()
            fleet.pause(LEASE.total_seconds() + 1)
            wire.mend()
            fleet.next_day()
            fleet.pause(1)
    fleet.lost()
    return fleet.taken_over()


def commits_are_lost(fleet: Fleet, scale: float) -> int:
    """Every 23rd answer to a COMMIT lost, for all daemons."""
    with proxy(fleet.server.socket) as wire:
        fleet.begin(4, database=wire.url(fleet.name))
        fleet.wait_until_up()
        wire.lose_commits = 23
        for _ in range(round(8 * scale)):
            fleet.pause(0.5)
            fleet.next_day()
        fleet.lost()
        assert wire.lost > 5
    return 0


def upgrade(fleet: Fleet, scale: float) -> int:
    """The tables get further than four daemons know: each ends what it is sending, and itself; four others follow."""
    fleet.sink.slow = 0.05
    fleet.begin(4)
    fleet.wait_until_up()
    known = fleet.asked("SELECT version_num FROM alembic_version")
    fleet.next_day()
    assert fleet.sink.wait_for(len(fleet.sink.posts) + 1, PATIENCE)
    fleet.set_revision("9999")
    for process in list(fleet.running):
        process.join(PATIENCE)
        assert process.exitcode == 1, fleet.logs()
        fleet.running.remove(process)
    assert fleet.logs().count("was written by a newer watcher") == 4
    # The next four stand for the newer program, which knows the tables.
    fleet.set_revision(known)
    fleet.begin(4)
    for _ in range(round(4 * scale)):
        fleet.pause(0.5)
        fleet.next_day()
    return 0


FAULTS: Mapping[str, Fault] = {
    "no fault": nothing,
    "SIGKILL every second": kills,
    "SIGSTOP past the lease": sleeper,
    "PostgreSQL stopped": server_restarts,
    "connections ended": connections_end,
    "network cut": network_is_cut,
    "COMMIT without answer": commits_are_lost,
    "clocks ±2 h": clocks_apart,
    "upgrade": upgrade,
}


def try_fault(name: str, folder: Path, server: Server, scale: float = 1.0) -> Found:
    """Let one fault happen to a new fleet, and count."""
    database = re.sub(r"\W+", "_", name.lower())
    site = Site(days_of(400), FIRST)
    began = time.monotonic()
    with playing(site), taking(Sink()) as sink, fleet(folder, server, site, sink, database) as made:
        allowed = FAULTS[name](made, scale)
        lost = made.lost()
        made.pause(1.0)  # what comes too often may come last
        polls = made.asked("SELECT count(*) FROM poll")
        seconds = time.monotonic() - began
        return Found(name, len(made.expected()), lost, sink.repeats(), allowed, seconds, f"{polls} polls")
