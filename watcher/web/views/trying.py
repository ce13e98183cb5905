"""Try a rule on the stored papers, newest first, for as long as a page may take."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from threading import BoundedSemaphore, Event

from watcher.model import Paper
from watcher.rules import Rule
from watcher.rules.advice.trial import Trial, try_rule
from watcher.store import Transaction

BUDGET = 2.0
"""Seconds that a rule is tried for."""

AT_LEAST = 400
"""Papers that are looked at however long it takes."""

LAST_DAY = date(2999, 12, 31)
_turn = BoundedSemaphore(1)
"""Rules are tried one at a time: who presses keys quickly must not hold up the daemon beside the pages."""

LOOK_UP = 0.1
"""Seconds after which somebody who waits for a turn looks whether it is still wanted."""


@dataclass(frozen=True, slots=True)
class BoundedTrial:
    """A trial, and how far it got.

    ``until``: None if all papers of the days were tried, else the digest day at which it was cut.
    """

    trial: Trial
    until: date | None


@dataclass(frozen=True, slots=True)
class PaperPlace:
    """A place in the order of :class:`Newest`: behind the paper ``id`` of a day."""

    day: date
    id: int


class Newest:
    """Papers by digest day, the newest first, and inside a day by their ids, the latest first, until the time is up.

    ``after``: begins behind this place.
    ``gone``: set when nobody waits for them any more.
    ``cut_at``: the place that was reached then, None if nothing was left.
    """

    def __init__(
        self,
        tx: Transaction,
        since: date,
        budget: float = BUDGET,
        *,
        after: PaperPlace | None = None,
        gone: Event | None = None,
    ) -> None:
        self._tx, self._since, self._budget, self._after = tx, since, budget, after
        self._gone = gone or Event()
        self.cut_at: PaperPlace | None = None

    def __iter__(self) -> Iterator[Paper]:
        ends, read = time.monotonic() + self._budget, 0
        last = self._after
        day = last.day if last else self._tx.browsing.day_before(LAST_DAY)
        while day is not None and day >= self._since:
            for paper in self._of(day):
                if self._gone.is_set() or (read >= AT_LEAST and time.monotonic() > ends):
                    self.cut_at = last
                    return
                read += 1
                last = PaperPlace(day, paper.id)
                yield paper
            day = self._tx.browsing.day_before(day)

    def _of(self, day: date) -> Iterator[Paper]:
        """Yield the papers whose own digest day this is; those that it lists again stand under their first day."""
        ids = self._tx.browsing.papers_on(day)[::-1]
        if self._after and self._after.day == day:
            ids = [id for id in ids if id < self._after.id]
        for at in range(0, len(ids), AT_LEAST):
            yield from (paper for paper in self._tx.papers.get(ids[at : at + AT_LEAST]) if paper.digest_day == day)


def tried(tx: Transaction, rule: Rule, since: date, budget: float = BUDGET, gone: Event | None = None) -> BoundedTrial:
    """Try a rule on the papers of digest day ``since`` and later, as far as the time allows.

    ``gone``: set when nobody waits for the answer any more; it is then what was found until then.
    """
    papers = Newest(tx, since, budget, gone=gone)
    while not _turn.acquire(timeout=LOOK_UP):
        if gone and gone.is_set():
            return BoundedTrial(try_rule(rule, ()), since)
    try:
        trial = try_rule(rule, papers)
    finally:
        _turn.release()
    return BoundedTrial(trial, papers.cut_at.day if papers.cut_at else None)


@dataclass(frozen=True, slots=True)
class AsSubscription:
    """What a rule would have told in its last days: papers, and in how many daily and weekly messages."""

    days: int
    papers: int
    daily: int
    weekly: int


def as_subscription(trial: Trial, today: date, days: int) -> AsSubscription:
    """Return what a rule would have told in the last ``days`` days."""
    since = today - timedelta(days=days)
    told = [paper.digest_day for paper, _ in trial.matches if paper.digest_day > since]
    return AsSubscription(days, len(told), len(set(told)), len({day.isocalendar()[:2] for day in told}))
