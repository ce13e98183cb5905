"""Try a rule on the stored papers, newest first, for as long as a page may take."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from threading import Event

from watcher.errors import RuleError
from watcher.model import Paper
from watcher.rules import Rule
from watcher.rules.advice.trial import Trial, try_rule
from watcher.rules.advice.typed import compile_typed
from watcher.rules.index.word_index import required_words
from watcher.store import Transaction
from watcher.web.views.word_book import WordBook, keys_in_bytes

BUDGET = 2.0
"""Seconds that a rule is tried for."""

AT_LEAST = 400
"""Papers that are looked at however long it takes."""

BATCH = 250
"""Papers that are read together."""


LONGEST_RULE = 4_000
"""Characters of a rule that is tried."""


def rule_tried(text: str) -> Rule:
    """Compile a rule that was typed. Raises ``RuleError`` with the place of what is wrong or too much."""
    if len(text) > LONGEST_RULE:
        what = f"a rule of {len(text):,} characters is not tried here"
        hint = f"write {LONGEST_RULE:,} characters at most"
        raise RuleError(what, start=LONGEST_RULE, end=len(text), hint=hint, text=text)
    return compile_typed(text)


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

    With a ``rule``, papers are left out that it cannot hold for, as far as the ``book`` knows their words.

    ``after``: begins behind this place.
    ``gone``: set when nobody waits for them any more.
    ``read`` / ``days``: how many papers were looked at, and their digest days.
    ``cut_at``: the place that was reached when the time was up, None if nothing was left.
    """

    def __init__(
        self,
        tx: Transaction,
        since: date,
        *,
        rule: Rule | None = None,
        book: WordBook | None = None,
        after: PaperPlace | None = None,
        gone: Event | None = None,
    ) -> None:
        self._tx, self._since, self._after, self._gone = tx, since, after, gone or Event()
        required = required_words(rule) if rule else None
        self._keys = None if required is None else keys_in_bytes(required)
        self._book = WordBook() if book is None else book  # an empty one counts as false
        self.read = 0
        self.days: set[date] = set()
        self.cut_at: PaperPlace | None = None

    def __iter__(self) -> Iterator[Paper]:
        ends = time.monotonic() + BUDGET
        last = self._after
        day = last.day if last else self._tx.browsing.day_before(None)
        while day is not None and day >= self._since:
            for id, paper in self._of(day):
                if self._gone.is_set() or (self.read >= AT_LEAST and time.monotonic() > ends):
                    self.cut_at = last
                    return
                self.read += 1
                self.days.add(day)
                last = PaperPlace(day, id)
                if paper is not None:
                    yield paper
            day = self._tx.browsing.day_before(day)

    def _of(self, day: date) -> Iterator[tuple[int, Paper | None]]:
        """Yield the papers of a digest day, None for a paper for which the rule cannot hold.

        Those that the day lists again stand under their first day.
        """
        ids = self._tx.browsing.papers_on(day)[::-1]
        if self._after and self._after.day == day:
            ids = [id for id in ids if id < self._after.id]
        for at in range(0, len(ids), BATCH):
            yield from self._batch(ids[at : at + BATCH], day)

    def _batch(self, ids: Sequence[int], day: date) -> Iterator[tuple[int, Paper | None]]:
        if self._keys is None:
            yield from ((paper.id, paper) for paper in self._tx.papers.get(ids) if paper.digest_day == day)
            return
        texts = {
            one.id: one.text for one in self._tx.browsing.texts_of(ids) if one.first_day in (None, day.isoformat())
        }
        may = {id: self._book.may_have(id, text, self._keys) for id, text in texts.items()}
        papers = {one.id: one for one in self._tx.papers.get([id for id, said in may.items() if said is not False])}
        for id in (one for one in ids if one in texts):
            found = papers.get(id)
            if found is not None and may[id] is None:
                self._book.learn(found, texts[id])
                found = None if self._book.may_have(id, texts[id], self._keys) is False else found
            yield id, found


def tried(
    tx: Transaction, rule: Rule, since: date, *, book: WordBook | None = None, gone: Event | None = None
) -> BoundedTrial:
    """Try a rule on the papers of digest day ``since`` and later, as far as the time allows.

    ``gone``: set when nobody waits for the answer any more; it is then what was found until then.
    """
    papers = Newest(tx, since, rule=rule, book=book, gone=gone)
    trial = replace(try_rule(rule, papers), papers=papers.read, days=tuple(sorted(papers.days)))
    return BoundedTrial(trial, papers.cut_at.day if papers.cut_at else None)


@dataclass(frozen=True, slots=True)
class AsSubscription:
    """What a rule would have told in its last days: papers, and in how many daily and weekly messages."""

    days: int
    papers: int
    daily: int
    weekly: int


def as_subscription(trial: Trial, today: date, days: int) -> AsSubscription:
    """Return what a rule would have told in the last ``days`` days, without what is listed under days to come."""
    since = today - timedelta(days=days)
    told = [paper.digest_day for paper, _ in trial.matches if since < paper.digest_day <= today]
    return AsSubscription(days, len(told), len(set(told)), len({day.isocalendar()[:2] for day in told}))
