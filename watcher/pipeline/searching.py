"""Search the stored papers by a rule, the newest first, with the same answers as the rule gives in a poll.

Papers whose words are stored are found by these words, and read from them (:mod:`watcher.rules.match.packed`). All
other papers are read as a whole, and so are all papers if the rule asks for more than words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from heapq import merge
from itertools import islice
from operator import itemgetter

from watcher.model import FoundPaper, Hit, Paper
from watcher.rules import Document, Rule, document_of, evaluate
from watcher.rules.advice.trial import RuleTrial, Trial
from watcher.rules.index.prefilter import question_of
from watcher.rules.match.packed import PackedDocument, reads_papers, reads_texts
from watcher.store import Transaction

BATCH = 250
"""Most papers that are read together."""

MOST_UNFOLDED = 1_000
"""Most papers without stored words that a search reads one by one. With more, it reads every paper as a whole."""

PaperPlace = tuple[date, int]
"""The place of a paper in a search: its digest day and its id. Larger places come first."""


class Search:
    """Yields the papers that a rule may match, the newest first, as (place, document).

    ``rule``: None for all papers.
    ``since``: the oldest digest day that is searched.
    ``after``: begins with the paper behind this place, None to begin with the newest.
    ``stop``: called with the number of papers looked at so far; the search ends when it returns True.
    ``cut_at``: the place at which ``stop`` ended the search, None if everything was searched.
    """

    def __init__(
        self,
        tx: Transaction,
        rule: Rule | None,
        since: date,
        *,
        after: PaperPlace | None = None,
        stop: Callable[[int], bool] = lambda looked: False,
    ) -> None:
        self._tx, self._rule, self._since, self._after, self._stop = tx, rule, since, after, stop
        self._unfolded = self._without_words()
        self._looked: Counter[date] = Counter()
        self.cut_at: PaperPlace | None = None

    def _without_words(self) -> list[tuple[PaperPlace, Paper]] | None:
        """Return the papers without stored words, the newest first; None if the search reads every paper as a whole."""
        if self._rule is None or self._rule.likes is not None or not self._tx.words.are_there:
            return None
        ids = self._tx.words.stale(MOST_UNFOLDED + 1)
        if len(ids) > MOST_UNFOLDED:
            return None
        papers = [paper for paper in self._tx.papers.get(ids) if paper.id in ids and paper.digest_day >= self._since]
        places = [((paper.digest_day, paper.id), paper) for paper in papers]
        return sorted((one for one in places if self._is_ahead(one[0])), key=itemgetter(0), reverse=True)

    def _is_ahead(self, place: PaperPlace) -> bool:
        return self._after is None or place < self._after

    def __iter__(self) -> Iterator[tuple[PaperPlace, Document]]:
        last = self._after
        for looked, (place, document) in enumerate(self._documents()):
            if self._stop(looked):
                self.cut_at = last
                return
            self._looked[place[0]] += 1
            last = place
            yield place, document

    def matches(self, rule: Rule) -> Iterator[tuple[Paper, Hit]]:
        """Yield the papers that ``rule`` matches, with the places in them that matched."""
        trial = RuleTrial(rule)
        for (_, id), document in self:
            if trial.look(document) is not None:
                yield from with_marks(self._tx, rule, [id])

    def counted(self) -> dict[date, int]:
        """Return digest day → number of papers decided on so far, also those that lack the rule's words."""
        if self._unfolded is None:
            return dict(self._looked)
        counts = Counter(self._tx.words.by_day(self._since, self.cut_at, self._after))
        counts.update(day for (day, id), _ in self._unfolded if self.cut_at is None or (day, id) >= self.cut_at)
        return dict(counts)

    def _documents(self) -> Iterator[tuple[PaperPlace, Document]]:
        if self._rule is None or self._unfolded is None:
            yield from self._every()
            return
        others = ((place, document_of(paper)) for place, paper in self._unfolded)
        yield from merge(self._folded(self._rule), others, key=itemgetter(0), reverse=True)

    def _folded(self, rule: Rule) -> Iterator[tuple[PaperPlace, Document]]:
        """Yield the papers that have stored words, among them words of the rule."""
        places = iter(self._tx.words.found(question_of(rule.tree), self._since, self._after))
        size = 1  # the first of them at once: whoever stops early has not waited for many
        while some := list(islice(places, size)):
            yield from zip(some, self._made([id for _, id in some], rule), strict=True)
            size = min(size * 8, BATCH)

    def _made(self, ids: Sequence[int], rule: Rule) -> Iterator[Document]:
        words = {} if reads_texts(rule.tree) else self._tx.words.of(ids)
        unread = [id for id in ids if not words.get(id)]
        wanted = ids if rule.sources or reads_papers(rule.tree) else unread
        papers = {paper.id: paper for paper in self._tx.papers.get(wanted)}
        for id in ids:
            packed = words.get(id)
            yield PackedDocument(packed, papers.get(id)) if packed else document_of(papers[id])

    def _every(self) -> Iterator[tuple[PaperPlace, Document]]:
        """Yield every paper, read as a whole. A paper that several days list comes under its first day."""
        browsing = self._tx.browsing
        day = self._after[0] if self._after else browsing.day_before(None)
        while day is not None and day >= self._since:
            ids = [id for id in browsing.papers_on(day)[::-1] if self._is_ahead((day, id))]
            for at in range(0, len(ids), BATCH):
                for paper in self._tx.papers.get(ids[at : at + BATCH]):
                    if paper.digest_day == day and self._is_ahead((day, paper.id)):
                        yield (day, paper.id), document_of(paper)
            day = browsing.day_before(day)


@dataclass(frozen=True, slots=True)
class BoundedTrial:
    """A trial of a rule, and how far it got.

    ``until``: the digest day at which it was cut, None if it tried all papers.
    """

    trial: Trial[FoundPaper]
    until: date | None


class RunningTrial:
    """A trial of a rule, on papers since a day, that can be cut and continued.

    Papers that are stored between two calls of :meth:`go_on` may be missing from it; the caller must begin anew then.
    """

    def __init__(self, rule: Rule, since: date) -> None:
        self._rule, self._since = rule, since
        self._trial = RuleTrial(rule)
        self._found: list[tuple[PaperPlace, float]] = []
        self._counted: Counter[date] = Counter()
        self._place: PaperPlace | None = None
        self._is_over = False

    def go_on(self, tx: Transaction, stop: Callable[[int], bool] = lambda looked: False) -> BoundedTrial:
        """Try the rule on further papers, until ``stop`` returns True; return the whole trial so far.

        ``stop``: called with the number of papers looked at by this call.
        """
        if not self._is_over:
            self._look_on(tx, stop)
        upvotes = tx.papers.upvotes_of([id for (_, id), _ in self._found])
        matches = tuple((FoundPaper(id, day, upvotes.get(id)), Hit(score)) for (day, id), score in self._found)
        days = tuple(sorted(day for day, count in self._counted.items() if count))
        ended = Trial(sum(self._counted.values()), days, matches, self._trial.terms())
        return BoundedTrial(ended, self._place[0] if self._place else None)

    def _look_on(self, tx: Transaction, stop: Callable[[int], bool]) -> None:
        search = Search(tx, self._rule, self._since, after=self._place, stop=stop)
        for place, document in search:
            if (score := self._trial.look(document)) is not None:
                self._found.append((place, score))
        self._counted.update(search.counted())
        self._place = search.cut_at
        self._is_over = self._place is None


def tried(tx: Transaction, rule: Rule, since: date, stop: Callable[[int], bool] = lambda looked: False) -> BoundedTrial:
    """Try a rule on the papers of digest day ``since`` and later, the newest first, until ``stop`` returns True.

    ``stop``: called with the number of papers looked at so far.
    """
    return RunningTrial(rule, since).go_on(tx, stop)


def with_papers(tx: Transaction, trial: Trial[FoundPaper]) -> Trial[Paper]:
    """Return the same trial with whole papers in place of ids."""
    papers = tx.papers.get(found.id for found, _ in trial.matches)
    matches = zip(papers, (hit for _, hit in trial.matches), strict=True)
    return Trial(trial.papers, trial.days, tuple(matches), trial.terms)


def with_marks(tx: Transaction, rule: Rule, ids: Iterable[int]) -> Iterator[tuple[Paper, Hit]]:
    """Yield those of the papers ``ids`` that a rule matches, with the places in them that matched."""
    for paper in tx.papers.get(ids):
        if hit := evaluate(rule, document_of(paper)):
            yield paper, hit
