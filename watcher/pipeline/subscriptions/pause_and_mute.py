"""Pause and mute: hold or drop what would be told of a subscription or a paper."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from watcher.model import Decision, Fate, Paper, StoredSubscription
from watcher.policy.schedules.schedule import next_due
from watcher.store import Transaction

DROPPED = Decision(Fate.DROPPED, "dropped when the subscription went on")


def record_pause(tx: Transaction, saved: StoredSubscription) -> None:
    """Pause a subscription: its matches stay held, and its alerts leave deliveries of which no attempt was made yet."""
    tx.silence.set_paused(saved.id, True)
    tx.silence.take_back(saved.id, saved.subscription.endpoints)
    tx.blanks.drop(saved.id, saved.subscription.endpoints)


def end_pause(tx: Transaction, saved: StoredSubscription, now: datetime, *, drop: bool = False) -> int:
    """End the pause of a subscription; return how many papers it holds.

    ``drop``: drop these papers instead of telling them.
    """
    held = tx.matches.held(saved.id)
    papers = len(set(held.values())) + tx.silence.waiting(saved.id)
    tx.silence.set_paused(saved.id, False)
    if drop:
        subscription = saved.subscription
        tx.matches.decide(held, DROPPED)
        tx.silence.drop(saved.id, subscription.endpoints, DROPPED.reason)
        tx.subscriptions.set_next_due(
            saved.id, next_due(subscription.when, subscription.timezone, now, saved.created_at)
        )
    return papers


def record_mute(tx: Transaction, subject: StoredSubscription | Paper, now: datetime, until: datetime) -> None:
    """Mute a subscription or paper: whatever waits, or would be told before ``until``, is dropped."""
    reason = _muted(until).reason
    if isinstance(subject, StoredSubscription):
        tx.mutes.begin(now, until, subscription_id=subject.id)
        tx.mutes.drop_waiting_of_subscription(subject.id, subject.subscription.endpoints, reason, until)
        tx.blanks.drop(subject.id, subject.subscription.endpoints)
    else:
        tx.papers.hold()
        tx.mutes.begin(now, until, paper_id=subject.id)
        tx.subscriptions.lock(tx.matches.subscriptions_of(subject.id))  # what is being told now is dropped, too
        tx.mutes.drop_waiting_of_paper(subject.id, reason, until)


def end_mute(tx: Transaction, subject: StoredSubscription | Paper, now: datetime) -> bool:
    """End a mute; return whether there was one. What was dropped stays dropped."""
    if isinstance(subject, StoredSubscription):
        return tx.mutes.end(now, subscription_id=subject.id)
    return tx.mutes.end(now, paper_id=subject.id)


def unmuted(
    tx: Transaction, subscription_id: int, held: Mapping[int, int], now: datetime, *, drop: bool = True
) -> dict[int, int]:
    """Return those of ``held`` (match id → paper id) that are not muted.

    ``drop``: drop the muted ones; False to leave them held.
    """
    whole = tx.mutes.of_subscription(subscription_id, now)
    papers = tx.mutes.of_papers(now) if held else {}
    muted = {match: until for match, paper in held.items() if (until := whole or papers.get(paper))}
    if drop:
        for until in sorted(set(muted.values())):
            tx.matches.decide([match for match, end in muted.items() if end == until], _muted(until))
    return {match: paper for match, paper in held.items() if match not in muted}


def _muted(until: datetime) -> Decision:
    return Decision(Fate.DROPPED, f"muted until {until:%Y-%m-%d %H:%M}")
