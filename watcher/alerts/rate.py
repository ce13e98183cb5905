"""How many messages a receiver may get: never more than so many within any span of a length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from watcher.model import Rate

SOON = timedelta(seconds=1)
"""When to look again where all that is allowed is being sent now."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many messages a receiver may get now; where that is none, ``wait`` is the time until it may get one."""

    messages: int
    wait: timedelta = timedelta()


def allowance(rate: Rate, sent: Sequence[datetime], sending: int, now: datetime) -> Allowance:
    """What ``rate`` leaves.

    ``sent`` are the ends of the last ``rate.most`` tries, newest first; ``sending`` counts those under way, which may
    arrive at any time until they have ended. A try further ahead than ``rate.within`` is of a clock since set back.
    """
    counted = [at for at in sent if now - rate.within < at <= now + rate.within]
    free = rate.most - sending
    if free <= 0:
        return Allowance(0, SOON)
    if len(counted) < free:
        return Allowance(free - len(counted))
    return Allowance(0, min(counted[free - 1] + rate.within - now, rate.within))
