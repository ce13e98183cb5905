"""Whether a rule holds for a paper, read as slowly and plainly as possible: what the quick ways are compared with.

It shares with them the reading of single words (``watcher.rules.text.words``), the parsed tree and the table of fields,
and nothing else.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from itertools import permutations, product

import re2

from watcher.model import Listing, Paper
from watcher.model.fields import BY_RULE
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
    Pattern,
    Regex,
    RuleNode,
    TextTerm,
)
from watcher.rules.text.tex import clean
from watcher.rules.text.words import Edge, Part, compounds

COMPARE = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le, "=": operator.eq}


@dataclass(frozen=True)
class Row:
    """A text: its parts, and every word with its positions."""

    parts: list[Part]
    edges: list[Edge]


def row(text: str, *, plurals: bool) -> Row:
    parts: list[Part] = []
    edges: list[Edge] = []
    for one in compounds(clean(text).text, plurals=plurals):
        edges += [
            Edge(edge.first + len(parts), edge.last + len(parts), edge.forms, edge.surface)
            for edge in one.edges + one.bases
        ]
        parts += one.parts
    return Row(parts, edges)


def answer(rule: Rule, paper: Paper) -> bool | None:
    """True where the rule holds strongly, False where it holds weakly, None where it does not hold."""
    listings = [one for one in paper.listings if not rule.sources or one.source in rule.sources]
    if rule.sources and not listings:
        return None
    if not holds(rule.tree, paper, listings):
        return None
    return holds(strictly(rule.tree), paper, listings)


def strictly(node: RuleNode) -> RuleNode:
    """Each bare word or phrase as ``about:``."""
    match node:
        case And(children):
            return And(tuple(strictly(child) for child in children))
        case Or(children):
            return Or(tuple(strictly(child) for child in children))
        case Not(child):
            return Not(strictly(child))  # type: ignore[arg-type]
        case TextTerm(field=None) | Near(field=None) | Exact(field=None):
            return replace(node, about=True)
    return node


def holds(node: RuleNode, paper: Paper, listings: list[Listing]) -> bool:
    match node:
        case And(children):
            return all(holds(child, paper, listings) for child in children)
        case Or(children):
            return any(holds(child, paper, listings) for child in children)
        case Not(Compare() as leaf):
            return compares(leaf, paper, listings) is False
        case Not(child):
            return not is_found(child, paper, listings)
    return is_found(node, paper, listings)


def is_found(leaf: Leaf, paper: Paper, listings: list[Listing]) -> bool:
    match leaf:
        case Compare():
            return compares(leaf, paper, listings) is True
        case Label(field, value):
            other_labels: dict[str, Sequence[str | None]] = {
                "source": [one.source for one in listings],
                "id": [paper.key, paper.key.split(":", 1)[-1], paper.arxiv_id, paper.doi, paper.url]
                + ([f"{paper.arxiv_id}v{paper.version}"] if paper.arxiv_id and paper.version else []),
            }
            known = [one.lower() for one in other_labels.get(field) or texts(field, paper) if one]
            return any(one.startswith(value) if leaf.is_prefix else one == value for one in known)
        case Author(ways):
            return any(is_named(way, name, leaf.is_prefix) for way in ways for name in paper.authors)
        case Regex(pattern, field):
            return any(re2.search(pattern, clean(text).without_joints().text) for text in texts(field, paper))
    found = {field: [places(leaf, row(text, plurals=field in ("title", "abstract"))) for text in texts(field, paper)]
             for field in ([leaf.field] if leaf.field else ["title", "abstract"])}  # fmt: skip
    if leaf.about:
        twice = any(one[1] <= other[0] for some in found["abstract"] for one in some for other in some)
        return any(found["title"]) or twice
    return any(some for by_text in found.values() for some in by_text)


def texts(field: str, paper: Paper) -> list[str]:
    value = getattr(paper, BY_RULE[field].attribute)
    return list(value) if isinstance(value, tuple) else [value] if value else []


def places(leaf: TextTerm | Near | Exact, text: Row) -> list[tuple[int, int]]:
    match leaf:
        case TextTerm(pattern):
            return paths(pattern, text, is_prefix=leaf.is_prefix)
        case Exact(tokens):
            wanted = [(spelled, joint if n else "") for n, (spelled, joint, _) in enumerate(tokens)]
            return [
                (at, at + len(wanted))
                for at in range(len(text.parts) - len(wanted) + 1)
                if [(part.spelled, part.joint if n else "") for n, part in enumerate(text.parts[at : at + len(wanted)])]
                == wanted
            ]
    some = [apart(paths(word, text, is_prefix=False)) for word in leaf.words]
    windows = []
    for chosen in product(*some):
        same = [(word, span) for word, span in zip(leaf.words, chosen, strict=True)]
        if len(set(same)) < len(same):
            continue
        first, last = min(span[0] for span in chosen), max(span[1] for span in chosen)
        if last - first - sum(span[1] - span[0] for span in chosen) <= leaf.gap:
            windows.append((first, last))
    return windows


def apart(found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for span in sorted(found, key=lambda span: (span[0], -span[1])):
        if all(span[0] >= other[1] for other in kept):
            kept.append(span)
    return kept


def paths(pattern: Pattern, text: Row, *, is_prefix: bool) -> list[tuple[int, int]]:
    def walk(node: int, at: int) -> Iterator[int]:
        if node == len(pattern):
            yield at
            return
        for to, forms in pattern[node]:
            for edge in text.edges:
                if edge.first == at and is_word(edge, forms, is_prefix=is_prefix and to == len(pattern)):
                    yield from walk(to, edge.last)

    return sorted({(start, end) for start in range(len(text.parts)) for end in walk(0, start)})


def is_word(edge: Edge, forms: tuple[str, ...], *, is_prefix: bool) -> bool:
    if is_prefix:
        return any(word.startswith(form) for form in forms for word in (*edge.forms, edge.surface))
    return bool(set(forms) & set(edge.forms))


def is_named(way: tuple[str, ...], name: str, is_prefix: bool) -> bool:
    """Some order of the name's words in which each wanted one stands beside one of its own; one at least is whole."""
    words = [form for edge in row(name, plurals=False).edges for form in edge.forms]
    goes_on = [is_prefix and n == len(way) - 1 for n in range(len(way))]
    return any(
        all(map(fits, way, chosen, goes_on)) and any(map(is_whole, way, chosen, goes_on))
        for chosen in permutations(words, len(way))
    )


def is_whole(wanted: str, word: str, goes_on: bool) -> bool:
    return len(wanted) > 1 and (word.startswith(wanted) if goes_on else word == wanted)


def fits(wanted: str, word: str, goes_on: bool) -> bool:
    return is_whole(wanted, word, goes_on) or (wanted[0] == word[0] and (len(wanted) == 1 or len(word) == 1))


def compares(leaf: Compare, paper: Paper, listings: list[Listing]) -> bool | None:
    compare = COMPARE[leaf.operator]
    if leaf.field == "published":
        day = paper.published and paper.published.astimezone(UTC).date()
        return compare(day, leaf.value) if day else None
    if leaf.field == "listed":
        days = [one.day for one in listings if one.day]
        return any(compare(day, leaf.value) for day in days) if days else None
    known = sorted((one.read_at, getattr(one, leaf.field)) for one in listings if getattr(one, leaf.field) is not None)
    return compare(known[-1][1], leaf.value) if known else None
