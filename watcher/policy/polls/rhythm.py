"""Choose how often to poll a source with ``every: auto``, from when its page changed in the last four weeks. Pure."""

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
"""Days of earlier polls that are considered."""

ENOUGH_DAYS = 7
"""Days of polls that are needed before the rhythm is estimated."""

WORTH_A_LOOK = 0.5
"""Expected number of changes of the page at which the next poll is due."""

HOUR = timedelta(hours=1)
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Look:
    """An earlier poll.

    ``at``: when (UTC).
    ``verdict``: how it went.
    """

    at: datetime
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Wait:
    """How long to wait before the next poll, and why.

    ``time``: how long.
    ``reason``: in words for people.
    """

    time: timedelta
    reason: str


Rates = dict[tuple[bool, int], float]
"""Expected changes an hour, by (is a weekend, hour of the day in UTC)."""


def next_wait(looks: Sequence[Look], now: datetime) -> Wait:
    """Return how long to wait after the poll at ``now``, with the reason.

    That is until ``WORTH_A_LOOK`` changes are to be expected by :func:`change_rates`, at least ``SHORTEST`` and at most
    ``LONGEST``. It is ``BEFORE_IT_IS_KNOWN`` while polls of fewer than ``ENOUGH_DAYS`` days are known.

    ``looks``: earlier polls and the one at ``now``, in any order.
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
    """Return how many changes an hour were found, for each hour of the day, weekends apart.

    A change that a poll found happened at an unknown moment since the poll before. So it is spread evenly over that
    time, at most over ``LONGEST`` and an hour. Hours that no poll covers are left out. Unreachable and broken polls do
    not count.

    ``looks``: polls in order of time.
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
    """Split a span of time at full hours: yield each hour's slot and the part of it (hours) that lies in the span."""
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
