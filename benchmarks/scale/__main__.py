"""1, 2 and 4 daemons over one PostgreSQL, and one over SQLite, tell many receivers of new papers.

Each receiver takes 50 ms for a message. What is counted: from the instant at which the paper is stored to the last
message; messages a second; statements and rows a message. And how long a claim takes with a million waiting.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import IO, Any

from sqlalchemy import create_engine, text

from benchmarks.postgres import cluster
from benchmarks.scale.claims import measure
from tests.parsers.pages import make_page, sample_papers
from watcher.cli.desk import CliContext
from watcher.daemon.opening import open_context
from watcher.pipeline.imports import Imported, import_page
from watcher.policy.alerts.fate import Telling
from watcher.store import Store

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 900.0


@contextmanager
def program(module: str, *arguments: str, **env: str) -> Iterator[subprocess.Popen[str]]:
    """A program of this benchmark, ended with the block."""
    line = [sys.executable, "-m", f"benchmarks.scale.{module}", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **env}
    process = subprocess.Popen(
        line,
        env=environment,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(60)


def written(pipe: IO[str] | None) -> str:
    """A line that a program has printed."""
    assert pipe
    return pipe.readline()


class Receivers:
    """The sink, seen from here."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.port = int(written(process.stdout))

    def ask(self, word: str = "") -> dict[str, Any]:
        """What it has taken."""
        assert self._process.stdin
        self._process.stdin.write(f"{word}\n")
        self._process.stdin.flush()
        found: dict[str, Any] = json.loads(written(self._process.stdout))
        return found


def config_text(database: str, port: int, receivers: int) -> str:
    names = [f"r{n}" for n in range(receivers)]
    lines = "\n".join(f'  {name}: {{url: "json://127.0.0.1:{port}/{name}"}}' for name in names)
    to = ", ".join(names)
    return f"""
timezone: UTC
database: "{database}"
sources: {{}}
receivers:
{lines}
subscriptions:
  - {{name: parts, rule: "title:part", to: [{to}]}}
"""


def run(database: str, daemons: int, options: argparse.Namespace, sink: Receivers, folder: Path) -> dict[str, Any]:
    """One row of the table."""
    config = folder / "config.yaml"
    config.write_text(config_text(database, sink.port, options.receivers))
    states = [folder / f"state{n}" for n in range(daemons)]
    for state in states:
        state.mkdir()
    sink.ask("forget")
    with ExitStack() as stack:
        desk = CliContext(env={"STATE_DIRECTORY": str(states[0])}, config_path=config)
        store = stack.enter_context(desk.open_store(desk.config(), "create"))
        threads = str(options.threads)
        processes = [stack.enter_context(program("daemon", str(config), str(state), threads)) for state in states]
        wait_for(store, daemons)
        before, cpu = statements(states), cpu_of(processes)
        rows = rows_written(database)
        begun = time.time()
        paper(desk, store)
        total = options.receivers
        while (found := sink.ask())["taken"] < total and time.time() - begun < PATIENCE:
            time.sleep(0.2)
        time.sleep(1.5)
        used, found = statements(states) - before, sink.ask()
        seconds, written = found["last"] - begun, rows_written(database)
        return {
            "database": database.partition(":")[0] if "://" in database else "sqlite",
            "daemons": daemons,
            "messages": found["taken"],
            "twice": found["twice"],
            "seconds": round(seconds, 1),
            "a second": round(found["taken"] / seconds, 1),
            "statements a message": round(used.total() / total, 2),
            "CPU ms a message": round(1000 * (cpu_of(processes) - cpu) / total, 1),
            "rows a message": None if rows is None or written is None else round((written - rows) / total, 1),
        }


def paper(desk: CliContext, store: Store) -> None:
    """Store one new paper, and say to the daemons that there is work."""
    context = open_context(desk.config(), store, {})
    page = make_page(date(2026, 3, 10), sample_papers(1, seed=1), None, None)
    import_page(page, "page", None, Telling.ALL, context, Imported())
    store.wake_others("")


def wait_for(store: Store, daemons: int) -> None:
    """Wait until so many daemons live."""
    until = time.time() + PATIENCE
    while time.time() < until:
        with store.reading() as tx:
            if len(tx.daemons.alive(store.clock())) == daemons:
                return
        time.sleep(0.2)
    raise SystemExit("the daemons did not start")


def cpu_of(processes: list[subprocess.Popen[str]]) -> float:
    """Seconds of CPU that processes have used so far."""
    ticks = 0
    for process in processes:
        fields = Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def statements(states: list[Path]) -> Counter[str]:
    """What the daemons have executed so far, by form."""
    found: Counter[str] = Counter()
    for state in states:
        file = state / "statements"
        for line in file.read_text().splitlines() if file.exists() else ():
            n, _, form = line.partition(" ")
            found[form] += int(n)
    return found


def rows_written(database: str) -> float | None:
    """Rows inserted, updated and deleted so far; None on SQLite, which does not count."""
    if "://" not in database:
        return None
    engine = create_engine(database)
    with engine.connect() as connection:
        query = "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_user_tables"
        found = float(connection.execute(text(query)).scalar_one())
    engine.dispose()
    return found


def table(rows: list[dict[str, Any]]) -> str:
    """As Markdown."""
    names = list(rows[0])
    lines = [names, ["---"] * len(names), *([str(row[name]) for name in names] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> int:
    """The command."""
    asked = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    asked.add_argument("--receivers", type=int, default=1000, help="each gets one message  [1000]")
    asked.add_argument("--threads", type=int, default=2, help="that send, in each daemon  [2]")
    asked.add_argument("--waiting", type=int, default=1_000_000, help="messages that wait while claims are timed")
    asked.add_argument("--daemons", type=int, nargs="*", default=[0, 1, 2, 4], help="0: one over SQLite")
    options = asked.parse_args()
    rows = []
    with ExitStack() as stack:
        server = stack.enter_context(cluster())
        sink = Receivers(stack.enter_context(program("sink")))
        engine = create_engine(server.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT")
        for daemons in options.daemons:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            database = str(folder / "watcher.db")
            if daemons:
                database = make(engine, server, f"fleet{daemons}")
            rows.append(run(database, max(daemons, 1), options, sink, folder))
            print(json.dumps(rows[-1]), file=sys.stderr, flush=True)
        claims = measure(make(engine, server, "claims"), options.waiting, 10_000, 300, 24) if options.waiting else None
    print(f"CPython {platform.python_version()}, {os.cpu_count()} cores, {options.threads} threads a daemon\n")
    print(table(rows))
    if claims:
        print(f"\n{table([claims])}")
    return 0


def make(engine: Any, server: str, name: str) -> str:
    """A new database on the server; its address."""
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    return server.replace("postgresql://", "postgresql+psycopg://").replace("/postgres?", f"/{name}?")


if __name__ == "__main__":
    sys.exit(main())
