"""Measure the cost of reading: a page, imports, memory, and 500 sources without news. Prints JSON.

    python -m benchmarks.sources --shared ../shared [--only page pages corpus memory polls]

``pip install beautifulsoup4 lxml`` for the comparison with BeautifulSoup; it is left out otherwise.
"""

from __future__ import annotations

import argparse
import gc
import gzip
import json
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks.sources.polls import measure as measure_polls
from tests.parsers.pages import make_page, sample_papers
from tests.sources import make_source
from watcher.config import Config
from watcher.model import Reading
from watcher.parsers import PARSERS
from watcher.pipeline.context import Context
from watcher.pipeline.imports import Imported, import_page
from watcher.pipeline.rulebook import RuleBook
from watcher.policy.alerts.fate import Telling
from watcher.store import open_store

ROUNDS = 15


def main() -> int:
    """The command."""
    measures: dict[str, Callable[[Path], Any]] = {
        "page": page, "pages": pages, "corpus": corpus, "memory": memory, "polls": lambda shared: measure_polls()
    }  # fmt: skip
    asked = argparse.ArgumentParser(prog="python -m benchmarks.sources", description="What reading costs.")
    asked.add_argument("--shared", type=Path, default=Path("../shared"), help="where captures/ lies")
    asked.add_argument("--only", choices=measures, nargs="*", default=list(measures))
    options = asked.parse_args()
    print(json.dumps({name: measures[name](options.shared) for name in options.only}, indent=1))
    return 0


# --- one page ---


def page(shared: Path) -> dict[str, Any]:
    """The largest captured page: to entries, and what the parts of that cost bare, in milliseconds."""
    path = max((shared / "captures" / "hf_html").glob("2026-*.html"), key=lambda one: one.stat().st_size)
    body = path.read_bytes()
    source, parse = make_source(name="hf"), PARSERS["huggingface"].parse
    reading = parse(body, "", source)
    assert isinstance(reading, Reading)
    runs: dict[str, Callable[[], object]] = {
        "watcher": lambda: parse(body, "", source),
        "bare lexbor and JSON": lambda: bare(body),
    }
    if find_spec("bs4"):
        runs |= {f"BeautifulSoup, {kind}": _soup(body, kind) for kind in ("html.parser", "lxml") if find_spec("bs4")}
    took = _side_by_side(runs)
    bare = took["bare lexbor and JSON"]
    return {
        "page": path.name,
        "bytes": len(body),
        "papers": len(reading.entries),
        "ms": {name: round(ms, 2) for name, ms in took.items()},
        "times the bare pass": {name: round(ms / bare, 2) for name, ms in took.items()},
    }


def bare(body: bytes) -> int:
    """The least that the page takes: a tree, the JSON in it decoded, its cards found."""
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(body)
    node = tree.css_first('[data-target="DailyPapers"]')
    assert node is not None
    props = json.loads(node.attributes["data-props"] or "")
    return len(props["dailyPapers"]) + len(tree.css("article h3 a"))


def _soup(body: bytes, kind: str) -> Callable[[], int]:
    from bs4 import BeautifulSoup

    def read() -> int:
        tree = BeautifulSoup(body, kind)
        node = tree.find(attrs={"data-target": "DailyPapers"})
        return len(json.loads(node["data-props"])["dailyPapers"]) + len(tree.select("article h3 a"))

    return read


def _side_by_side(runs: dict[str, Callable[[], object]]) -> dict[str, float]:
    """The median CPU of each in milliseconds, in turn, so that a busy machine is busy for all."""
    took: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(ROUNDS):
        for name, run in runs.items():
            gc.collect()
            begun = time.process_time()
            run()
            took[name].append(1000 * (time.process_time() - begun))
    return {name: statistics.median(times) for name, times in took.items()}


# --- imports ---


def pages(shared: Path) -> dict[str, Any]:
    """The captured pages of 2026, from bytes to committed rows."""
    bodies = [path.read_bytes() for path in sorted((shared / "captures" / "hf_html").glob("2026-*.html"))]
    return {"pages": len(bodies), **_import(bodies)}


def corpus(shared: Path) -> dict[str, Any]:
    """The gzipped JSON Lines of 2024."""
    path = shared / "captures" / "hf_corpus" / "hf_daily_2024.jsonl.gz"
    lines = gzip.decompress(path.read_bytes()).count(b"\n")
    return {"lines": lines, **_import([path.read_bytes()])}


def _import(bodies: list[bytes]) -> dict[str, Any]:
    with _importing() as (parts, done):
        cpu, wall = time.process_time(), time.perf_counter()
        for body in bodies:
            import_page(body, "", "hf", Telling.NOTHING, parts, done)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return {
        "papers": done.stored,
        "failed": len(done.failed),
        "seconds": round(wall, 2),
        "cpu seconds": round(cpu, 2),
        "papers a second": round(done.stored / wall),
    }


@contextmanager
def _importing() -> Iterator[tuple[Context, Imported]]:
    with tempfile.TemporaryDirectory() as folder, open_store(Path(folder) / "w.db", mode="create") as store:
        context = Context(
            config=Config(sources={"hf": make_source(name="hf")}),
            store=store,
            fetcher=None,  # type: ignore[arg-type]
            notifier=None,  # type: ignore[arg-type]
            clock=lambda: datetime(2026, 4, 1, tzinfo=UTC),
            jitter=lambda: 0.5,
            env={},
            rules=RuleBook(),
        )
        yield context, Imported()


def memory(shared: Path) -> dict[str, Any]:
    """10,000 invented papers on 100 pages: the process's memory after each thousand, in MB."""
    day, sizes = date(2026, 1, 1), []
    with _importing() as (parts, done):
        for n in range(100):
            body = make_page(day + timedelta(days=n), _papers(n), None, None)
            import_page(body, "", "hf", Telling.NOTHING, parts, done)
            if n % 10 == 9:
                sizes.append(_resident())
    return {"papers": done.stored, "MB": sizes, "peak MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1000}


def _papers(page: int) -> list[dict[str, Any]]:
    """A hundred papers with abstracts of the usual length."""
    return [
        {**one, "id": f"26{page // 40 + 1:02}.{page * 100 + at:05}", "abstract": one["abstract"] * 15}
        for at, one in enumerate(sample_papers(100, seed=page))
    ]


def _resident() -> int:
    pages_held = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages_held * resource.getpagesize() // 1_000_000


if __name__ == "__main__":
    sys.exit(main())
