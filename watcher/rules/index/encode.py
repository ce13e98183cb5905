"""Encode a rule as branches (OR) of clauses (AND) of literals (OR), each term as word sequences that find it.

Each sequence has a key (:mod:`watcher.rules.index.keys`). Some terms cannot be decided by keys (nearness, exact
spelling, regexes, numbers …) and are marked ``READ``. Most of these have sequences without which they cannot hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum, IntFlag
from functools import lru_cache
from itertools import product
from typing import NamedTuple

from watcher.rules.index.keys import LONGEST_GRAM
from watcher.rules.language.names import is_initial
from watcher.rules.language.rule import Rule
from watcher.rules.language.terms import ENOUGH_LEAVES
from watcher.rules.language.tree import (
    And,
    Author,
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
    leaves,
)

MOST_GRAMS = 64
"""Most word sequences of a term. A term with more is marked ``READ``."""

PATTERN_ENDS = "\0"
"""Character behind a regex that stands in place of a word; no word ends with it."""

MOST_LITERALS = 256
"""Most literals of a rule. A rule with more is not encoded."""


class LiteralKind(IntEnum):
    """What it means for a paper that the words of a term are found in it."""

    FOUND = 0  # holds
    ABOUT = 1  # holds if it is in the title, or in the abstract twice


class Mark(IntFlag):
    """Properties of a literal."""

    NEGATED = 1
    LAST = 2  # of its clause
    READ = 4  # its key does not decide
    UNKEYED = 8  # it has no key at all


_NO_MARK = Mark(0)


class Term(NamedTuple):
    """The word sequences by which an index finds the papers for one leaf of a rule.

    ``sequences``: any of these in ``field``. A final ``*`` marks the beginning of a word, a final ``PATTERN_ENDS`` a
        regex.
    """

    kind: LiteralKind
    sequences: tuple[tuple[str, ...], ...]
    field: str


class Literal(NamedTuple):
    """A leaf of a rule, in a clause.

    ``term``: None if no words decide it.
    ``number``: its number among the leaves of the rule, from left to right.
    """

    term: Term | None
    number: int
    marks: Mark


Clause = list[Literal]


class Encoded(NamedTuple):
    """An encoded rule.

    ``rearranged``: its branches are other ones than the rule was written with.
    """

    branches: list[list[Clause]]
    rearranged: bool


class _TooMuch(Exception):
    """The rule is too long to be encoded."""


def encode(rule: Rule) -> Encoded | None:
    """Return a rule in its encoded form, None if it is too long."""
    parts = list(leaves(rule.tree))
    encoder = _Encoder({id(leaf): n for n, leaf in enumerate(parts)})
    try:
        branches = [_with_patterns(branch, parts) for branch in encoder.branches(rule.tree)]
    except _TooMuch:
        return None
    return Encoded(branches, encoder.rearranged)


def _with_patterns(branch: list[Clause], parts: Sequence[Leaf]) -> list[Clause]:
    """Give regexes in a branch keys if no other clause has keys only, since every paper would be read for it."""
    unsure = Mark.NEGATED | Mark.UNKEYED
    if any(not any(one.marks & unsure for one in clause) for clause in branch):
        return branch
    return [[_keyed_pattern(one, parts[one.number]) for one in clause] for clause in branch]


def _keyed_pattern(literal: Literal, leaf: Leaf) -> Literal:
    if not isinstance(leaf, Regex):
        return literal
    term = Term(LiteralKind.FOUND, ((leaf.pattern + PATTERN_ENDS,),), leaf.field)
    return Literal(term, literal.number, literal.marks & Mark.NEGATED)


class _Encoder:
    def __init__(self, numbers: dict[int, int]) -> None:
        self._numbers = numbers
        self.rearranged = False

    def branches(self, node: RuleNode) -> Iterator[list[Clause]]:
        """Yield the branches of an OR: all plain leaves together, each other child by itself."""
        if not isinstance(node, Or):
            yield self._clauses(node)
            return
        plain = [child for child in node.children if not isinstance(child, And | Or)]
        if plain:
            yield [[self._literal(child) for child in plain]]
        for child in node.children:
            if isinstance(child, And | Or):
                yield self._clauses(child)

    def _clauses(self, node: RuleNode) -> list[Clause]:
        """Return a node in conjunctive normal form: an OR of ANDs is multiplied out."""
        match node:
            case And(children):
                found = [clause for child in children for clause in self._clauses(child)]
            case Or(children):
                every = [self._clauses(child) for child in children]
                if any(len(clauses) > 1 for clauses in every):
                    self.rearranged = True
                count = 1
                for clauses in every:
                    count *= len(clauses)
                    if count > MOST_LITERALS:
                        raise _TooMuch
                found = [[literal for clause in chosen for literal in clause] for chosen in product(*every)]
            case _:
                found = [[self._literal(node)]]
        if sum(map(len, found)) > MOST_LITERALS:
            raise _TooMuch
        return found

    def _literal(self, node: RuleNode) -> Literal:
        leaf, marks = (node.child, Mark.NEGATED) if isinstance(node, Not) else (node, _NO_MARK)
        assert not isinstance(leaf, And | Or | Not)
        term, is_sure = term_of(leaf)
        if not is_sure:
            marks |= Mark.READ
            if marks & Mark.NEGATED or term is None:
                return Literal(None, self._numbers[id(leaf)], marks | Mark.UNKEYED)
        return Literal(term, self._numbers[id(leaf)], marks)


def term_of(leaf: Leaf) -> tuple[Term | None, bool]:
    """Return the term of a leaf, None for none, and whether it decides the leaf.

    If it does not decide, the leaf can hold only if the term is found.
    """
    match leaf:
        case TextTerm():
            return _text(leaf)
        case Near(words):
            pattern = max(words, key=lambda word: min(len(form) for form in word[0][0][1]))
            return _necessary(pattern, leaf.field or ""), False
        case Exact(tokens):
            return _guard([(max((word for _, _, word in tokens), key=len),)], leaf.field or ""), False
        case Author(ways, is_prefix=is_prefix):
            named = {
                word + "*" if is_prefix and n == len(way) - 1 else word
                for way in ways
                for n, word in enumerate(way)
                if not is_initial(word)
            }
            return _guard([(word,) for word in sorted(named)], "author"), False
        case Label(field, value, is_prefix=False):
            return _term([(value,)], field, LiteralKind.FOUND), field != "source"
    return None, False


@lru_cache(maxsize=ENOUGH_LEAVES)
def _text(leaf: TextTerm) -> tuple[Term | None, bool]:
    sequences = _sequences(leaf.pattern, is_prefix=leaf.is_prefix)
    if len(sequences) > MOST_GRAMS or any(len(words) > LONGEST_GRAM for words in sequences):
        return _necessary(leaf.pattern, leaf.field or "", is_prefix=leaf.is_prefix), False
    kind = LiteralKind.ABOUT if leaf.about else LiteralKind.FOUND
    return _term(sequences, leaf.field or "", kind), True


def _necessary(pattern: Pattern, field: str, *, is_prefix: bool = False) -> Term:
    """Return a term that is found wherever the pattern is."""
    sequences = {words[:LONGEST_GRAM] for words in _sequences(pattern, is_prefix=is_prefix)}
    if len(sequences) > MOST_GRAMS:
        mark = "*" if is_prefix else ""
        sequences = {(form + (mark if to == len(pattern) else ""),) for to, forms in pattern[0] for form in forms}
    return _guard(sequences, field)


def _guard(sequences: Iterable[tuple[str, ...]], field: str) -> Term:
    return _term(sequences, field, LiteralKind.FOUND)


def _term(sequences: Iterable[tuple[str, ...]], field: str, kind: LiteralKind) -> Term:
    return Term(kind, tuple(sequences), field)


def _sequences(pattern: Pattern, *, is_prefix: bool = False) -> set[tuple[str, ...]]:
    """Return the word sequences that are paths of a pattern: all of them, or ``MOST_GRAMS`` and one more."""
    end = len(pattern)
    rows: list[set[tuple[str, ...]]] = [set() for _ in range(end + 1)]
    rows[0].add(())
    for node, edges in enumerate(pattern):
        for to, forms in edges:
            mark = "*" if is_prefix and to == end else ""
            rows[to].update((*row, form + mark) for row in rows[node] for form in forms)
            if len(rows[to]) > MOST_GRAMS * 4:
                return {*rows[to]}
    return rows[end]
