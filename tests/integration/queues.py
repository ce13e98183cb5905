"""Claims as one sender makes them, and threads that are none."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from datetime import datetime
from typing import Any

from watcher.model import Delivery, Endpoint, Outcome, Tuning
from watcher.policy.deliveries.lanes import WaitingEndpoint
from watcher.policy.deliveries.retry import after_attempt
from watcher.store import Store, Transaction
from watcher.store.deliveries.queue import Claim, Try

LEASE = Tuning().lease


class Inline(Executor):
    """Runs every call at once, in the caller's thread: an exception that ends the call ends the caller."""

    def __init__(self, threads: int = 1, name: str = "") -> None:
        pass

    def submit(self, fn: Callable[..., Any], /, *args: Any, **named: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(fn(*args, **named))
        return future


def waiting_in(tx: Transaction, now: datetime) -> dict[Endpoint, WaitingEndpoint]:
    """Endpoints that something waits for, or whose sender is gone."""
    found = [*tx.queue.left_behind(now), *tx.queue.waiting_after(None, 1000), *tx.queue.suspects()]
    return {one.endpoint: one for one in found}


def claim(store: Store, endpoint: Endpoint, now: datetime, *, suspects: bool = False) -> Delivery | None:
    """Claim the next message of an endpoint; None if nothing may be sent there."""
    with store.transaction() as tx:
        here = waiting_in(tx, now).get(endpoint)
        return next(iter(tx.queue.claim([here], now, LEASE, suspects=suspects)), None) if here else None


def record(tx: Transaction, delivery: Delivery, outcome: Outcome, now: datetime) -> Claim:
    """Record an attempt with its consequences; return the state of its claim."""
    (ended,) = tx.queue.record(
        [Try(delivery, outcome)],
        lambda one, before: after_attempt(one.outcome, before, one.delivery.created_at, now, jitter=0.5),
        now,
    )
    return ended.claim
