"""What a rule says: a tree of frozen nodes in negation normal form (NOT stands only before leaves).

Every leaf has ``written``, the term as the rule has it, in one spelling of blanks and quotes: a rule by itself, and the
same for all leaves that ask the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

Pattern = tuple[tuple[tuple[int, tuple[str, ...]], ...], ...]
"""A word or phrase as a small graph: for each node the edges that leave it, as (to, forms that count). A path from the
first node to the end (``len(pattern)``) is one way to write it; a hyphen makes a fork."""


@dataclass(frozen=True, slots=True)
class TextTerm:
    """A word or phrase. ``field`` is None for title and abstract. ``is_prefix`` lets the last word go on; ``about``
    asks for the title, or twice the abstract."""

    pattern: Pattern
    written: str
    field: str | None = None
    is_prefix: bool = False
    about: bool = False


@dataclass(frozen=True, slots=True)
class Near:
    """Words in any order, at most ``gap`` others between them."""

    words: tuple[Pattern, ...]
    gap: int
    written: str
    field: str | None = None
    about: bool = False


@dataclass(frozen=True, slots=True)
class Exact:
    """Whole tokens as they are written: (token, what ties it to the one before, its word in an index)."""

    tokens: tuple[tuple[str, str, str], ...]
    written: str
    field: str | None = None
    about: bool = False


@dataclass(frozen=True, slots=True)
class Regex:
    """An RE2 pattern, searched case-sensitively in one field's cleaned original."""

    pattern: str
    field: str
    written: str


@dataclass(frozen=True, slots=True)
class Author:
    """Words that must all stand in one name, in any order; ``ways`` has one row of words for each way to write them.
    A single letter is an initial. ``is_prefix`` lets the last word go on."""

    ways: tuple[tuple[str, ...], ...]
    written: str
    is_prefix: bool = False


@dataclass(frozen=True, slots=True)
class Label:
    """A whole category, source or id, or with ``is_prefix`` the beginning of one; lower case."""

    field: str
    value: str
    written: str
    is_prefix: bool = False


@dataclass(frozen=True, slots=True)
class Compare:
    """``upvotes``, ``comments``, ``published`` or ``listed`` against a number or a day."""

    field: str
    operator: str
    value: int | date
    written: str


Leaf = TextTerm | Near | Exact | Regex | Author | Label | Compare


@dataclass(frozen=True, slots=True)
class Not:
    """The leaf does not hold. A comparison with an unknown number holds neither by itself nor in here."""

    child: Leaf


@dataclass(frozen=True, slots=True)
class And:
    children: tuple[RuleNode, ...]


@dataclass(frozen=True, slots=True)
class Or:
    children: tuple[RuleNode, ...]


RuleNode = Leaf | Not | And | Or


def conjunction(nodes: list[RuleNode]) -> RuleNode:
    """AND, flat."""
    flat = [part for node in nodes for part in (node.children if isinstance(node, And) else (node,))]
    return flat[0] if len(flat) == 1 else And(tuple(flat))


def any_of(nodes: list[RuleNode]) -> RuleNode:
    """OR, flat."""
    flat = [part for node in nodes for part in (node.children if isinstance(node, Or) else (node,))]
    return flat[0] if len(flat) == 1 else Or(tuple(flat))


def negated(node: RuleNode) -> RuleNode:
    """NOT, pushed down to the leaves (De Morgan)."""
    match node:
        case Not(child):
            return child
        case And(children):
            return any_of([negated(child) for child in children])
        case Or(children):
            return conjunction([negated(child) for child in children])
    return Not(node)


def leaves(node: RuleNode) -> Iterator[Leaf]:
    """All leaves, from left to right, negated ones too."""
    match node:
        case Not(leaf):
            yield leaf
        case And(children) | Or(children):
            for child in children:
                yield from leaves(child)
        case _:
            yield node


def field_of(leaf: Leaf) -> str | None:
    """The field that a leaf looks into; None for title and abstract together."""
    return "author" if isinstance(leaf, Author) else leaf.field


def canonical(node: RuleNode) -> str:
    """One spelling for all rules that are the same but for the order of terms, blanks, quotes and parentheses.

    It is made of what is written and not of how it is folded, so that a better folding edits nobody's rule.
    """
    match node:
        case Not(child):
            return f"NOT {child.written}"
        case And(children):
            return "(" + " AND ".join(sorted({canonical(child) for child in children})) + ")"
        case Or(children):
            return "(" + " OR ".join(sorted({canonical(child) for child in children})) + ")"
    return node.written
