"""Measure the web pages over many stored papers: how long each takes, how much it sends, what the process weighs.

``python -m benchmarks.web [--papers N] [--per-day N] [--times N] [--database URL]``. The papers are made up.
"""

from __future__ import annotations

import argparse
import itertools
import random
import re
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
from watcher.pipeline.folding import fold_all
from watcher.store import Store, open_store
from watcher.web.serving import WebServer
from watcher.web.site import WebSite
from watcher.web.views.trying import KeptTrials

WORDS = 8_000
PAGES = (
    *("/", "/paper?key=arxiv:1000.10005", "/subscriptions", "/receivers", "/sources", "/source?name=daily"),
    *("/incidents", "/metrics", "/feed.atom?source=daily", "/api/v1/papers?limit=100"),
)
DAYS = ("90", "all")
CATEGORIES = ("cs.CL", "cs.LG", "cs.CV", "cs.RO", "stat.ML", "math.AG", "q-bio.NC", "hep-th")


def rules(words: list[str]) -> dict[str, str]:
    """Thirty rules of words, phrases, prefixes and fields, and three that name no word that has to be there.

    Words are named by the share of papers that have them.
    """
    half, tenth, often, percent, rare = (words[n] for n in (37, 197, 400, 2_000, 6_000))
    few = [words[n] for n in range(3_000, 3_010)]
    return {
        "word, 40 % of papers": half,
        "word, 10 %": tenth,
        "word, 5 %": often,
        "word, 1 %": percent,
        "word, 0.3 %": rare,
        "any of three": " OR ".join(few[:3]),
        "any of ten": " OR ".join(few),
        "any, one of them common": f"{tenth} OR {percent} OR {rare}",
        "both of two": f"{tenth} {often}",
        "all of three": f"{half} {tenth} {often}",
        "nested": f"{tenth} ({few[0]} OR {few[1]} OR ({few[2]} {few[3]}))",
        "phrase of common words": f'"{half} {words[38]}"',
        "phrase": f'"{tenth} {words[196]}"',
        "phrase of three": f'"{half} {tenth} {often}"',
        "prefix of four": f"{percent[:4]}*",
        "prefix of three": f"{percent[:3]}*",
        "phrase with a prefix": f'"{half} {tenth[:3]}*"',
        "in the title": f"title:{tenth}",
        "phrase in the title": f'title:"{half} {words[38]}"',
        "prefix in the title": f"title:{percent[:3]}*",
        "in the abstract": f"abstract:{percent}",
        "about": f"about:{often}",
        "about any of two": f"about:{often} OR about:{percent}",
        "near": f'"{tenth} {often}"~5',
        "near, common": f'"{half} {tenth}"~3',
        "word without another": f"{often} -{half}",
        "author": f'author:"C {words[1_007]}"',
        "category and word": f"category:cs.RO {often}",
        "word and upvotes": f"{tenth} upvotes>=200",
        "exactly written": f"={often}",
        "upvotes alone": "upvotes>=290",
        "regex alone": f"title:/{rare[:2]}.*{rare[-2:]}/",
        "much NOT": f"upvotes>=0 -{half} -{tenth}",
    }


def fill(store: Store, papers: int, per_day: int) -> list[str]:
    """Store papers of made-up words, as frequent as words are; return the words, the most frequent first."""
    chance = random.Random(1)
    words = ["".join(chance.choices("abcdefghijklmnoprstuvw", k=chance.randrange(3, 10))) for _ in range(WORDS)]
    weights = list(itertools.accumulate(1 / (n + 3) for n in range(WORDS)))
    now = datetime.now(UTC)
    with store.reading() as tx:
        if tx.papers.count() == papers:
            return words
    for first in range(0, papers, per_day):
        back = first // per_day
        some = [
            Entry(
                title=" ".join(chance.choices(words, cum_weights=weights, k=9)).title(),
                abstract=" ".join(chance.choices(words, cum_weights=weights, k=150)) + ".",
                keys=(f"arxiv:{1000 + n // 90_000}.{10_000 + n % 90_000}",),
                authors=("Ada Fern", "Bo Moss", f"Cy {words[1_000 + n % 500]}"),
                categories=(CATEGORIES[n % 8],),
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
    """Ask for a page so often; milliseconds (of the clock, and of this process) and bytes as they are sent."""
    took, worked, size = [], [], 0
    for _ in range(times):
        began, work = time.perf_counter(), time.process_time()
        with client.stream("GET", path, params=params or None) as answer:
            size = len(b"".join(answer.iter_raw()))
        took.append((time.perf_counter() - began) * 1000)
        worked.append((time.process_time() - work) * 1000)
    took.sort()
    found = {"p50_ms": round(statistics.median(took)), "p99_ms": round(took[-1 - len(took) // 100])}
    return found | {"cpu_ms": round(statistics.median(worked)), "bytes": size}


def tried_rule(client: httpx.Client, rule: str, days: str, times: int) -> dict[str, Any]:
    """The same of a rule, how many papers match, and whether it was cut."""
    found = measured(client, "/search", times, q=rule, days=days)
    text = client.get("/search", params={"q": rule, "days": days}).text
    said = re.search(r"([\d,]+) of ([\d,]+) papers match", re.sub(r"<[^>]+>|\s+", " ", text).replace("  ", " "))
    return found | {"matches": said[1] if said else "", "of": said[2] if said else "", "cut": "So far:" in text}


def main() -> None:
    """Print the figures."""
    asked = argparse.ArgumentParser(prog="python -m benchmarks.web", description=__doc__)
    asked.add_argument("--papers", type=int, default=100_000)
    asked.add_argument("--per-day", type=int, default=300)
    asked.add_argument("--times", type=int, default=20)
    asked.add_argument("--database", help="An empty database's path or URL, or one that this has filled; else a file.")
    options = asked.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        open_store(options.database or Path(folder) / "watcher.db", mode="create") as store,
    ):
        words = fill(store, options.papers, options.per_day)
        began = time.perf_counter()
        fold_all(store)
        print(f"{options.papers:,} papers, words stored in {time.perf_counter() - began:.0f} s", flush=True)
        _print_figures(store, words, options.times)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"the process took {peak} MB at most")


def _print_figures(store: Store, words: list[str], times: int) -> None:
    config = Config(sources={"daily": Source(name="daily", kind="huggingface")})
    settings = WebSettings(ListenAddress(port=0), is_open=True)
    nothing_kept = KeptTrials(clock=itertools.count(step=1_000).__next__)  # each page tries its rule anew
    server = WebServer(WebSite(store, lambda: config, store.clock, settings, trials=nothing_kept))
    server.start()
    with httpx.Client(base_url=server.url, timeout=60) as client:
        for path in PAGES:
            print(f"{path:34}", *_columns(measured(client, path, times)), flush=True)
        for days in DAYS:
            print(f"\nrules, {days} days")
            for name, rule in rules(words).items():
                print(f"{name:34}", *_columns(tried_rule(client, rule, days, times)), flush=True)
    server.stop()


def _columns(found: dict[str, Any]) -> list[str]:
    return [f"{name} {value:>7}" for name, value in found.items()]


if __name__ == "__main__":
    main()
