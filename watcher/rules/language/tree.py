"""The tree of a rule: frozen nodes in negation normal form (NOT stands only before leaves).

Every leaf has ``written``: the term as the rule has it, with blanks and quotes in one spelling. It is a rule by itself,
and leaves that ask for the same have the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

Pattern = tuple[tuple[tuple[int, tuple[str, ...]], ...], ...]
"""A word or phrase as a graph: for each node its edges as (to, forms).

A path from the first node to the end (``len(pattern)``) is one way to write it; a hyphen makes a fork.
"""


@dataclass(frozen=True, slots=True)
class TextTerm:
    """A word or phrase.

    ``pattern``: its folded words, as they are looked for.
    ``written``: the part of the rule's text that it was read from; so in all terms here.
    ``field``: the field of papers to look in, None for title and abstract; so in all terms here.
    ``is_prefix``: the last word may go on.
    ``about``: it must be in the title, or twice in the abstract.
    """

    pattern: Pattern
    written: str
    field: str | None = None
    is_prefix: bool = False
    about: bool = False


@dataclass(frozen=True, slots=True)
class Near:
    """Words in any order.

    ``gap``: most other words between them.
    ``about``: they must be in the title, or twice in the abstract.
    """

    words: tuple[Pattern, ...]
    gap: int
    written: str
    field: str | None = None
    about: bool = False


@dataclass(frozen=True, slots=True)
class Exact:
    """Words exactly as they are written.

    ``tokens``: (token, what stands between it and the one before, its word in an index).
    ``about``: they must be in the title, or twice in the abstract.
    """

    tokens: tuple[tuple[str, str, str], ...]
    written: str
    field: str | None = None
    about: bool = False


@dataclass(frozen=True, slots=True)
class Regex:
    """An RE2 pattern that is searched in a field as it was written, cleaned of markup; upper and lower case differ."""

    pattern: str
    field: str
    written: str


@dataclass(frozen=True, slots=True)
class Author:
    """Words that must all be in one author's name, in any order.

    ``ways``: rows of words, one for each way to write them. A single letter is an initial.
    ``is_prefix``: the last word may go on.
    """

    ways: tuple[tuple[str, ...], ...]
    written: str
    is_prefix: bool = False


@dataclass(frozen=True, slots=True)
class Label:
    """A category, source or id in lower case.

    ``field``: which of them, as rules name it, such as ``category``.
    ``value``: the text that a paper's has to equal.
    ``is_prefix``: it is only the beginning of one.
    """

    field: str
    value: str
    written: str
    is_prefix: bool = False


@dataclass(frozen=True, slots=True)
class Compare:
    """A comparison of ``upvotes``, ``comments``, ``published`` or ``listed`` with a number or a day.

    ``operator``: one of ``>=``, ``<=``, ``>``, ``<``, ``=``.
    """

    field: str
    operator: str
    value: int | date
    written: str


Leaf = TextTerm | Near | Exact | Regex | Author | Label | Compare


EVERYTHING = Label("source", "", "everything", is_prefix=True)
"""What the rule ``everything`` asks for: any paper, whatever source lists it."""


@dataclass(frozen=True, slots=True)
class Not:
    """Holds for a paper for which the child does not. A comparison with an unknown number is false, even under NOT."""

    child: Leaf


@dataclass(frozen=True, slots=True)
class And:
    """Holds for a paper for which all children hold."""

    children: tuple[RuleNode, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Holds for a paper for which at least one child holds."""

    children: tuple[RuleNode, ...]


RuleNode = Leaf | Not | And | Or


def conjunction(nodes: list[RuleNode]) -> RuleNode:
    """Return the AND of nodes, without ANDs inside it."""
    flat = [part for node in nodes for part in (node.children if isinstance(node, And) else (node,))]
    return flat[0] if len(flat) == 1 else And(tuple(flat))


def any_of(nodes: list[RuleNode]) -> RuleNode:
    """Return the OR of nodes, without ORs inside it."""
    flat = [part for node in nodes for part in (node.children if isinstance(node, Or) else (node,))]
    return flat[0] if len(flat) == 1 else Or(tuple(flat))


def negated(node: RuleNode) -> RuleNode:
    """Return the NOT of a node, pushed down to the leaves (De Morgan)."""
    match node:
        case Not(child):
            return child
        case And(children):
            return any_of([negated(child) for child in children])
        case Or(children):
            return conjunction([negated(child) for child in children])
    return Not(node)


def is_exclusion(node: RuleNode) -> bool:
    """Return whether a node asks for nothing: it is empty, or only excludes."""
    return isinstance(node, Not) or (isinstance(node, And | Or) and all(map(is_exclusion, node.children)))


def leaves(node: RuleNode) -> Iterator[Leaf]:
    """Yield all leaves from left to right, negated ones included."""
    match node:
        case Not(leaf):
            yield leaf
        case And(children) | Or(children):
            for child in children:
                yield from leaves(child)
        case _:
            yield node


def asks_for_everything(node: RuleNode) -> bool:
    """Return whether a rule asks for every paper, or every one but some."""
    return any(leaf == EVERYTHING for leaf in leaves(node))


def field_of(leaf: Leaf) -> str | None:
    """Return the field in which a leaf is looked for, None for title and abstract together."""
    return "author" if isinstance(leaf, Author) else leaf.field


def canonical(node: RuleNode) -> str:
    """Return a text that is the same for all rules that differ only in order of terms, blanks, quotes and parentheses.

    It is made from the rule as written, not as folded: a change of folding must not count as an edit of anybody's rule.
    """
    if node == EVERYTHING:
        return "*"  # the word `everything` is another rule
    match node:
        case Not(child):
            return f"NOT {child.written}"
        case And(children):
            return "(" + " AND ".join(sorted({canonical(child) for child in children})) + ")"
        case Or(children):
            return "(" + " OR ".join(sorted({canonical(child) for child in children})) + ")"
    return node.written
