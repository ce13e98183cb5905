"""Decide how many messages a receiver may get under its rate limit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from watcher.model import Rate

SOON = timedelta(seconds=1)
"""When to ask again if all messages that the rate allows are being sent at this moment."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many messages a receiver may get now.

    ``messages``: 0 or more.
    ``wait``: if it may get none, the time until it may get one.
    """

    messages: int
    wait: timedelta = timedelta()


def allowance(rate: Rate, sent: Sequence[datetime], sending: int, now: datetime) -> Allowance:
    """Return how many messages a rate allows now.

    ``sent``: when the last ``rate.most`` attempts ended, newest first. Instants more than ``rate.within`` in the future
        are not counted: the clock was set back since.
    ``sending``: number of messages that are being sent now; each counts against the rate.
    """
    counted = [at for at in sent if now - rate.within < at <= now + rate.within]
    free = rate.most - sending
    if free <= 0:
        return Allowance(0, SOON)
    if len(counted) < free:
        return Allowance(free - len(counted))
    return Allowance(0, min(counted[free - 1] + rate.within - now, rate.within))
