"""Decide what an attempt means for its delivery and its endpoint. Backing off belongs to the endpoint."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from watcher.model import DeliveryState, Outcome, Result

FIRST_DELAY = timedelta(seconds=30)
LONGEST_DELAY = timedelta(hours=1)
FAILURES_LIVE = timedelta(days=14)
"""How long a message is tried while its endpoint fails. One that comes later, to an endpoint long down, has as long."""

TOLD_AFTER = timedelta(hours=1)
FOLD_AFTER = TOLD_AFTER
"""How long an endpoint must have failed before messages that waited are folded. Else they are sent as they are."""

SUSPECT_AFTER = 3
"""After this many attempts during which the program ended, the message may be the cause: it is sent last, and alone."""


@dataclass(frozen=True, slots=True)
class Health:
    """How an endpoint has been doing.

    ``failing_since``: since when every attempt failed, None if the last one worked.
    ``failures``: number of failures in a row.
    ``next_try``: when to try again, None for at once.
    """

    failing_since: datetime | None = None
    failures: int = 0
    next_try: datetime | None = None
    last_reason: str = ""

    def is_waiting(self, now: datetime) -> bool:
        """Return whether the endpoint is backing off.

        A ``next_try`` further ahead than the longest delay is ignored: the clock was set back since it was stored.
        """
        return self.next_try is not None and now < self.next_try <= now + LONGEST_DELAY


@dataclass(frozen=True, slots=True)
class Consequence:
    """What follows from an attempt.

    ``state``: new state of the delivery.
    ``health``: new health of the endpoint.
    ``failing``: True to tell the operator that the endpoint fails, False that it works again, None to tell nothing.
    ``reason``: why the delivery is dead, "" if it is not.
    """

    state: DeliveryState
    health: Health
    failing: bool | None
    reason: str = ""


def after_attempt(outcome: Outcome, health: Health, made_at: datetime, now: datetime, *, jitter: float) -> Consequence:
    """Return what an attempt means for its delivery and its endpoint.

    ``health``: of the endpoint before the attempt.
    ``made_at``: when the delivery was made.
    ``jitter``: between 0 and 1; makes the next delay up to a quarter shorter or longer.
    """
    if outcome.result is Result.SENT:
        return Consequence(DeliveryState.SENT, Health(), failing=False)
    if outcome.result is Result.REFUSED:
        # The endpoint answered and refused this message: it works, so that its health stays as it is.
        return Consequence(DeliveryState.DEAD, health, failing=None, reason=outcome.reason)
    since = health.failing_since or now
    failures = health.failures + 1
    worse = Health(since, failures, now + delay(failures, jitter), outcome.reason)
    if now - max(since, made_at) >= FAILURES_LIVE:
        return Consequence(DeliveryState.DEAD, worse, failing=True, reason=f"given up after 14 days: {outcome.reason}")
    is_down = outcome.result is Result.DOWN
    return Consequence(DeliveryState.PENDING, worse, failing=True if is_down or now - since >= TOLD_AFTER else None)


def is_backlog(before: Health, now: datetime) -> bool:
    """Return whether messages have piled up: the endpoint takes one now, and had failed for ``FOLD_AFTER`` before.

    ``before``: its health before this attempt.
    """
    return before.failing_since is not None and now - before.failing_since >= FOLD_AFTER


def delay(failures: int, jitter: float) -> timedelta:
    """Return how long to back off after a number of failures in a row: half a minute, doubled each time, up to an hour.

    ``jitter``: between 0 and 1; makes the delay up to a quarter shorter or longer.
    """
    doubled = FIRST_DELAY * (1 << min(failures - 1, 10))
    return min(doubled * (0.75 + jitter / 2), LONGEST_DELAY)
