"""Unsubscribe a receiver from one subscription by the link in a mail, and take that back."""

from __future__ import annotations

from datetime import datetime

from watcher.model import Decision, Endpoint, Fate, StoredSubscription
from watcher.store import Transaction

UNSUBSCRIBED = "unsubscribed by the link in a mail"
ALL_LEFT = Decision(Fate.DROPPED, "everybody whom it told has unsubscribed")


def told_endpoints(tx: Transaction, saved: StoredSubscription) -> list[Endpoint]:
    """Return the endpoints that a subscription tells: those of the config, without the unsubscribed ones."""
    left = tx.unsubscribed.of([saved.id]).get(saved.id, {})
    return [endpoint for endpoint in saved.subscription.endpoints if endpoint not in left]


def record_leaving(tx: Transaction, saved: StoredSubscription, endpoint: Endpoint, now: datetime) -> bool:
    """Unsubscribe an endpoint from a subscription and drop what waits for it; return whether it was told until now."""
    tx.subscriptions.lock([saved.id])  # what is being told now is dropped, and not missed
    is_new = tx.unsubscribed.leave(saved.id, endpoint, now)
    tx.silence.drop(saved.id, [endpoint], UNSUBSCRIBED)
    tx.blanks.drop(saved.id, [endpoint])
    return is_new


def record_return(tx: Transaction, saved: StoredSubscription, endpoint: Endpoint) -> bool:
    """Let a subscription tell an endpoint again from now on; return whether the endpoint had unsubscribed."""
    return tx.unsubscribed.come_back(saved.id, endpoint)
