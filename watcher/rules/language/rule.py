"""Compile rules."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from watcher.errors import RuleError
from watcher.rules.language.language import Spans, parse_rule
from watcher.rules.language.terms import NUMBERS
from watcher.rules.language.tree import (
    And,
    Compare,
    RuleNode,
    asks_for_everything,
    canonical,
    field_of,
    is_exclusion,
    leaves,
)

if TYPE_CHECKING:
    from watcher.rules.likes.likes import Likes


_ANYTHING: RuleNode = And(())
_NOWHERE: Spans = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A compiled rule.

    ``spans``: where each leaf is in the text.
    ``sources``: names of sources whose listings count, empty for all.
    ``digest``: SHA-256 of what the rule asks for (hex). Blanks, the order of terms and lists do not change it.
    ``uses_numbers``: it compares upvotes or comments.
    ``likes``: the library that says how much a paper is wanted, None without one.
    """

    text: str
    tree: RuleNode
    spans: Spans
    sources: frozenset[str]
    digest: str
    uses_numbers: bool
    likes: Likes | None = None

    @property
    def is_open(self) -> bool:
        """Whether it asks for nothing, but may exclude. Then a library says which papers are wanted."""
        return is_exclusion(self.tree)


def fields_in(text: str) -> tuple[str, ...]:
    """Return the names of the fields that a rule asks for, each once. Raises ``RuleError``."""
    return tuple(dict.fromkeys(field for leaf in leaves(parse_rule(text)[0]) if (field := field_of(leaf))))


@lru_cache(maxsize=1024)
def is_for_everything(text: str) -> bool:
    """Return whether the text of a rule asks for every paper, or every one but some; False if it cannot be read."""
    if "everything" not in text.lower():
        return False
    try:
        return asks_for_everything(parse_rule(text)[0])
    except RuleError:
        return False


def compile_rule(text: str, sources: Sequence[str] = ()) -> Rule:
    """Return a compiled rule. Raises ``RuleError`` with the place of the mistake and what to write instead.

    ``sources``: names of sources whose listings count, empty for all.
    """
    return _compiled(text, sources, library="")


def compile_beside_library(text: str, sources: Sequence[str], library: str, above: float | None = None) -> Rule:
    """Return the compiled rule of a subscription. If it has a library, the rule may be empty or only exclude.

    ``sources``: names of the sources whose papers it may match, empty for all.
    ``library``: name of the library, "" for none.
    ``above``: of the subscription. It is part of what the rule asks for if the library says which papers are wanted.
    """
    rule = _compiled(text, sources, library)
    if not library:
        return rule
    asked = (rule.digest, library, str(above if rule.is_open and above is not None else ""))
    return replace(rule, digest=hashlib.sha256("\n".join(asked).encode()).hexdigest())


def _compiled(text: str, sources: Sequence[str], library: str) -> Rule:
    try:
        is_empty = bool(library) and not text.strip()
        tree, spans = (_ANYTHING, _NOWHERE) if is_empty else parse_rule(text, may_exclude_alone=bool(library))
    except RuleError as error:
        error.text = text
        raise
    meaning = canonical(tree) + "\n" + "\n".join(sorted(sources))
    return Rule(
        text=text,
        tree=tree,
        spans=spans,
        sources=frozenset(sources),
        digest=hashlib.sha256(meaning.encode()).hexdigest(),
        uses_numbers=any(isinstance(leaf, Compare) and leaf.field in NUMBERS for leaf in leaves(tree)),
    )
