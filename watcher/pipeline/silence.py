"""Subscriptions that are to say nothing for a while, because somebody asked for it."""

from __future__ import annotations

from datetime import datetime

from watcher.alerts.schedule import next_due
from watcher.model import Decision, Fate, Saved
from watcher.store import Transaction

DROPPED = Decision(Fate.DROPPED, "dropped when the subscription went on")


def pause(tx: Transaction, saved: Saved) -> None:
    """Hold what the subscription matches from now on, and what it has matched and nobody has tried to send."""
    tx.silence.set_paused(saved.id, True)
    tx.silence.take_back(saved.id, saved.subscription.endpoints)
    tx.blanks.drop(saved.id, saved.subscription.endpoints)


def unpause(tx: Transaction, saved: Saved, now: datetime, *, drop: bool = False) -> int:
    """Let the subscription go on, with what was held meanwhile or without it; how many papers that is."""
    held = tx.matches.held(saved.id)
    papers = len(set(held.values())) + tx.silence.waiting(saved.id)
    tx.silence.set_paused(saved.id, False)
    if drop:
        subscription = saved.subscription
        tx.matches.decide(held, DROPPED)
        tx.silence.drop(saved.id, subscription.endpoints, DROPPED.reason)
        tx.subscriptions.set_next_due(saved.id, next_due(subscription.when, subscription.timezone, now))
    return papers
