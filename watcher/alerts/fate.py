"""Decide the fate of a match: one function for each way in which a paper and a rule meet."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum

from watcher.alerts.schedule import alert_due, next_due
from watcher.model import Decision, Fate, Paper, StoredSubscription, Subscription

OLDER = "older than the look-back"
UNDATED = "undated"
NOT_TO_TELL = "imported with --no-tell"

IMPORT_REASONS = (OLDER, UNDATED, NOT_TO_TELL)
"""Reasons for which an import does not tell a match; ``import --tell`` tells these."""


class Telling(Enum):
    """What an import was asked to tell."""

    LOOK_BACK = "look-back"
    ALL = "all"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class LookBack:
    """The digest days of a source that count as present.

    ``days``: these days, as its newest pages show them.
    ``since``: this day and later, None for none.
    """

    days: frozenset[date] = frozenset()
    since: date | None = None

    def holds(self, day: date | None) -> bool:
        """Return whether a day counts as present; False for None."""
        if day is None:
            return False
        return day in self.days or (self.since is not None and day >= self.since)


@dataclass(frozen=True, slots=True)
class Present:
    """What counts as present, for each source.

    ``elsewhere``: for sources that are not polled.
    """

    by_source: Mapping[str, LookBack]
    elsewhere: LookBack

    def holds(self, paper: Paper, sources: Collection[str] = ()) -> bool:
        """Return whether a listing of ``paper`` (in ``sources``, or in any) is present."""
        return any(
            self.by_source.get(listing.source, self.elsewhere).holds(listing.day)
            for listing in paper.listings
            if not sources or listing.source in sources
        )


@dataclass(frozen=True, slots=True)
class Late:
    """A source with a page for each day that was not read for a while.

    ``since``: when it was last read. Days between that and its look-back are read late.
    ``present``: its look-back now.
    """

    since: datetime
    present: LookBack

    def is_past(self, paper: Paper, began: datetime) -> bool:
        """Return whether a paper is the past for a subscription that ``began`` while the source was not read.

        That is: stored since then, and listed before the look-back.
        """
        days = [listing.day for listing in paper.listings if listing.day]
        is_new = self.since < began <= paper.first_seen
        return is_new and bool(days) and not any(self.present.holds(day) for day in days)


@dataclass(frozen=True, slots=True)
class BlindSpan:
    """The time of which a restored database knows nothing.

    ``since``: the last instant that it knows of.
    ``until``: when it was restored.
    """

    since: datetime
    until: datetime

    @property
    def reason(self) -> str:
        """Why a match that was due in this time is not told."""
        return f"due before the database was restored on {self.until:%Y-%m-%d %H:%M:%S} UTC"


def last_days(days: int, now: datetime) -> LookBack:
    """Return the last ``days`` days, today included, as present; no day for 0."""
    return LookBack(since=now.date() - timedelta(days=days - 1))


def last_digests(shown: Collection[date], days: int, now: datetime) -> LookBack:
    """Return the newest ``days`` of the digest days ``shown`` as present; without any, the last ``days`` days."""
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
    """Return the fate of a match that a poll found: held, unless it is the past for the subscription.

    At the first poll of a source the past is what is older than the subscription's ``backfill``, else than
    ``look_back``. Later it can only be what is read late (``late``), for a subscription that ``began`` meanwhile.

    ``look_back``: days, None if the source's pages show only its look-back.
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
    """Return the fate of a match with a paper that was stored before.

    Held within ``backfill``, else within the look-back.
    """
    if subscription.backfill is not None:
        present = Present({}, last_days(subscription.backfill, now))
    if present.holds(paper, subscription.sources):
        return Decision(Fate.HELD)
    return Decision(Fate.BASELINE, "listed before the subscription began")


def of_edited_rule() -> Decision:
    """Return the fate of a match that an edited rule makes with a stored paper: baseline."""
    return Decision(Fate.BASELINE, "listed before the rule was edited")


def of_unwanted(item: str) -> Decision:
    """Return the fate of a match that an item of a ``never:`` list keeps back."""
    return Decision(Fate.DROPPED, f"never: {item}")


def of_edited_never() -> Decision:
    """Return the fate of a match that was kept back, now that the list has changed: baseline."""
    return Decision(Fate.BASELINE, "kept back before `never` was edited")


def of_imported(paper: Paper, sources: Collection[str], present: Present, telling: Telling) -> Decision:
    """Return the fate of a match from a saved page. Held matches are owed when the import ends."""
    if telling is Telling.NOTHING:
        return Decision(Fate.DROPPED, NOT_TO_TELL)
    if telling is Telling.ALL or present.holds(paper, sources):
        return Decision(Fate.HELD)
    is_dated = any(listing.day for listing in paper.listings)
    return Decision(Fate.DROPPED, OLDER if is_dated else UNDATED)


def of_dropped_in(paper: Paper, sources: Collection[str], present: Present) -> Decision:
    """Return the fate of a match from a file in an inbox: held, unless all its days are before the look-back."""
    if present.holds(paper, sources) or not any(listing.day for listing in paper.listings):
        return Decision(Fate.HELD)
    return Decision(Fate.DROPPED, OLDER)


def of_restored(saved: StoredSubscription, paper: Paper, blind: BlindSpan) -> Decision | None:
    """Return baseline for a match that was due in a blind span, since it may have been told then; None for others.

    A paper may have been found from the beginning of its first day on, one without a day at any time.
    """
    subscription = saved.subscription
    found = blind.since
    if days := [listing.day for listing in paper.listings if listing.day]:
        found = max(found, datetime.combine(min(days), time(), UTC))
    due = next_due(subscription.when, subscription.timezone, found, saved.created_at) or found
    if saved.paused or alert_due(subscription, None, subscription.timezone, due) > blind.until:
        return None
    return Decision(Fate.BASELINE, blind.reason)
