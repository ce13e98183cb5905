"""Decide how many messages a receiver may get under its rate limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from watcher.model import Rate

SOON = timedelta(seconds=1)
"""When to ask again while everything that is allowed is in flight."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many messages a receiver may get now.

    ``wait``: the time until it may get one, if it may get none.
    """

    messages: int
    wait: timedelta = timedelta()


def allowance(rate: Rate, sent: Sequence[datetime], sending: int, now: datetime) -> Allowance:
    """Return how many messages ``rate`` allows.

    ``sent``: ends of the last ``rate.most`` attempts, newest first. Instants more than ``rate.within`` ahead are of a
        clock that was set back since, and do not count.
    ``sending``: number of messages in flight; they count as sent at any time.
    """
    counted = [at for at in sent if now - rate.within < at <= now + rate.within]
    free = rate.most - sending
    if free <= 0:
        return Allowance(0, SOON)
    if len(counted) < free:
        return Allowance(free - len(counted))
    return Allowance(0, min(counted[free - 1] + rate.within - now, rate.within))
