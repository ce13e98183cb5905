"""Deliveries that lie ready in a database, sent as the daemon sends them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from tests.parsers.pages import make_page, sample_papers
from tests.sources import make_source
from watcher.config import Address, Config, Receiver
from watcher.model import DeliveryState, Endpoint, Page, Subscription, Tuning
from watcher.notify import Notifier
from watcher.outbox.deliver import deliver_all
from watcher.pipeline.context import Context
from watcher.pipeline.polling.poll import poll_pages
from watcher.pipeline.rulebook import RuleBook
from watcher.pipeline.subscriptions.apply import apply_config
from watcher.pipeline.telling.tell import tell_due
from watcher.store import Store, open_store

PAPERS = 5
NOW = datetime(2026, 3, 10, 8, tzinfo=UTC)
HF = make_source(name="hf", url="http://127.0.0.1/papers", look_back=1)


@dataclass
class OnePage:
    """Answers every request with the same bytes."""

    body: bytes

    def get(self, url: str, validators: Any) -> Page:
        """The page."""
        return Page(url=url, body=self.body, fetched_at=NOW)


def parts_of(store: Store, notifier: Notifier, urls: list[str], messages: int) -> Context:
    """A process that owes ``messages`` to each of the addresses."""
    endpoints = tuple(Endpoint(f"r{n}") for n in range(len(urls)))
    receivers = {f"r{n}": Receiver(name=f"r{n}", urls={"": Address(text=url)}) for n, url in enumerate(urls)}
    saved = tuple(
        Subscription(
            name=f"s{n}",
            rule=" OR ".join(f'"part {PAPERS * n + m}"' for m in range(PAPERS)),
            to=tuple(receivers),
            endpoints=endpoints,
            bundle=False,
        )
        for n in range(messages)
    )
    page = make_page(date(2026, 3, 10), sample_papers(PAPERS * messages))
    return Context(
        config=Config(sources={"hf": HF}, receivers=receivers, subscriptions=saved),
        store=store,
        fetcher=OnePage(page),  # type: ignore[arg-type]
        notifier=notifier,
        clock=lambda: NOW,
        jitter=lambda: 0.5,
        env={},
        rules=RuleBook(),
        tuning=Tuning(threads=len(urls) - 1),
    )


def deliver_many(
    urls: list[str], messages: int, timed: Callable[[list[Callable[[], Any]]], dict[str, float]]
) -> dict[str, float]:
    """Send ``messages`` deliveries, an address a thread; return the seconds and the CPU of the sending alone.

    The last address is sent to first: a daemon has long prepared its statements and templates.
    """
    threads = len(urls) - 1
    with (
        tempfile.TemporaryDirectory() as folder,
        open_store(Path(folder) / "watcher.db", mode="create") as store,
        Notifier() as notifier,
    ):
        parts = parts_of(store, notifier, urls, messages // threads)
        apply_config(parts)
        poll_pages(HF, parts)
        tell_due(parts)
        deliver_all(parts, only=[Endpoint(f"r{threads}")])
        took = timed([lambda: deliver_all(parts)])
        with store.reading() as tx:
            states = tx.outbox.states()
    assert states == {DeliveryState.SENT: messages // threads * (threads + 1)}, states
    return took
