"""What becomes of a match. One function for each way in which a paper and a rule can meet."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum

from watcher.model import Decision, Fate, Subscription

OLDER = "older than the look-back"
UNDATED = "undated"
NOT_TO_TELL = "imported with --no-tell"

IMPORT_REASONS = (OLDER, UNDATED, NOT_TO_TELL)
"""Why an import leaves a match untold; ``import --tell`` makes these owed."""


class Telling(Enum):
    """What an import was asked to tell."""

    LOOK_BACK = "look-back"
    ALL = "all"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class LookBack:
    """The digest days that count as present: those that a source's newest pages show, or the last days to now."""

    days: Collection[date] = ()
    since: date | None = None

    def holds(self, day: date | None) -> bool:
        if day is None:
            return False
        return day in self.days or (self.since is not None and day >= self.since)


def look_back(known_days: Collection[date], days: int, now: datetime) -> LookBack:
    """The last ``days`` digest days: as the source's pages show them, else counted back from ``now``."""
    if known_days:
        return LookBack(days=frozenset(sorted(known_days, reverse=True)[:days]))
    return LookBack(since=now.date() - timedelta(days=days - 1))


def of_polled(subscription: Subscription, day: date, *, first_poll: bool, now: datetime) -> Decision:
    """A poll found it. Held, but for the past that the subscription does not want to hear of.

    At the first poll of a source nothing tells the past from the news but the subscription's own ``backfill``.
    """
    wanted = subscription.backfill
    if first_poll and wanted is not None and day <= now.date() - timedelta(days=wanted):
        return Decision(Fate.BASELINE, "listed before the subscription began")
    return Decision(Fate.HELD)


def of_new_subscription(subscription: Subscription, day: date, present: LookBack, now: datetime) -> Decision:
    """The subscription is new, the paper was there: told within ``backfill``, or else within the look-back."""
    if subscription.backfill is not None:
        present = LookBack(since=now.date() - timedelta(days=subscription.backfill - 1))
    if present.holds(day):
        return Decision(Fate.HELD)
    return Decision(Fate.BASELINE, "listed before the subscription began")


def of_edited_rule() -> Decision:
    """The rule was edited and now takes in a paper that was there before."""
    return Decision(Fate.BASELINE, "listed before the rule was edited")


def of_imported(day: date | None, present: LookBack, telling: Telling) -> Decision:
    """A saved page held it; ``day`` is its digest day, None where the page has none."""
    if telling is Telling.ALL:
        return Decision(Fate.OWED)
    if telling is Telling.NOTHING:
        return Decision(Fate.DROPPED, NOT_TO_TELL)
    if day is None:
        return Decision(Fate.DROPPED, UNDATED)
    if present.holds(day):
        return Decision(Fate.HELD)
    return Decision(Fate.DROPPED, OLDER)
