"""Decide the fate of a match: one function for each way in which a paper and a rule meet."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum

from watcher.model import UPDATES, Decision, Fate, Paper, PaperEvent, StoredSubscription, Subscription
from watcher.policy.schedules.schedule import alert_due, next_due

OLDER = "older than the look-back"
UNDATED = "undated"
NOT_TO_TELL = "imported with --no-tell"

IMPORT_REASONS = (OLDER, UNDATED, NOT_TO_TELL)
"""Reasons for which an import drops a match. ``import --tell`` tells matches with these reasons."""


class Telling(Enum):
    """What an import was asked to tell."""

    LOOK_BACK = "look-back"
    ALL = "all"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class LookBack:
    """The digest days of a source that count as present.

    ``days``: these days; they are the newest that its pages show.
    ``since``: this day and every later one, None to go by ``days`` alone.
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
    """The days that count as present, for each source.

    ``elsewhere``: for papers of sources that are not polled.
    """

    by_source: Mapping[str, LookBack]
    elsewhere: LookBack

    def holds(self, paper: Paper, sources: Collection[str] = ()) -> bool:
        """Return whether any listing of a paper counts as present.

        ``sources``: consider listings in these sources only, empty for all.
        """
        return any(
            self.by_source.get(listing.source, self.elsewhere).holds(listing.day)
            for listing in paper.listings
            if not sources or listing.source in sources
        )


@dataclass(frozen=True, slots=True)
class Late:
    """A source with a page for each digest day that was not read for a while, so that some days are read late.

    ``since``: when it was last read. Days between this and its look-back are read late.
    ``present``: its look-back now.
    """

    since: datetime
    present: LookBack

    def is_past(self, paper: Paper, began: datetime) -> bool:
        """Return whether a paper is older than a subscription that was made while the source was not read.

        It is if it was stored after the subscription ``began``, but was listed before the look-back.
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
        """The reason that is stored with matches that were due in this time and are not told."""
        return f"due before the database was restored on {self.until:%Y-%m-%d %H:%M:%S} UTC"


def last_days(days: int, now: datetime) -> LookBack:
    """Return a look-back of the last ``days`` days (UTC), today included; 0 holds no day up to today."""
    return LookBack(since=now.date() - timedelta(days=days - 1))


def last_digests(shown: Collection[date], days: int, now: datetime) -> LookBack:
    """Return a look-back of the newest ``days`` of the digest days ``shown``.

    If ``shown`` is empty, it is the last ``days`` days (UTC).
    """
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
    """Return the fate of a match that a poll found: held, or baseline if the paper is too old for the subscription.

    At the first poll of a source, a paper is too old if it was listed before the subscription's ``backfill``, or before
    ``look_back`` if it has no ``backfill``. At later polls, only papers that are read ``late`` can be too old, and only
    for a subscription that was made while the source was not read.

    ``look_back``: days, None if the source's pages show nothing older than its look-back.
    ``began``: when the subscription was made.
    ``late``: what this poll reads late, None if nothing.
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
    """Return the fate of a match with a paper that was stored before the subscription or its rule.

    It is held if the paper was listed within the subscription's ``backfill``, or within the look-back if it has no
    ``backfill``; else it is baseline.
    """
    if subscription.backfill is not None:
        present = Present({}, last_days(subscription.backfill, now))
    if present.holds(paper, subscription.sources):
        return Decision(Fate.HELD)
    return Decision(Fate.BASELINE, "listed before the subscription began")


def of_edited_rule() -> Decision:
    """Return the fate of a match that an edited rule makes with a stored paper: baseline, since edits tell nothing."""
    return Decision(Fate.BASELINE, "listed before the rule was edited")


def tells_event(subscription: Subscription, event: PaperEvent | None, fate: Fate) -> bool:
    """Return whether a subscription is told of an event of a paper, by the fate of its match with the paper.

    ``on`` asks for events of papers that were told or are known, ``on_update`` for those of told ones.
    """
    if event is None or fate not in (Fate.OWED, Fate.BASELINE):
        return False
    return event in subscription.on or (subscription.tells_updates and event in UPDATES and fate is Fate.OWED)


def of_unwanted(item: str) -> Decision:
    """Return the fate of a match that an item of a ``never:`` list keeps back: dropped."""
    return Decision(Fate.DROPPED, f"never: {item}")


def of_edited_never() -> Decision:
    """Return the fate of a match that a ``never:`` list kept back before its item was removed: baseline."""
    return Decision(Fate.BASELINE, "kept back before `never` was edited")


def of_imported(paper: Paper, sources: Collection[str], present: Present, telling: Telling) -> Decision:
    """Return the fate of a match from a saved page: held if ``telling`` asks for it, else dropped with the reason.

    Held matches are told when the import ends.

    ``sources``: names of the sources that the subscription reads, empty for all.
    ``present``: which digest days count as present, by each source's look-back.
    """
    if telling is Telling.NOTHING:
        return Decision(Fate.DROPPED, NOT_TO_TELL)
    if telling is Telling.ALL or present.holds(paper, sources):
        return Decision(Fate.HELD)
    is_dated = any(listing.day for listing in paper.listings)
    return Decision(Fate.DROPPED, OLDER if is_dated else UNDATED)


def of_dropped_in(paper: Paper, sources: Collection[str], present: Present) -> Decision:
    """Return the fate of a match from a file in an inbox: held, or dropped if all its days are before the look-back.

    ``sources`` and ``present``: see :func:`of_imported`.
    """
    if present.holds(paper, sources) or not any(listing.day for listing in paper.listings):
        return Decision(Fate.HELD)
    return Decision(Fate.DROPPED, OLDER)


def of_restored(saved: StoredSubscription, paper: Paper, blind: BlindSpan) -> Decision | None:
    """Return the fate of a match after a restore: baseline (known, not told) if due in the blind span, else None.

    It may have been told in that time, and is not told twice. The match is taken to have been made as early as it can
    have been: at the beginning of the paper's first digest day, but not before the blind span began.

    ``saved``: the subscription that matched.
    ``blind``: the time of which the restored database knows nothing.
    """
    subscription = saved.subscription
    found = blind.since
    if days := [listing.day for listing in paper.listings if listing.day]:
        found = max(found, datetime.combine(min(days), time(), UTC))
    due = next_due(subscription.when, subscription.timezone, found, saved.created_at) or found
    if saved.rests or alert_due(subscription, None, subscription.timezone, due) > blind.until:
        return None
    return Decision(Fate.BASELINE, blind.reason)
