"""How often a source is looked at that is left to find its own rhythm (``every: auto``): often while its page usually
changes, seldom while it never does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from watcher.model import Verdict

SHORTEST = timedelta(minutes=15)
LONGEST = timedelta(hours=4)
BEFORE_IT_IS_KNOWN = timedelta(hours=1)

DAYS = 28
"""Days back that count."""

ENOUGH_DAYS = 7
"""Days that have to be known before anything is concluded."""

WORTH_A_LOOK = 0.5
"""Changes that are expected to have happened when it is time to look again."""

HOUR = timedelta(hours=1)
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Look:
    """One earlier look at a source: when, and how it went."""

    at: datetime
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Wait:
    """How long to wait before the next look, and why, in words for people."""

    time: timedelta
    reason: str


Rates = dict[tuple[bool, int], float]
"""Changes to expect in an hour, by (is at a weekend, hour of the day in UTC)."""


def next_wait(looks: Sequence[Look], now: datetime) -> Wait:
    """How long to wait after a look at ``now``; ``looks`` are those before it and it, in any order.

    Waits until half a change is to be expected, by what the last four weeks had at these hours; a quarter of an hour
    at least, four hours at most.
    """
    counted = sorted((look for look in looks if now - look.at <= timedelta(days=DAYS)), key=lambda look: look.at)
    if not counted or now - counted[0].at < timedelta(days=ENOUGH_DAYS):
        return Wait(BEFORE_IT_IS_KNOWN, f"its rhythm is known after {ENOUGH_DAYS} days")
    rates = change_rates(counted)
    expected, wait = 0.0, timedelta(0)
    while wait < LONGEST and expected < WORTH_A_LOOK:
        expected += rates.get(_slot(now + wait), 0.0) * (SHORTEST / HOUR)
        wait += SHORTEST
    if expected < WORTH_A_LOOK:
        return Wait(LONGEST, f"it seldom changes {_span(now, now + LONGEST)}")
    return Wait(wait, f"it usually changes {_span(now, now + wait)}")


def change_rates(looks: Sequence[Look]) -> Rates:
    """Changes an hour, from looks in the order of time.

    What a look found new came at an unknown moment since the look before it: its weight is spread over that time, as
    far as the longest wait reaches. Hours that no look covers have no rate.
    """
    changes: Rates = {}
    covered: Rates = {}
    for before, look in pairwise(looks):
        if look.verdict in (Verdict.UNREACHABLE, Verdict.BROKEN):
            continue
        since = max(before.at, look.at - LONGEST - HOUR)
        pieces = list(_pieces(since, look.at))
        whole = sum(share for _, share in pieces)
        for slot, share in pieces:
            covered[slot] = covered.get(slot, 0.0) + share
            if look.verdict in (Verdict.NEW, Verdict.PARTIAL) and whole:
                changes[slot] = changes.get(slot, 0.0) + share / whole
    return {slot: changes.get(slot, 0.0) / hours for slot, hours in covered.items() if hours}


def _pieces(since: datetime, until: datetime) -> Iterable[tuple[tuple[bool, int], float]]:
    """The slots that lie between two instants, and how many hours of each."""
    at = since
    while at < until:
        end = min(at.replace(minute=0, second=0, microsecond=0) + HOUR, until)
        yield _slot(at), (end - at) / HOUR
        at = end


def _slot(at: datetime) -> tuple[bool, int]:
    return at.weekday() >= _SATURDAY, at.hour


def _span(since: datetime, until: datetime) -> str:
    days = "at weekends" if since.weekday() >= _SATURDAY else "on weekdays"
    return f"between {since:%H:%M} and {until:%H:%M} UTC {days}"
