"""Tell a receiver nothing more of a subscription, as its mails let it ask for, and again when it takes that back."""

from __future__ import annotations

from datetime import datetime

from watcher.model import Decision, Endpoint, Fate, StoredSubscription
from watcher.store import Transaction

UNSUBSCRIBED = "unsubscribed by the link in a mail"
ALL_LEFT = Decision(Fate.DROPPED, "everybody whom it told has unsubscribed")


def told_endpoints(tx: Transaction, saved: StoredSubscription) -> list[Endpoint]:
    """Return the endpoints that are told of a subscription: those in the config, without those that left it."""
    left = tx.unsubscribed.of([saved.id]).get(saved.id, {})
    return [endpoint for endpoint in saved.subscription.endpoints if endpoint not in left]


def record_leaving(tx: Transaction, saved: StoredSubscription, endpoint: Endpoint, now: datetime) -> bool:
    """Tell an endpoint nothing more of a subscription, nor what waits; return whether it was told until now."""
    is_new = tx.unsubscribed.leave(saved.id, endpoint, now)
    tx.silence.drop(saved.id, [endpoint], UNSUBSCRIBED)
    tx.blanks.drop(saved.id, [endpoint])
    return is_new


def record_return(tx: Transaction, saved: StoredSubscription, endpoint: Endpoint) -> bool:
    """Tell an endpoint of a subscription again, from now on; return whether it had left."""
    return tx.unsubscribed.come_back(saved.id, endpoint)
