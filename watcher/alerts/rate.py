"""How many messages a receiver may get: never more than so many within any span of a length."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from watcher.model import Rate

SOON = timedelta(seconds=1)
"""When to look again where all that is allowed is being sent now."""


def wait_for_turn(rate: Rate, sent: Sequence[datetime], sending: int, now: datetime) -> timedelta:
    """How long the next message has to wait; nothing where it may go now.

    ``sent`` are the ends of the last ``rate.most`` tries, newest first; ``sending`` counts those under way, which may
    arrive at any time until they have ended. A try further ahead than ``rate.within`` is of a clock since set back.
    """
    counted = [at for at in sent if now - rate.within < at <= now + rate.within]
    free = rate.most - sending
    if free <= 0:
        return SOON
    if len(counted) < free:
        return timedelta()
    return min(counted[free - 1] + rate.within - now, rate.within)
