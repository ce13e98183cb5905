"""Read a typed rule: an error shows its place, and parts that were probably meant otherwise are found."""

from __future__ import annotations

from dataclasses import dataclass

from watcher.errors import RuleError
from watcher.rules.advice.bounds import find_bounds
from watcher.rules.advice.misread import cause_of, doubtful, plainly_wrong
from watcher.rules.language.rule import Rule, compile_rule


@dataclass(frozen=True, slots=True, order=True)
class TypedDoubt:
    """A part of a typed rule that was probably meant otherwise.

    ``start``: index of its first character.
    ``what``: how it is read, in words; ``hint``: what to write instead.
    """

    start: int
    what: str
    hint: str
    name: str


def compile_typed(text: str) -> Rule:
    """Return a typed rule, compiled. Raises ``RuleError`` that holds the text, so that the place can be shown."""
    if wrong := plainly_wrong(text):
        error = RuleError(wrong.what, start=wrong.start, end=wrong.start + 1, hint=wrong.hint, text=text)
        cause = cause_of(text, error)
        raise cause if cause.start < error.start else error
    try:
        return compile_rule(text)
    except RuleError as error:
        error.text = error.text or text
        raise cause_of(text, error) from None


def doubts_of(rule: Rule) -> list[TypedDoubt]:
    """Return the parts of a typed rule that were probably meant otherwise, from left to right."""
    found = [TypedDoubt(one.start, one.what, one.hint, one.name) for one in doubtful(rule.text)]
    found += [TypedDoubt(rule.spans[one.leaf][0], one.what, one.hint, one.name) for one in find_bounds(rule)]
    return sorted(found)
