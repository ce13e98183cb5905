"""Evaluate a rule for a paper: whether it holds, and where. All faster ways must give the same answers."""

from __future__ import annotations

import operator
from collections.abc import Collection, Iterator
from datetime import UTC
from functools import partial
from itertools import islice

from watcher.model import Hit, Listing, MatchedSpan
from watcher.model.fields import BY_RULE, SEARCHED, FieldKind
from watcher.rules.folding.text import Folded, WordSpan
from watcher.rules.language import regex
from watcher.rules.language.rule import Rule
from watcher.rules.language.tree import (
    EVERYTHING,
    And,
    Author,
    Compare,
    Exact,
    Label,
    Leaf,
    Near,
    Not,
    Or,
    Regex,
    RuleNode,
    TextTerm,
)
from watcher.rules.match.aboutness import Ground, TermStanding, grounds, points_of, score_of
from watcher.rules.match.document import Document
from watcher.rules.match.scoring import FoundSpans, Scorer, Weighed
from watcher.rules.match.search import apart, are_two, is_named, spans

MOST_PLACES = 50
"""Most places of a hit, and of each leaf: enough to highlight a page."""

_COMPARED = (FieldKind.NUMBER, FieldKind.DAY)
_ORDER = {one.rule: n for n, one in enumerate(SEARCHED) if one.kind not in _COMPARED}

_OPERATORS = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le, "=": operator.eq}

Listings = Collection[Listing]


class PaperReader:
    """Evaluates many rules for one document. The answer of each term is remembered."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._found: dict[str, FoundSpans] = {}
        self._holding: dict[str, bool] = {}
        self._scorer = Scorer(document, self._find)

    def hit(self, rule: Rule) -> Hit | None:
        """Return how the rule holds for the paper, None if it does not.

        It does not hold if none of its sources lists the paper. A comparison with an unknown number is false, even
        under NOT. If the rule has a library, the library gives the score, and papers of the library do not match.
        """
        listings = self.document.listings(rule.sources)
        if rule.sources and not listings:
            return None
        if not self.holds(rule.tree, listings):
            return None
        hit = Hit(self.score(rule.tree, rule.sources), self.where(rule.tree, rule.sources))
        return rule.likes.told(hit, self.document, says_which=rule.is_open) if rule.likes else hit

    def where(self, tree: RuleNode, sources: Collection[str]) -> tuple[MatchedSpan, ...]:
        """Return up to ``MOST_PLACES`` places at which a rule holds, in the paper's order.

        ``tree``: the parsed rule.
        ``sources``: names of the sources whose listings count, empty for all.
        """
        found = sorted(set(self.places(tree, self.document.listings(sources))), key=_in_order)
        return tuple(found[:MOST_PLACES])

    def score(self, tree: RuleNode, sources: Collection[str]) -> float:
        """Return how much the paper is about a rule that holds, from 0 to 1; 1 if the rule asks for no words.

        ``tree`` and ``sources``: as of :meth:`where`.
        """
        weighed = self.weigh(tree, self.document.listings(sources))
        return 1.0 if weighed is None else score_of(weighed.points)

    def weigh(self, node: RuleNode, listings: Listings) -> Weighed | None:
        """Return the part of a node that decides its score, None if no words do. The node must hold."""
        return self._scorer.weigh(node, partial(self.holds, listings=listings))

    def points(self, standing: TermStanding) -> float:
        """Return the points that terms give which stand in this paper as ``standing`` says."""
        return points_of(standing, self._scorer.shown)

    def grounds(self, weighed: Weighed) -> list[Ground]:
        """Return what gives points to a part of a rule."""
        return list(grounds(weighed.standing, self._scorer.shown))

    def holds(self, node: RuleNode, listings: Listings) -> bool:
        """Return whether a node holds."""
        match node:
            case And(children):
                return all(self.holds(child, listings) for child in children)
            case Or(children):
                return any(self.holds(child, listings) for child in children)
            case Not(Compare() as leaf):
                return _compares(leaf, self.document, listings) is False
            case Not(child):
                return not self._leaf(child, listings)
        return self._leaf(node, listings)

    def _leaf(self, leaf: Leaf, listings: Listings) -> bool:
        """Return whether a leaf holds. The answer is remembered, unless it depends on the rule's sources."""
        if isinstance(leaf, Compare):
            return _compares(leaf, self.document, listings) is True
        if isinstance(leaf, Label):
            return leaf == EVERYTHING or any(True for _ in self._labelled(leaf, listings))
        known = self._holding.get(leaf.written)
        if known is None:
            known = self._holding[leaf.written] = self._read(leaf)
        return known

    def _read(self, leaf: TextTerm | Near | Exact | Regex | Author) -> bool:
        if isinstance(leaf, Regex):
            return any(regex.holds(leaf.pattern, text.plain.text) for text in self.document.texts(leaf.field))
        if isinstance(leaf, Author):
            return any(is_named(leaf, name) for name in self.document.texts("author"))
        found = self._find(leaf)
        if leaf.about:
            return any(field == "title" for field, _, _ in found) or are_two(span for _, _, span in found)
        return bool(found)

    def _find(self, leaf: TextTerm | Near | Exact) -> FoundSpans:
        found = self._found.get(leaf.written)
        if found is None:
            found = self._found[leaf.written] = list(self._search(leaf))
        return found

    def _search(self, leaf: TextTerm | Near | Exact) -> Iterator[tuple[str, Folded, WordSpan]]:
        for field in (leaf.field,) if leaf.field else ("title", "abstract"):
            for text in self.document.texts(field):
                for span in spans(leaf, text):
                    yield field, text, span

    def _labelled(self, leaf: Label, listings: Listings) -> Iterator[tuple[int, int]]:
        """Yield (start, end) of the labels in the field that match."""
        if leaf.field == "source":
            labels = [(one.source.lower(), 0) for one in listings]
        else:
            labels = [(one.value, one.base) for one in self.document.labels(leaf.field)]
        for value, base in labels:
            if value.startswith(leaf.value) if leaf.is_prefix else value == leaf.value:
                yield base, base + len(value)

    def places(self, node: RuleNode, listings: Listings) -> Iterator[MatchedSpan]:
        """Yield the places of all leaves because of which a rule holds; under OR, of every branch that holds."""
        match node:
            case Not():
                return
            case And(children) | Or(children):
                for child in children:
                    if self.holds(child, listings):
                        yield from self.places(child, listings)
            case Compare():
                yield MatchedSpan(node.field, 0, 0, node.written)
            case Label() if node == EVERYTHING:
                return
            case Label():
                for start, end in self._labelled(node, listings):
                    yield MatchedSpan(node.field, start, end, node.written)
            case Regex():
                for text in self.document.texts(node.field):
                    for span in regex.places(node.pattern, text.plain.text, MOST_PLACES):
                        start, end = text.plain.original(*span)
                        yield MatchedSpan(node.field, text.base + start, text.base + end, node.written)
            case Author():
                for name in self.document.texts("author"):
                    if is_named(node, name):
                        yield MatchedSpan("author", *name.characters(0, len(name.line)), node.written)
            case _:
                yield from self._text_places(node)

    def _text_places(self, leaf: TextTerm | Near | Exact) -> Iterator[MatchedSpan]:
        by_text: dict[int, list[tuple[str, Folded, WordSpan]]] = {}
        for one in self._find(leaf):
            by_text.setdefault(id(one[1]), []).append(one)
        for some in by_text.values():
            field, text, _ = some[0]
            for first, last in islice(apart(span for _, _, span in some), MOST_PLACES):
                yield MatchedSpan(field, *text.characters(first, last), leaf.written)


def evaluate(rule: Rule, document: Document) -> Hit | None:
    """Return how the rule holds for the paper, None if it does not; see :meth:`PaperReader.hit`."""
    return PaperReader(document).hit(rule)


def _in_order(place: MatchedSpan) -> tuple[int, MatchedSpan]:
    """Return a sort key for places: by the order of the table of fields, with comparisons last."""
    return _ORDER.get(place.field, len(SEARCHED)), place


def _compares(leaf: Compare, document: Document, listings: Listings) -> bool | None:
    """Return the result of a comparison, None if the number or day is not known.

    Of several listings the newest number counts, and any day.
    """
    compare = _OPERATORS[leaf.operator]
    field = BY_RULE[leaf.field]
    if field.is_fact:
        instant = getattr(document.paper, field.attribute)
        return None if instant is None else bool(compare(instant.astimezone(UTC).date(), leaf.value))
    known = [(one.read_at, value) for one in listings if (value := getattr(one, field.attribute)) is not None]
    if field.kind is FieldKind.DAY:
        return any(compare(day, leaf.value) for _, day in known) if known else None
    return bool(compare(max(known)[1], leaf.value)) if known else None
