"""Turn a rule into a question to an index of words: which words must a paper have for the rule to hold?

Every paper that the rule matches is in the answer. Papers in the answer still have to be evaluated.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from watcher.model.fields import HAS, IDENTIFIED, FieldKind, rule_names
from watcher.rules.language.names import is_initial
from watcher.rules.language.tree import And, Author, Exact, Label, Near, Or, Pattern, RuleNode, TextTerm
from watcher.rules.match.document import Document

MOST_WORDS = 300
"""Most words of a question. There is no question for a rule that needs more."""

DEEPEST = 12

TITLE, NAMES = "title", "author"
LABELLED = ("category", HAS.rule, *IDENTIFIED)
"""Fields whose whole values are in the index, after the field's name and a sign, as words of titles and names are."""


@dataclass(frozen=True, slots=True)
class AllWords:
    """A question that a paper fulfils if it fulfils all parts."""

    parts: tuple[WordQuestion, ...]


@dataclass(frozen=True, slots=True)
class AnyWord:
    """A question that a paper fulfils if it fulfils one of the parts."""

    parts: tuple[WordQuestion, ...]


WordQuestion = str | AllWords | AnyWord
"""A word, the beginning of a word followed by ``*``, or several of them combined."""


def filed_words(document: Document) -> set[str]:
    """Return all words under which a paper is in an index of words."""
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
    """Return the question to ask for a rule, None if its words cannot be listed."""
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
            whole = [word for way in ways for word in (way[:-1] if is_prefix else way) if not is_initial(word)]
            return _any([f"{NAMES}={word}" for word in (*whole, *ends)])
        case Label(field, value, is_prefix=is_prefix) if field in LABELLED:
            return f"{field}={value}{'*' if is_prefix else ''}"
    return None


def _before(field: str | None) -> str:
    """Return the text before the words of a field in the index."""
    return f"{field}=" if field == TITLE else ""


def _of_pattern(pattern: Pattern, before: str, *, is_prefix: bool = False) -> WordQuestion:
    """Return words of which one is on every path of a pattern: of each part between two nodes on all paths, the first.

    ``before``: text before each word in the index.
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
