"""Whether one rule holds for one paper, and where: the plain reading that every faster one has to agree with."""

from __future__ import annotations

import operator
from collections.abc import Collection, Iterator
from datetime import date

from watcher.model import Hit, Listing, Place
from watcher.rules.document import Document, listings_in
from watcher.rules.regex import search
from watcher.rules.rule import Rule
from watcher.rules.text import Edge, Folded
from watcher.rules.tree import And, Author, Compare, Exact, Label, Leaf, Near, Node, Not, Or, Regex, Text, Words

_OPERATORS = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le, "=": operator.eq}
MOST_PLACES = 50
"""Places that a hit keeps: enough to highlight a page."""


def evaluate(rule: Rule, document: Document) -> Hit | None:
    """How the rule holds for the paper, or None.

    A paper that none of the rule's sources lists is none of its business. An unknown number makes a comparison
    neither true nor false, and a rule that hangs on it does not hold, with or without NOT.
    """
    listings = listings_in(document, rule.sources)
    if rule.sources and not listings:
        return None
    if _holds(rule.tree, document, listings, strictly=False) is not True:
        return None
    strong = _holds(rule.tree, document, listings, strictly=True) is True
    return Hit(strong, places_of(rule.tree, document))


def _holds(node: Node, document: Document, listings: Collection[Listing], *, strictly: bool) -> bool | None:
    """Three-valued (Kleene): None is unknown. ``strictly`` reads each bare word or phrase as ``about:``."""
    match node:
        case Not(child):
            held = _holds(child, document, listings, strictly=strictly)
            return None if held is None else not held
        case And(children):
            unknown = False
            for child in children:
                held = _holds(child, document, listings, strictly=strictly)
                if held is False:
                    return False
                unknown |= held is None
            return None if unknown else True
        case Or(children):
            unknown = False
            for child in children:
                held = _holds(child, document, listings, strictly=strictly)
                if held is True:
                    return True
                unknown |= held is None
            return None if unknown else False
        case Compare():
            return _compares(node, document, listings)
        case Author(words):
            return any(_is_named(words, name) for _, name in document.authors)
        case Label():
            return _has_label(node, document, listings)
        case _:
            return _has_text(node, document, about=getattr(node, "about", False) or (strictly and _is_bare(node)))


def _is_bare(leaf: Leaf) -> bool:
    return isinstance(leaf, Text | Near | Exact) and leaf.field is None


def _has_text(leaf: Text | Near | Exact | Regex, document: Document, *, about: bool) -> bool:
    if not about:
        fields = (leaf.field,) if leaf.field else ("title", "abstract")
        return any(next(_spans(leaf, text), None) is not None for name in fields for text in document.texts[name])
    if any(next(_spans(leaf, text), None) is not None for text in document.texts["title"]):
        return True
    starts = {start for text in document.texts["abstract"] for start, _ in _spans(leaf, text)}
    return len(starts) > 1


def _spans(leaf: Text | Near | Exact | Regex, text: Folded) -> Iterator[tuple[int, int]]:
    """Where the leaf matches: character spans of the original."""
    match leaf:
        case Text(ways=ways, is_prefix=is_prefix):
            for way in ways:
                for path in _paths(way, text, is_prefix):
                    yield path[0].start, path[-1].end
        case Near(words=words, gap=gap):
            yield from _near(words, gap, text)
        case Exact(text=wanted):
            yield from _exact(wanted, text.original)
        case Regex(pattern=pattern):
            if found := search(pattern, text.original):
                yield found


def _paths(way: Words, text: Folded, is_prefix: bool) -> Iterator[list[Edge]]:
    """Every path of edges that spells ``way``."""
    last = len(way) - 1

    def edges(n: int) -> Iterator[Edge]:
        if is_prefix and n == last:
            for word, found in text.spelled.items():
                if word.startswith(way[n]):
                    yield from found
        else:
            yield from text.forms.get(way[n], ())

    if last == 0:
        for edge in edges(0):
            yield [edge]
        return
    following = [{} for _ in way]  # type: list[dict[int, Edge]]
    for n in range(1, last + 1):
        for edge in edges(n):
            following[n].setdefault(edge.at, edge)
    for first in edges(0):
        path = [first]
        for n in range(1, last + 1):
            edge_after = following[n].get(path[-1].to)
            if edge_after is None:
                break
            path.append(edge_after)
        else:
            yield path


def _near(words: Words, gap: int, text: Folded) -> Iterator[tuple[int, int]]:
    """Spans in which all words stand, in any order, with ``gap`` others at most (a sweep over their places)."""
    places = sorted(
        ((edge, n) for n, word in enumerate(words) for edge in text.forms.get(word, ())), key=lambda one: one[0].at
    )
    last: dict[int, Edge] = {}
    for edge, n in places:
        for other in range(len(words)):
            # One place of a word that the rule names twice counts once.
            if words[other] == words[n] and other in last and n != other and last[other].at == edge.at:
                break
        else:
            last[n] = edge
        if len(last) == len(words):
            first = min(last.values(), key=lambda one: one.at)
            end = max(last.values(), key=lambda one: one.to)
            if end.to - first.at - len(words) <= gap:
                yield first.start, end.end


def _exact(wanted: str, original: str) -> Iterator[tuple[int, int]]:
    at = original.find(wanted)
    while at >= 0:
        end = at + len(wanted)
        before, after = original[at - 1 : at], original[end : end + 1]
        if not (wanted[0].isalnum() and before.isalnum()) and not (wanted[-1].isalnum() and after.isalnum()):
            yield at, end
        at = original.find(wanted, at + 1)


def _is_named(words: Words, name: Words) -> bool:
    """Every word is one of the name's; a single letter on either side is an initial. Whole words are needed too."""
    if not any(word in name for word in words if len(word) > 1):
        return False
    return all(
        word in name or any((len(word) == 1 or len(part) == 1) and word[0] == part[0] for part in name)
        for word in words
    )


def _has_label(leaf: Label, document: Document, listings: Collection[Listing]) -> bool:
    values = [one.source.lower() for one in listings] if leaf.field == "source" else document.labels[leaf.field]
    return any(value.startswith(leaf.value) if leaf.is_prefix else value == leaf.value for value in values)


def _compares(leaf: Compare, document: Document, listings: Collection[Listing]) -> bool | None:
    compare = _OPERATORS[leaf.operator]
    if leaf.field == "published":
        return None if document.published is None else bool(compare(document.published, leaf.value))
    if leaf.field == "listed":
        days: list[date] = [one.day for one in listings if one.day]
        return any(compare(day, leaf.value) for day in days) if days else None
    known = [(one.read_at, value) for one in listings if (value := getattr(one, leaf.field)) is not None]
    return bool(compare(max(known)[1], leaf.value)) if known else None


def places_of(node: Node, document: Document) -> tuple[Place, ...]:
    """Where the leaves of a rule match, but for those under NOT; in the order of the text, fifty at most."""
    found = {place for leaf in _positive(node) for place in _places(leaf, document)}
    return tuple(sorted(found)[:MOST_PLACES])


def _positive(node: Node) -> Iterator[Leaf]:
    match node:
        case Not():
            return
        case And(children) | Or(children):
            for child in children:
                yield from _positive(child)
        case _:
            yield node


def _places(leaf: Leaf, document: Document) -> Iterator[Place]:
    if isinstance(leaf, Text | Near | Exact | Regex):
        for name in (leaf.field,) if leaf.field else ("title", "abstract"):
            for text in document.texts[name]:
                for start, end in _spans(leaf, text):
                    yield Place(name, start, end, leaf.written)
    elif isinstance(leaf, Author):
        for name, words in document.authors:
            if _is_named(leaf.words, words):
                yield Place("author", 0, len(name), leaf.written)
