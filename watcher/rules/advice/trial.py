"""Try a rule on stored papers: what it would have told, and what each of its terms found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Generic, TypeVar

from watcher.model import Hit, Listing, Paper, RankablePaper
from watcher.rules.language.rule import Rule
from watcher.rules.language.tree import And, Leaf, Not, Or, RuleNode
from watcher.rules.match.aboutness import score_of
from watcher.rules.match.document import Document, document_of
from watcher.rules.match.evaluate import PaperReader
from watcher.rules.match.packed import reads_papers

P = TypeVar("P", bound=RankablePaper)

WEEK = timedelta(days=7)
LONGEST_GAP = 104
"""Longest run of weeks without papers that still count as weeks with no match."""


@dataclass(frozen=True, slots=True)
class TermCount:
    """What a term of a rule found.

    ``matched``: number of matched papers in which it was found.
    ``alone``: number of those that match only because of it; None for a term that every match needs.
    """

    term: str
    matched: int
    alone: int | None


@dataclass(frozen=True, slots=True)
class Trial(Generic[P]):
    """The result of a trial.

    ``papers``: number of papers that were tried.
    ``days``: digest days of these papers.
    ``matches``: in the order of the papers; hits have no places.
    ``terms``: what each term found.
    """

    papers: int
    days: tuple[date, ...]
    matches: tuple[tuple[P, Hit], ...]
    terms: tuple[TermCount, ...]

    @property
    def strong(self) -> int:
        """The number of strong matches."""
        return sum(hit.strong for _, hit in self.matches)

    @property
    def per_day(self) -> float:
        """Average number of matches on a digest day."""
        return len(self.matches) / len(self.days) if self.days else 0.0

    @property
    def per_week(self) -> float:
        """Average number of matches in seven days, from the first to the last day."""
        return 7 * len(self.matches) / ((self.days[-1] - self.days[0]).days + 1) if self.days else 0.0

    def by_day(self) -> Mapping[date, int]:
        """Return digest day → number of matches, zeros included."""
        counts = Counter(paper.digest_day for paper, _ in self.matches)
        return {day: counts[day] for day in self.days}

    def by_week(self) -> Mapping[date, int]:
        """Return Monday of a week → number of matches.

        Weeks in between without papers are included, unless they are more than ``LONGEST_GAP``: a site may give any
        day, and one paper of the year 1 does not add all weeks since then.
        """
        weeks: dict[date, int] = {}
        for day, count in self.by_day().items():
            monday = day - timedelta(days=day.weekday())
            weeks[monday] = weeks.get(monday, 0) + count
        for one, following in pairwise(sorted(weeks)):
            gap = (following - one) // WEEK
            weeks |= {one + n * WEEK: 0 for n in range(1, gap if gap <= LONGEST_GAP else 1)}
        return dict(sorted(weeks.items()))


class RuleTrial:
    """Tries a rule on one paper after another, and counts what each term found."""

    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        self._positive = list(_positive(rule.tree))
        self._needed = {leaf.written for leaf, is_choice in self._positive if not is_choice}
        self._choices = [leaf for leaf, is_choice in self._positive if is_choice]
        self._without = {leaf.written: _without(rule.tree, leaf.written) for leaf in self._choices}
        self._any_will_do = isinstance(rule.tree, Or) and all(isinstance(one, Leaf) for one in rule.tree.children)
        self._matched, self._alone = Counter[str](), Counter[str]()
        self._reads_listings = bool(rule.sources) or reads_papers(rule.tree)

    def look(self, document: Document) -> float | None:
        """Try the rule on a paper; return the score, None if it does not match."""
        reader, rule = PaperReader(document), self._rule
        listings = document.listings(rule.sources) if self._reads_listings else ()
        if rule.sources and not listings:
            return None
        if not reader.holds(rule.tree, listings):
            return None
        liked = None if rule.likes is None else rule.likes.score_told(document, says_which=rule.is_open)
        if rule.likes is not None and liked is None:
            return None
        chosen = {leaf.written for leaf in self._choices if reader.holds(leaf, listings)}
        self._matched.update(self._needed | chosen)
        self._alone.update(term for term in chosen if self._decides(term, chosen, reader, listings))
        if liked is not None:
            return liked
        weighed = reader.weigh(rule.tree, listings)
        return 1.0 if weighed is None else score_of(weighed.points)

    def _decides(self, term: str, held: Collection[str], reader: PaperReader, listings: Collection[Listing]) -> bool:
        """Return whether the rule holds only because of ``term``, one of the terms ``held``."""
        if self._any_will_do:
            return len(held) == 1
        return not reader.holds(self._without[term], listings)

    def terms(self) -> tuple[TermCount, ...]:
        """Return what each term has found so far, the most frequent first."""
        terms = dict.fromkeys((leaf.written, is_choice) for leaf, is_choice in self._positive)
        counts = [
            TermCount(term, self._matched[term], self._alone[term] if is_choice else None) for term, is_choice in terms
        ]
        return tuple(sorted(counts, key=lambda one: -one.matched))


def try_rule(rule: Rule, papers: Iterable[Paper]) -> Trial[Paper]:
    """Return the trial of a rule on papers. Papers that none of its sources lists count as tried and do not match."""
    trial = RuleTrial(rule)
    matches: list[tuple[Paper, Hit]] = []
    days: set[date] = set()
    count = 0
    for paper in papers:
        count += 1
        days.add(paper.digest_day)
        document = document_of(paper)
        score = trial.look(document)
        if score is not None:
            matches.append((paper, Hit(score)))
    return Trial(count, tuple(sorted(days)), tuple(matches), trial.terms())


def _positive(node: RuleNode, *, is_choice: bool = False) -> Iterator[tuple[Leaf, bool]]:
    """Yield (term, is alternative) of the terms that are not excluded. Other terms would do for an alternative."""
    match node:
        case Not():
            return
        case And(children):
            for child in children:
                yield from _positive(child, is_choice=is_choice)
        case Or(children):
            for child in children:
                yield from _positive(child, is_choice=True)
        case _:
            yield node, is_choice


def _without(node: RuleNode, term: str) -> RuleNode:
    """Return the rule as if a term were never found."""
    match node:
        case And(children):
            return And(tuple(_without(child, term) for child in children))
        case Or(children):
            return Or(tuple(_without(child, term) for child in children))
        case Not():
            return node
    return Or(()) if node.written == term else node
