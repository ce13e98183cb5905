"""Subscriptions of the database: how fast they come, what each costs a daemon, how soon it knows of a change."""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import redirect_stdout
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

from benchmarks.matching.made import Maker, generated_texts, papers_of
from benchmarks.poll import DAY, URL, OnePage, values_of
from benchmarks.postgres import cluster
from tests.parsers.pages import make_page
from tests.sources import make_source
from watcher.cli import main as watcher
from watcher.config import Address, Config, Receiver
from watcher.model import Endpoint, Subscription
from watcher.pipeline.context import Context
from watcher.pipeline.polling.poll import poll_pages
from watcher.pipeline.rulebook import RuleBook
from watcher.pipeline.subscriptions.subscribe import subscribe
from watcher.rules import compile_rule
from watcher.store import Store, open_store

CHANGES = 50
PAPERS = 100
CONFIG = """\
timezone: UTC
database: {database}
sources: {{hf: {{url: "http://127.0.0.1/papers"}}}}
receivers: {{mail: {{url: "json://127.0.0.1/", address: to}}}}
"""


def main() -> int:
    """The command."""
    asked = argparse.ArgumentParser(prog="python -m benchmarks.subscriptions", description=__doc__)
    asked.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    asked.add_argument("--only", choices=["sqlite", "postgresql"])
    asked.add_argument("--load", metavar="DATABASE", help=argparse.SUPPRESS)
    options = asked.parse_args()
    if options.load:
        print(json.dumps(loaded(options.load)))
        return 0
    found = [measured(kind, size) for kind, size in runs(options.sizes, options.only)]
    print(json.dumps(found, indent=1))
    return 0


def runs(sizes: list[int], only: str | None) -> Iterator[tuple[str, int]]:
    """SQLite and PostgreSQL at every size."""
    return ((kind, size) for size in sizes for kind in ("sqlite", "postgresql") if only in (None, kind))


def measured(kind: str, size: int) -> dict[str, Any]:
    """One database from empty to full."""
    with tempfile.TemporaryDirectory() as folder, cluster() as server:
        database = server.replace("postgresql:", "postgresql+psycopg:") if kind == "postgresql" else f"{folder}/w.db"
        if not database:
            return {"database": kind, "left out": "PostgreSQL is not installed"}
        lines = Path(folder) / "lines.jsonl"
        lines.write_text("".join(f"{line}\n" for line in made(size)))
        read_a_page(database)
        (Path(folder) / "config.yaml").write_text(CONFIG.format(database=json.dumps(database)))
        took = {name: imported(folder, lines) for name in ("import", "import again")}
        child = [sys.executable, "-m", "benchmarks.subscriptions", "--load", database]
        answer = json.loads(subprocess.run(child, check=True, capture_output=True, text=True).stdout)
    return {
        "database": kind,
        "subscriptions": size,
        **{f"{name}, a second": round(size / seconds) for name, (seconds, _) in took.items()},
        **{f"{name}, a second of our CPU": round(size / cpu) for name, (_, cpu) in took.items()},
        **answer,
    }


def made(size: int) -> Iterator[str]:
    """Lines with rules of words, phrases, prefixes, OR, AND, NOT; one receiver each."""
    maker = Maker(papers_of(generated_texts(PAPERS, seed=1)), seed=2)
    for n, rule in enumerate(maker.sparse(size)):
        yield json.dumps(
            {"owner": f"o{n % 1000}", "name": f"s{n}", "rule": rule.text(), "to": f"mail:p{n}@lab.example"}
        )


def read_a_page(database: str) -> None:
    """A past of a hundred papers, on which each new rule is tried."""
    page = make_page(DAY, [values_of(n, *one) for n, one in enumerate(generated_texts(PAPERS, seed=1))], None, None)
    with open_store(database, mode="create") as store:
        poll_pages(make_source(name="hf", url=URL), parts_of(store, page))


def imported(folder: str, lines: Path) -> tuple[float, float]:
    """Seconds of one import, and of CPU in this process."""
    begun, cpu = time.perf_counter(), time.process_time()
    env = {"HOME": folder, "STATE_DIRECTORY": folder}
    with redirect_stdout(StringIO()):
        status = watcher(["-c", f"{folder}/config.yaml", "subscriptions", "import", str(lines)], env)
    assert status == 0
    return time.perf_counter() - begun, time.process_time() - cpu


def loaded(database: str) -> dict[str, Any]:
    """In a process of its own: what a daemon's rules weigh, and how soon it knows of one more."""
    with open_store(database) as store:
        parts = parts_of(store, b"")
        with store.reading() as tx:
            parts.rules.bring_up_to_date(tx, hold=False)  # the imports that a first load needs
            parts.rules = RuleBook()
            count = tx.subscriptions.count()
        before = resident()
        begun, cpu = time.perf_counter(), time.process_time()
        with store.reading() as tx:
            parts.rules.bring_up_to_date(tx, hold=False)
        seconds, cpu = time.perf_counter() - begun, time.process_time() - cpu
        gc.collect()
        weight = (resident() - before) / count
        took = [one_more(store, parts, n) for n in range(CHANGES)]
    return {
        "load, a second": round(count / seconds),
        "load, a second of CPU": round(count / cpu),
        "bytes a subscription, loaded": round(weight),
        "peak while loading, MB": round(peak() / 1e6),
        "add one, ms": round(statistics.median(one for one, _ in took) * 1e3, 1),
        "known to a daemon after, ms": round(statistics.median(known for _, known in took) * 1e3, 2),
        "known to a daemon after, ms, at most": round(max(known for _, known in took) * 1e3, 2),
    }


def one_more(store: Store, context: Context, n: int) -> tuple[float, float]:
    """Seconds to subscribe, and then to know of it, once asked."""
    one = Subscription(name=f"more{n}", owner="late", rule=f"zeppelin{n} kite", to=("me",), endpoints=(Endpoint("me"),))
    begun = time.perf_counter()
    subscribe([(one, compile_rule(one.rule))], context)
    stored = time.perf_counter()
    with store.reading() as tx:
        context.rules.bring_up_to_date(tx, hold=False)
    return stored - begun, time.perf_counter() - stored


def parts_of(store: Store, page: bytes) -> Context:
    """A process that reads one page and sends nothing."""
    config = Config(
        sources={"hf": make_source(name="hf", url=URL)},
        receivers={"me": Receiver(name="me", urls={"": Address(text="json://127.0.0.1/")})},
    )
    return Context(
        config=config,
        store=store,
        fetcher=OnePage(page),  # type: ignore[arg-type]
        notifier=None,  # type: ignore[arg-type]
        clock=lambda: datetime.now(UTC),
        jitter=lambda: 0.5,
        env={},
        rules=RuleBook(),
    )


def resident() -> int:
    """Bytes of this process in memory."""
    return _status("VmRSS")


def peak() -> int:
    """The most that there were."""
    return _status("VmHWM")


def _status(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))


if __name__ == "__main__":
    sys.exit(main())
