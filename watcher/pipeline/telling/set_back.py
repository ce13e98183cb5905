"""Bring forward all due times that were set by a clock ahead of time, once the clock is right again."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from watcher.model.words import counted
from watcher.pipeline.context import Context
from watcher.policy.schedules.schedule import LONGEST_MONTH, alert_due, due_too_late, next_sign
from watcher.store import Transaction
from watcher.store.history.set_back import APART

log = logging.getLogger(__name__)

SOON = timedelta(days=8)
"""Subscriptions due within this time are only looked at where a clock was found to be ahead."""


def bring_forward(context: Context) -> int:
    """Correct what only a clock that was ahead can have stored; return how many instants were brought forward.

    Subscriptions, alerts and messages without papers are due as if they had been stored now. What was seen after now
    counts as seen now.
    """
    now = context.clock()
    with context.store.transaction() as tx:
        ahead = tx.set_back.seen_by_now(now)
        late = _subscriptions(tx, now, is_known=ahead > timedelta(0)) + _waiting(tx, context, now)
    if ahead:
        log.warning("the clock was ahead by %s when this database was last used", _shown(ahead))
    if late:
        log.warning("%s brought forward that would have waited for it", counted(late, "instant"))
    return late


def _subscriptions(tx: Transaction, now: datetime, *, is_known: bool) -> int:
    """Bring subscriptions and signs of life forward; return how many.

    ``is_known``: a clock was found to be ahead, so that all subscriptions are looked at.
    """
    late = 0
    for saved in tx.outbox.due_after(now if is_known else now + SOON, everyone=is_known):
        subscription = saved.subscription
        due = due_too_late(subscription.when, subscription.timezone, saved.next_due, now, saved.created_at)
        if due is not None:
            tx.subscriptions.set_next_due(saved.id, due)
            late += 1
    for saved in tx.outbox.signs_after(now + 2 * LONGEST_MONTH):
        tx.subscriptions.set_sign_due(saved.id, next_sign(saved.subscription, now))
        late += 1
    return late


def _waiting(tx: Transaction, context: Context, now: datetime) -> int:
    """Bring forward what is due later than if it were made now; return how much.

    Quiet hours end at the same instant for all that is made before it: what is made earlier is never due later.
    """
    late, found = 0, tx.set_back.waiting(now + APART)
    saved = tx.subscriptions.get({one.subscription_id for one in found})
    for one in found:
        its = saved[one.subscription_id].subscription if one.subscription_id in saved else None
        quiet = context.config.quiet_hours_of(one.endpoint)
        latest = alert_due(its, quiet, context.config.timezone, now)
        if one.due > latest + APART:
            late += tx.set_back.bring_forward(one, latest)
    return late


def _shown(ahead: timedelta) -> timedelta:
    return timedelta(seconds=round(ahead.total_seconds()))
