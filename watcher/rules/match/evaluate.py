"""Evaluate a rule for a paper: whether it holds, and where. Every faster way must give the same answers."""

from __future__ import annotations

import operator
from collections.abc import Collection, Iterator
from datetime import UTC
from itertools import islice

from watcher.model import Hit, Listing, MatchedSpan
from watcher.model.fields import BY_RULE, SEARCHED, FieldKind
from watcher.rules.language import regex
from watcher.rules.language.rule import Rule
from watcher.rules.language.tree import (
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
from watcher.rules.match.document import Document
from watcher.rules.match.search import apart, are_two, is_named, spans
from watcher.rules.text.text import Folded, WordSpan

MOST_PLACES = 50
"""Most places of a hit, and of each leaf: enough to highlight a page."""

_COMPARED = (FieldKind.NUMBER, FieldKind.DAY)
_ORDER = {one.rule: n for n, one in enumerate(SEARCHED) if one.kind not in _COMPARED}

_OPERATORS = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le, "=": operator.eq}

NEITHER, HOLDS, STRONG, BOTH = 0, 1, 2, 3
"""Whether a node holds as it is (1), and with each bare word or phrase read as ``about:`` (2)."""

Listings = Collection[Listing]
FoundSpans = list[tuple[str, Folded, WordSpan]]


class PaperReader:
    """Evaluates many rules for one document, remembering the answer of each term."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._found: dict[str, FoundSpans] = {}
        self._bits: dict[str, int] = {}

    def hit(self, rule: Rule) -> Hit | None:
        """Return how the rule holds for the paper, None if it does not.

        It does not hold if none of its sources lists the paper. A comparison with an unknown number is false, also
        under NOT.
        """
        listings = self.document.listings(rule.sources)
        if rule.sources and not listings:
            return None
        bits = self.bits(rule.tree, listings)
        if not bits & HOLDS:
            return None
        return Hit(bool(bits & STRONG), self.where(rule.tree, rule.sources))

    def where(self, tree: RuleNode, sources: Collection[str]) -> tuple[MatchedSpan, ...]:
        """Return the places of a rule that holds, in order, at most ``MOST_PLACES``."""
        found = sorted(set(self.places(tree, self.document.listings(sources))), key=_in_order)
        return tuple(found[:MOST_PLACES])

    def bits(self, node: RuleNode, listings: Listings) -> int:
        """Return how a node holds.

        ``HOLDS``: it holds as it is. ``STRONG``: it holds with each bare term read as ``about:``.
        """
        match node:
            case And(children):
                bits = BOTH
                for child in children:
                    bits &= self.bits(child, listings)
                    if not bits:
                        break
                return bits
            case Or(children):
                bits = NEITHER
                for child in children:
                    bits |= self.bits(child, listings)
                    if bits == BOTH:
                        break
                return bits
            case Not(Compare() as leaf):
                return BOTH if _compares(leaf, self.document, listings) is False else NEITHER
            case Not(child):
                return BOTH ^ self._leaf(child, listings)
        return self._leaf(node, listings)

    def _leaf(self, leaf: Leaf, listings: Listings) -> int:
        """Return the bits of a leaf, remembered unless they depend on the rule's sources."""
        if isinstance(leaf, Compare):
            return BOTH if _compares(leaf, self.document, listings) else NEITHER
        if isinstance(leaf, Label):
            return BOTH if any(True for _ in self._labelled(leaf, listings)) else NEITHER
        bits = self._bits.get(leaf.written)
        if bits is None:
            bits = self._bits[leaf.written] = self._read(leaf)
        return bits

    def _read(self, leaf: TextTerm | Near | Exact | Regex | Author) -> int:
        if isinstance(leaf, Regex):
            texts = self.document.texts(leaf.field)
            return BOTH if any(regex.holds(leaf.pattern, text.plain.text) for text in texts) else NEITHER
        if isinstance(leaf, Author):
            return BOTH if any(is_named(leaf, name) for name in self.document.texts("author")) else NEITHER
        found = self._find(leaf)
        if leaf.field is not None:
            return BOTH if found else NEITHER
        is_about = any(field == "title" for field, _, _ in found) or are_two(span for _, _, span in found)
        if leaf.about:
            return BOTH if is_about else NEITHER
        return (HOLDS if found else NEITHER) | (STRONG if is_about else NEITHER)

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
        """Yield the character spans of the field's labels that match."""
        if leaf.field == "source":
            labels = [(one.source.lower(), 0) for one in listings]
        else:
            labels = [(one.value, one.base) for one in self.document.labels(leaf.field)]
        for value, base in labels:
            if value.startswith(leaf.value) if leaf.is_prefix else value == leaf.value:
                yield base, base + len(value)

    def places(self, node: RuleNode, listings: Listings) -> Iterator[MatchedSpan]:
        """Yield the places of all leaves by which the rule holds; under OR, of every branch that holds."""
        match node:
            case Not():
                return
            case And(children) | Or(children):
                for child in children:
                    if self.bits(child, listings) & HOLDS:
                        yield from self.places(child, listings)
            case Compare():
                yield MatchedSpan(node.field, 0, 0, node.written)
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
    """Return a sort key for places: in the order of the table of fields, comparisons last."""
    return _ORDER.get(place.field, len(SEARCHED)), place


def _compares(leaf: Compare, document: Document, listings: Listings) -> bool | None:
    """Return the result of a comparison, None if the number or day is unknown.

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
