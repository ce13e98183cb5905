"""What becomes of a match. One function for each way in which a paper and a rule can meet."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum

from watcher.model import Decision, Fate, Paper, Subscription

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
    """The digest days of one source that count as present: those its newest pages show, or the last days to now."""

    days: frozenset[date] = frozenset()
    since: date | None = None

    def holds(self, day: date | None) -> bool:
        if day is None:
            return False
        return day in self.days or (self.since is not None and day >= self.since)


@dataclass(frozen=True, slots=True)
class Present:
    """What counts as present, source by source; ``elsewhere`` for sources that are not polled."""

    by_source: Mapping[str, LookBack]
    elsewhere: LookBack

    def holds(self, paper: Paper, sources: Collection[str] = ()) -> bool:
        """Whether any listing of ``paper`` (in ``sources``, or anywhere) is present."""
        return any(
            self.by_source.get(listing.source, self.elsewhere).holds(listing.day)
            for listing in paper.listings
            if not sources or listing.source in sources
        )


@dataclass(frozen=True, slots=True)
class Late:
    """A source that has a page for each day and was last read at ``since``; ``present`` are the days of its look-back
    now. What it listed between them is read late."""

    since: datetime
    present: LookBack

    def is_past(self, paper: Paper, began: datetime) -> bool:
        """Whether it is the past of a subscription that ``began`` when the source was not read: stored since then, and
        listed before the look-back."""
        days = [listing.day for listing in paper.listings if listing.day]
        is_new = self.since < began <= paper.first_seen
        return is_new and bool(days) and not any(self.present.holds(day) for day in days)


def last_days(days: int, now: datetime) -> LookBack:
    """The last ``days`` days to now, today included; none for 0."""
    return LookBack(since=now.date() - timedelta(days=days - 1))


def last_digests(shown: Collection[date], days: int, now: datetime) -> LookBack:
    """The last ``days`` of the digest days that a source's pages showed; the last days to now if it showed none."""
    if not shown:
        return last_days(days, now)
    return LookBack(days=frozenset(sorted(shown, reverse=True)[:days]))


def of_polled(
    subscription: Subscription,
    paper: Paper,
    *,
    first_poll: bool,
    look_back: int | None = None,
    now: datetime,
    began: datetime | None = None,
    late: Late | None = None,
) -> Decision:
    """A poll found it. Held, but for the past that the subscription does not want to hear of.

    At the first poll of a source nothing tells the past from the news but the subscription's own ``backfill``, or
    else ``look_back``: days to now, None where the source's pages show the look-back and nothing before it. Later,
    what is read ``late`` may be the past of a subscription that ``began`` meanwhile.
    """
    if not first_poll and late is not None and began is not None and late.is_past(paper, began):
        return of_known_paper(subscription, paper, Present({}, LookBack()), now)
    if not first_poll or (subscription.backfill is None and look_back is None):
        return Decision(Fate.HELD)
    if subscription.backfill is not None:
        return of_known_paper(subscription, paper, Present({}, last_days(subscription.backfill, now)), now)
    is_past = look_back is not None and not Present({}, last_days(look_back, now)).holds(paper)
    if is_past and any(listing.day for listing in paper.listings):
        return Decision(Fate.BASELINE, "listed before the source was first read")
    return Decision(Fate.HELD)


def of_known_paper(subscription: Subscription, paper: Paper, present: Present, now: datetime) -> Decision:
    """The paper was there before the subscription: told within ``backfill``, or else within the look-back."""
    if subscription.backfill is not None:
        present = Present({}, last_days(subscription.backfill, now))
    if present.holds(paper, subscription.sources):
        return Decision(Fate.HELD)
    return Decision(Fate.BASELINE, "listed before the subscription began")


def of_edited_rule() -> Decision:
    """The rule was edited and now takes in a paper that was there before."""
    return Decision(Fate.BASELINE, "listed before the rule was edited")


def of_imported(paper: Paper, sources: Collection[str], present: Present, telling: Telling) -> Decision:
    """A saved page held it. What is to be told whatever its day is held here and owed when the import ends."""
    if telling is Telling.NOTHING:
        return Decision(Fate.DROPPED, NOT_TO_TELL)
    if telling is Telling.ALL or present.holds(paper, sources):
        return Decision(Fate.HELD)
    is_dated = any(listing.day for listing in paper.listings)
    return Decision(Fate.DROPPED, OLDER if is_dated else UNDATED)


def of_dropped_in(paper: Paper, sources: Collection[str], present: Present) -> Decision:
    """A file in an inbox held it: what somebody puts there now is news, unless it names a day before the look-back."""
    if present.holds(paper, sources) or not any(listing.day for listing in paper.listings):
        return Decision(Fate.HELD)
    return Decision(Fate.DROPPED, OLDER)
