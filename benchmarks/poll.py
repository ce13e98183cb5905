"""One poll of a page of 100 papers against many subscriptions, from bytes to committed alerts, step by step."""

from __future__ import annotations

import argparse
import cProfile
import json
import pstats
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

from benchmarks.matching.made import Maker, generated_texts, papers_of
from tests.parsers.pages import make_page, sample_papers
from tests.sources import make_source
from watcher.config import Address, Config, Receiver
from watcher.model import Endpoint, Page, Subscription
from watcher.pipeline.context import Context
from watcher.pipeline.polling.poll import poll_pages
from watcher.pipeline.rulebook import RuleBook
from watcher.pipeline.telling.tell import tell_due
from watcher.policy.subscriptions.changes import Wanted
from watcher.rules import compile_rule
from watcher.store import open_store

NOW = datetime(2026, 3, 10, 8, tzinfo=UTC)
DAY = date(2026, 3, 10)
URL = "http://127.0.0.1/papers"


@dataclass
class OnePage:
    """Answers every request with the same bytes."""

    body: bytes

    def get(self, url: str, validators: Any) -> Page:
        """The page."""
        return Page(url=url, body=self.body, fetched_at=NOW)

    def close(self) -> None:
        """Nothing."""


def main() -> int:
    """The command."""
    asked = argparse.ArgumentParser(prog="python -m benchmarks.poll", description=__doc__)
    asked.add_argument("--subscriptions", type=int, default=100_000)
    asked.add_argument("--field", choices=["sparse", "dense"], default="sparse")
    options = asked.parse_args()
    texts = generated_texts(100, seed=1)
    maker = Maker(papers_of(texts), seed=2)
    rules = maker.dense(options.subscriptions) if options.field == "dense" else maker.sparse(options.subscriptions)
    page = make_page(DAY, [values_of(n, *one) for n, one in enumerate(texts)], None, None)
    with tempfile.TemporaryDirectory() as folder, open_store(Path(folder) / "w.db", mode="create") as store:
        config = Config(
            sources={"hf": make_source(name="hf", url=URL)},
            receivers={"me": Receiver(name="me", urls={"": Address(text="json://127.0.0.1/")})},
        )
        context = Context(
            config=config,
            store=store,
            fetcher=OnePage(page),  # type: ignore[arg-type]
            notifier=None,  # type: ignore[arg-type]
            clock=lambda: NOW,
            jitter=lambda: 0.5,
            env={},
            rules=RuleBook(),
        )
        with store.transaction() as tx:
            tx.subscriptions.raise_generation()
            for n, rule in enumerate(rules):
                one = Subscription(name=f"s{n}", rule=rule.text(), to=("me",), endpoints=(Endpoint("me"),))
                tx.subscriptions.insert(Wanted(one, compile_rule(one.rule).digest), None, NOW)
        took: dict[str, float] = {}
        begun = time.perf_counter()
        with store.reading() as tx:
            context.rules.bring_up_to_date(tx)
        took["load the rules"] = time.perf_counter() - begun
        profile = cProfile.Profile()
        begun = time.perf_counter()
        polled = profile.runcall(poll_pages, config.sources["hf"], context)
        took["poll (profiled)"] = time.perf_counter() - begun
        begun = time.perf_counter()
        tell_due(context)
        took["tell: alerts and deliveries"] = time.perf_counter() - begun
    found = {"subscriptions": options.subscriptions, "field": options.field, "matched": polled.matched, "seconds": took}
    print(json.dumps(found, indent=1))
    out = StringIO()
    pstats.Stats(profile, stream=out).sort_stats("cumulative").print_stats("watcher/", 24)
    print("\n".join(line[:110] for line in out.getvalue().splitlines()[6:]))
    return 0


def values_of(number: int, title: str, abstract: str) -> dict[str, Any]:
    """A paper as the page has it."""
    one = sample_papers(1, seed=number)[0]
    return {**one, "id": f"2603.{number:05}", "title": title, "abstract": abstract}


if __name__ == "__main__":
    sys.exit(main())
