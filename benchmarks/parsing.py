"""Measure what reading pages in a worker costs, beside reading them in this process, and what its faults leave behind.

``python -m benchmarks.parsing [FOLDER]``: pages of FOLDER (``*.html``), else pages of our own making. Prints JSON.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from threading import Event

from tests import naughty
from tests.parsers import pages
from watcher.model import Reading, Source, Unreadable
from watcher.sandbox.apart import ParseApart
from watcher.sandbox.here import ParseHere, Parsing
from watcher.sandbox.process import ParsingLimits, Worker

TIMES = 15
FAULTS = 100
SITE = Source(name="x", kind="huggingface")
LAB = Source(name="lab", kind="feed")


def main() -> None:
    """Print the figures."""
    bodies = [path.read_bytes() for path in sorted(Path(sys.argv[1]).rglob("*.html"))] if sys.argv[1:] else []
    bodies = bodies or [pages.make_page(date(2026, 3, 9), pages.sample_papers(n)) for n in (10, 30, 100)]
    apart, here = ParseApart(os.environ, Event()), ParseHere()
    began = time.perf_counter()
    _read(apart, b"")
    first = time.perf_counter() - began
    rows = []
    for body in bodies:
        if isinstance(here.parse(body, "https://huggingface.co/papers", SITE), Reading):
            one, other = _median(apart, here, body)
            rows.append({"bytes": len(body), "worker_ms": round(one, 2), "here_ms": round(other, 2)})
    apart.close()
    print(
        json.dumps(
            {
                "first_page_s": round(first, 2),
                "pages": len(rows),
                "more_ms": {
                    "median": round(statistics.median(row["worker_ms"] - row["here_ms"] for row in rows), 2),
                    "most": round(max(row["worker_ms"] - row["here_ms"] for row in rows), 2),
                },
                "by_page": rows,
                "faults": {deed: _faults(deed) for deed in ("hang", "eat", "crash")},
            },
            indent=1,
        )
    )


def _median(one: Parsing, other: Parsing, body: bytes) -> tuple[float, float]:
    """Return the median time of a page (ms), by two ways in turn."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(TIMES):
        for way, kept in zip((one, other), times, strict=True):
            began = time.perf_counter()
            way.parse(body, "https://huggingface.co/papers", SITE)
            kept.append((time.perf_counter() - began) * 1_000)
    return statistics.median(times[0]), statistics.median(times[1])


def _read(parsing: Parsing, body: bytes) -> Reading | Unreadable:
    return parsing.parse(body, "https://lab.example/feed", LAB)


def _faults(deed: str) -> Mapping[str, int]:
    """Let a page do a deed many times in a row; count verdicts, and processes that are left behind."""
    pids: list[int] = []

    def start(env: Mapping[str, str], limits: ParsingLimits) -> Worker:
        worker = Worker(env, limits, naughty.COMMAND)
        pids.append(worker.pid)
        return worker

    apart = ParseApart(os.environ, Event(), ParsingLimits(cpu=0.2, memory=100), start)
    verdicts = sum(isinstance(_read(apart, naughty.naughty(deed)), Unreadable) for _ in range(FAULTS))
    apart.close()
    return {
        "asked": FAULTS,
        "broken": verdicts,
        "workers": len(pids),
        "left_behind": sum(Path(f"/proc/{pid}").exists() for pid in pids),
    }


if __name__ == "__main__":
    main()
