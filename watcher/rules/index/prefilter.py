"""Ask a rule for the words without which it cannot hold, as a question that an index of words can answer.

Whatever the rule matches is in the answer; what is in the answer has to be evaluated.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from watcher.model.fields import FieldKind, rule_names
from watcher.rules.language.tree import And, Author, Exact, Label, Near, Or, Pattern, RuleNode, TextTerm
from watcher.rules.match.document import Document

MOST_WORDS = 300
"""Words of a question; a rule that asks for more is not prefiltered."""

DEEPEST = 12

TITLE, NAMES = "title", "author"
LABELLED = ("category",)
"""Fields whose whole values are filed, as the words of titles and names are, after the field's name and a sign."""


@dataclass(frozen=True, slots=True)
class AllWords:
    """All of these have to occur."""

    parts: tuple[WordQuestion, ...]


@dataclass(frozen=True, slots=True)
class AnyWord:
    """One of these has to occur."""

    parts: tuple[WordQuestion, ...]


WordQuestion = str | AllWords | AnyWord
"""A word, a beginning of words that ends in ``*``, or several of them."""


def filed_words(document: Document) -> set[str]:
    """Return everything under which a paper is filed in an index of words."""
    found: set[str] = set()
    for field in rule_names(FieldKind.TEXT):
        for text in document.texts(field):
            found.update(text.words.forms, text.words.surfaces)
    for field in (TITLE, NAMES):
        for text in document.texts(field):
            found.update(f"{field}={word}" for words in (text.words.forms, text.words.surfaces) for word in words)
    for field in LABELLED:
        found.update(f"{field}={one.value}" for one in document.labels(field))
    return found


def question_of(tree: RuleNode) -> WordQuestion | None:
    """Return what must be among the words of a paper for the rule to hold; None if no words can be named."""
    asked = _asked(tree, DEEPEST)
    return None if asked is None or sum(1 for _ in _words(asked)) > MOST_WORDS else asked


def _asked(node: RuleNode, deep: int) -> WordQuestion | None:
    if not deep:
        return None
    match node:
        case And(children):
            some = [asked for child in children if (asked := _asked(child, deep - 1)) is not None]
            return _all(some) if some else None
        case Or(children):
            every = [_asked(child, deep - 1) for child in children]
            known = [asked for asked in every if asked is not None]
            return _any(known) if known and len(known) == len(every) else None
        case TextTerm(pattern, is_prefix=is_prefix):
            return _of_pattern(pattern, _before(node.field), is_prefix=is_prefix)
        case Near(words):
            return _all([_of_pattern(word, _before(node.field)) for word in words])
        case Exact(tokens):
            return _all([_before(node.field) + word for _, _, word in tokens])
        case Author(ways, is_prefix=is_prefix):
            # At least one word is whole; the others may be initials in the paper's spelling of the name.
            ends = [way[-1] + "*" for way in ways if is_prefix]
            whole = [word for way in ways for word in (way[:-1] if is_prefix else way) if len(word) > 1]
            return _any([f"{NAMES}={word}" for word in (*whole, *ends)])
        case Label(field, value, is_prefix=is_prefix) if field in LABELLED:
            return f"{field}={value}{'*' if is_prefix else ''}"
    return None


def _before(field: str | None) -> str:
    """Return what stands before the words of a field in the index."""
    return f"{field}=" if field == TITLE else ""


def _of_pattern(pattern: Pattern, before: str, *, is_prefix: bool = False) -> WordQuestion:
    """Return words that cover every path: between two nodes on all paths, the first word of a path.

    ``before``: stands before each word in the index.
    """
    end = len(pattern)
    parts: list[WordQuestion] = []
    furthest = 0
    for node, edges in enumerate(pattern):
        if node == furthest:
            words = [form + ("*" if is_prefix and to == end else "") for to, forms in edges for form in forms]
            parts.append(_any([before + word for word in words]))
        furthest = max([furthest, *(to for to, _ in edges)])
    return _all(parts)


def _all(parts: list[WordQuestion]) -> WordQuestion:
    apart = tuple(dict.fromkeys(parts))
    return apart[0] if len(apart) == 1 else AllWords(apart)


def _any(parts: list[WordQuestion]) -> WordQuestion:
    apart = tuple(dict.fromkeys(parts))
    return apart[0] if len(apart) == 1 else AnyWord(apart)


def _words(asked: WordQuestion) -> Iterator[str]:
    if isinstance(asked, str):
        yield asked
    else:
        for part in asked.parts:
            yield from _words(part)
