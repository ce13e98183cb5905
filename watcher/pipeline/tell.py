"""What is due becomes alerts; due alerts become deliveries."""

from __future__ import annotations

from datetime import datetime

from watcher.alerts.bundle import cut
from watcher.alerts.items import items_of
from watcher.alerts.schedule import alert_due, next_due
from watcher.config import Config
from watcher.model import Endpoint, Saved, Told
from watcher.notify import limit_of
from watcher.pipeline.parts import Parts
from watcher.render import estimated_size
from watcher.store import Transaction


def tell_due(parts: Parts, *, flush: bool = False) -> int:
    """Owe what the due subscriptions hold and make deliveries of all due alerts; how many deliveries.

    ``flush`` takes every subscription as due now; its next time stays as it was.
    """
    now = parts.clock()
    with parts.store.reading() as tx:
        due = tx.subscriptions.active() if flush else tx.subscriptions.due(now)
    for saved in due:
        subscription = saved.subscription
        with parts.store.transaction() as tx:
            _owe(tx, saved, parts.config, now, flush=flush)
            if not flush:
                tx.subscriptions.set_next_due(saved.id, next_due(subscription.when, subscription.timezone, now))
    with parts.store.reading() as tx:
        endpoints = tx.outbox.endpoints_with_due_alerts(now)
    return sum(_enqueue(endpoint, parts, now) for endpoint in endpoints)


def _owe(tx: Transaction, saved: Saved, config: Config, now: datetime, *, flush: bool) -> None:
    """Make alerts of what is held, due when neither the subscription nor the receiver keeps quiet."""
    held = tx.matches.held(saved.id)
    for endpoint in saved.subscription.endpoints:
        quiet = config.quiet_hours_of(endpoint)
        due = now if flush else alert_due(saved.subscription, quiet, config.timezone, now)
        tx.matches.owe(held, [endpoint], due)


def _enqueue(endpoint: Endpoint, parts: Parts, now: datetime) -> int:
    with parts.store.transaction() as tx:
        return enqueue(tx, endpoint, tx.outbox.due_alerts(endpoint, now), parts, now)


def enqueue(tx: Transaction, endpoint: Endpoint, told: list[Told], parts: Parts, now: datetime) -> int:
    """Cut what an endpoint is to be told into deliveries, between papers; how many."""
    matches: dict[int, list[int]] = {}
    for one in told:
        matches.setdefault(one.paper_id, []).append(one.match_id)
    items = items_of(told, tx.papers.get(matches), {})
    runs = cut(items, estimated_size, limit_of(parts.config.address_or_empty(endpoint, parts.env)))
    for n, run in enumerate(runs, start=1):
        ids = [id for item in run for id in matches[item.paper.id]]
        tx.outbox.enqueue_digest(endpoint, ids, now, n, len(runs))
    return len(runs)
