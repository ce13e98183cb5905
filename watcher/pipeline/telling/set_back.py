"""Bring forward what would wait too long because the clock was ahead when it was stored, and was set back since."""

from __future__ import annotations

import logging
from datetime import timedelta

from watcher.model.words import counted
from watcher.pipeline.context import Context
from watcher.policy.schedules.schedule import LONGEST_MONTH, LONGEST_QUIET, due_too_late, next_sign

log = logging.getLogger(__name__)

SOON = timedelta(days=8)
"""What is due within this time is never looked at: not even a weekly schedule would be due earlier for long."""


def bring_forward(context: Context) -> int:
    """Make subscriptions, alerts and messages without papers due that only a wrong clock can have put off so far.

    Return their number, which is logged.
    """
    now = context.clock()
    with context.store.transaction() as tx:
        late = 0
        for saved in tx.outbox.due_after(now + SOON):
            subscription = saved.subscription
            due = due_too_late(subscription.when, subscription.timezone, saved.next_due, now, saved.created_at)
            if due is not None:
                tx.subscriptions.set_next_due(saved.id, due)
                late += 1
        for saved in tx.outbox.signs_after(now + 2 * LONGEST_MONTH):
            tx.subscriptions.set_sign_due(saved.id, next_sign(saved.subscription, now))
            late += 1
        late += tx.outbox.bring_forward(now, now + LONGEST_QUIET + SOON)
    if late:
        log.warning(
            "the clock was set back: %s brought forward that would have waited for it", counted(late, "instant")
        )
    return late
