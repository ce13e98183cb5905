"""Measure the web pages over many stored papers: how long each takes, how much it sends, what the process weighs.

``python -m benchmarks.web [--papers N] [--per-day N] [--times N] [--database URL]``: JSON. The papers are made up.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import resource
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from watcher.config import Config, ListenAddress, WebSettings
from watcher.model import Entry, Judged, Source, Verdict
from watcher.store import Store, open_store
from watcher.web.serving import WebServer
from watcher.web.site import WebSite

WORDS = 8_000
PAGES = (
    *("/", "/paper?key=arxiv:1000.10005", "/subscriptions", "/receivers", "/sources", "/source?name=daily"),
    *("/incidents", "/metrics", "/feed.atom?source=daily", "/api/v1/papers?limit=100"),
)
DAYS = ("7", "30", "90", "all")


def rules(words: list[str]) -> dict[str, str]:
    """Rules of each kind: common and rare words, phrases, prefixes, fields, numbers, exclusions."""
    common, often, rare = words[30], words[400], words[6_000]
    return {
        "common word": common,
        "rare word": rare,
        "phrase": f'"{words[2]} {words[3]}"',
        "any of three": f"{common} OR {often} OR {rare}",
        "prefix": f"{often[:3]}*",
        "in the title": f"title:{often}",
        "about": f"about:{often}",
        "near": f'"{words[5]} {words[9]}"~5',
        "exclusion": f"{often} -{words[1]}",
        "number alone": "upvotes>=290",
        "regex alone": f"title:/{rare[:2]}.*{rare[-2:]}/",
    }


def fill(store: Store, papers: int, per_day: int) -> list[str]:
    """Store papers of made-up words, as frequent as words are; return the words, the most frequent first."""
    chance = random.Random(1)
    words = ["".join(chance.choices("abcdefghijklmnoprstuvw", k=chance.randrange(3, 10))) for _ in range(WORDS)]
    weights = list(itertools.accumulate(1 / (n + 3) for n in range(WORDS)))
    now = datetime.now(UTC)
    for first in range(0, papers, per_day):
        back = first // per_day
        some = [
            Entry(
                title=" ".join(chance.choices(words, cum_weights=weights, k=9)).title(),
                abstract=" ".join(chance.choices(words, cum_weights=weights, k=150)) + ".",
                keys=(f"arxiv:{1000 + n // 90_000}.{10_000 + n % 90_000}",),
                authors=("Ada Fern", "Bo Moss"),
                listed=now.date() - timedelta(days=back),
                upvotes=chance.randrange(300),
            )
            for n in range(first, min(first + per_day, papers))
        ]
        with store.transaction(durable=False) as tx:
            tx.papers.record_entries(some, "daily", now - timedelta(days=back))
    with store.transaction() as tx:
        tx.pages.record_poll("daily", Judged(Verdict.NEW), 1, 1, now)
    return words


def measured(client: httpx.Client, path: str, times: int, **params: str) -> dict[str, Any]:
    """Ask for a page so often; milliseconds and bytes as they are sent."""
    took, size, text = [], 0, ""
    for _ in range(times):
        began = time.perf_counter()
        with client.stream("GET", path, params=params or None) as answer:
            body = b"".join(answer.iter_raw())
        took.append((time.perf_counter() - began) * 1000)
        size = len(body)
    if params:
        text = client.get(path, params=params).text
    took.sort()
    found = {"p50_ms": round(statistics.median(took)), "p99_ms": round(took[-1 - len(took) // 100]), "bytes": size}
    return found | ({"cut": "So far:" in text} if params else {})


def main() -> None:
    """Print the figures."""
    asked = argparse.ArgumentParser(prog="python -m benchmarks.web", description=__doc__)
    asked.add_argument("--papers", type=int, default=100_000)
    asked.add_argument("--per-day", type=int, default=300)
    asked.add_argument("--times", type=int, default=20)
    asked.add_argument("--database", help="An empty database's URL; without it a file of SQLite.")
    options = asked.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        open_store(options.database or Path(folder) / "watcher.db", mode="create") as store,
    ):
        found = _figures(store, fill(store, options.papers, options.per_day), options.times)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"papers": options.papers, **found, "peak_mb": peak}, indent=1))


def _figures(store: Store, words: list[str], times: int) -> dict[str, Any]:
    config = Config(sources={"daily": Source(name="daily", kind="huggingface")})
    settings = WebSettings(ListenAddress(port=0), is_open=True)
    server = WebServer(WebSite(store, lambda: config, store.clock, settings))
    server.start()
    with httpx.Client(base_url=server.url, timeout=60) as client:
        pages = {path: measured(client, path, times) for path in PAGES}
        tries = {
            f"{name}, {days} days": measured(client, "/search", max(times // 5, 3), q=rule, days=days)
            for days in DAYS
            for name, rule in rules(words).items()
        }
    server.stop()
    return {"pages": pages, "search": tries}


if __name__ == "__main__":
    main()
