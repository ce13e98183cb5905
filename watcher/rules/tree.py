"""What a rule says: a tree of frozen nodes. Leaves carry folded words, and the text that the author wrote."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """A word or phrase. ``ways`` are the sequences of folded words that count (hyphenated: joined and apart).

    ``field`` is None for title and abstract. ``is_prefix`` lets the last word go on; ``about`` asks for the title or
    twice the abstract. ``written`` is the term as the rule has it.
    """

    ways: tuple[Words, ...]
    written: str
    field: str | None = None
    is_prefix: bool = False
    about: bool = False


@dataclass(frozen=True, slots=True)
class Near:
    """Words in any order with ``gap`` other words between them at most."""

    words: Words
    gap: int
    written: str
    field: str | None = None
    about: bool = False


@dataclass(frozen=True, slots=True)
class Exact:
    """Characters as they stand, between word boundaries, without any folding."""

    text: str
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
    """Words that must all stand in one name, in any order; a single letter is an initial."""

    words: Words
    written: str


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


Leaf = Text | Near | Exact | Regex | Author | Label | Compare


@dataclass(frozen=True, slots=True)
class Not:
    child: Node


@dataclass(frozen=True, slots=True)
class And:
    children: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    children: tuple[Node, ...]


Node = Leaf | Not | And | Or


def leaves(node: Node) -> Iterator[Leaf]:
    """All leaves, from left to right."""
    match node:
        case Not(child):
            yield from leaves(child)
        case And(children) | Or(children):
            for child in children:
                yield from leaves(child)
        case _:
            yield node


def canonical(node: Node) -> str:
    """One spelling for all rules that mean the same but for order of writing, blanks and letter case."""
    match node:
        case Not(child):
            return f"NOT({canonical(child)})"
        case And(children):
            return "AND(" + ",".join(sorted(canonical(child) for child in children)) + ")"
        case Or(children):
            return "OR(" + ",".join(sorted(canonical(child) for child in children)) + ")"
        case Text():
            return f"text{(node.field, sorted(node.ways), node.is_prefix, node.about)}"
        case Near():
            return f"near{(node.field, sorted(node.words), node.gap, node.about)}"
        case Exact():
            return f"exact{(node.field, node.text, node.about)}"
        case Regex():
            return f"regex{(node.field, node.pattern)}"
        case Author():
            return f"author{sorted(node.words)}"
        case Label():
            return f"label{(node.field, node.value, node.is_prefix)}"
        case Compare():
            return f"compare{(node.field, node.operator, str(node.value))}"
