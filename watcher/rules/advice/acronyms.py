"""Find what acronyms stand for, by definitions in papers such as ``retrieval-augmented generation (RAG)``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from watcher.rules.folding.words import compounds_of_term
from watcher.rules.match.document import Document

ACRONYM = re.compile(r"[A-Za-z][A-Za-z0-9]{1,6}")
"""Matches what may be an acronym in a rule. Whether it is one, definitions in papers decide."""

_DEFINED = re.compile(r"\(([A-Z][A-Za-z0-9]{0,5}[A-Z0-9])s?\)")
_WORD = re.compile(r"[A-Za-z][\w-]*")
_SECOND = re.compile(r"[ -][A-Za-z]")
_APART, _NO_LETTERS = re.compile(r"[^\w-]"), re.compile(r"[^A-Za-z]*+")
MOST_WORDS, MOST_CHARS = 8, 400
"""Most words and characters before an acronym that are searched for its meaning."""

_SMALL = frozenset({"of", "for", "and", "the", "in", "to", "with", "a", "an", "on", "by", "via", "from"})
_ALIKE = 3
"""Letters from the beginning of each word by which meanings are compared, so that vision and visual are one."""

Meanings = Mapping[str, Mapping[str, int]]
"""Acronym in capitals → meaning, most frequent first → number of papers that define it so."""


def meanings(documents: Iterable[Document]) -> Meanings:
    """Return what the papers define. Of several spellings of a meaning, the most frequent one is returned."""
    found: dict[str, Counter[str]] = {}
    for document in documents:
        text = f"{document.paper.title}\n{document.paper.abstract}"
        here = {(short.upper(), long_form(words, short)) for words, short in _definitions(text)}
        for short, long in here:
            if long:
                found.setdefault(short, Counter())[long] += 1
    return {short: _together(counts) for short, counts in found.items()}


def _definitions(text: str) -> Iterator[tuple[str, str]]:
    """Yield (words before, acronym) for each acronym in brackets."""
    for found in _DEFINED.finditer(text):
        words = _words_before(text[max(found.start() - MOST_CHARS, 0) : found.start()].removesuffix(" "))
        if _SECOND.search(words):
            yield words, found[1]


def _words_before(text: str) -> str:
    words: list[str] = []
    for word in reversed(text.split(" ")[-MOST_WORDS:]):
        if not _WORD.fullmatch(word):
            end = _APART.split(word)[-1]
            words.append(end[_NO_LETTERS.match(end).end() :])  # type: ignore[union-attr]  # it always matches
            break
        words.append(word)
    return " ".join(reversed(words)).lstrip()


def long_form(words: str, short: str) -> str:
    """Return the last of ``words`` whose initials are the letters of the acronym ``short``, "" if there are none.

    Small words may come in between. After Schwartz and Hearst, "A simple algorithm for identifying abbreviation
    definitions in biomedical text", 2003; here an initial is the first letter of a word or of a hyphenated part.
    """
    parts = re.split(r"[ -]+", words)
    at = len(parts)
    for letter in reversed([one for one in short if one.isupper()]):
        at -= 1
        while at >= 0 and parts[at].lower() in _SMALL and parts[at][:1].upper() != letter:
            at -= 1
        if at < 0 or parts[at][:1].upper() != letter:
            return ""
    singular = [part.forms[0] for one in compounds_of_term(" ".join(parts[at:]), plurals=True) for part in one.parts]
    return " ".join(singular) if len(singular) > 1 else ""


def _together(counts: Counter[str]) -> dict[str, int]:
    """Return meaning → count, with spellings of one (``minimization``, ``minimizer``) under the most frequent."""
    named: dict[tuple[str, ...], str] = {}
    sums: Counter[str] = Counter()
    for long, count in sorted(counts.items(), key=lambda one: (-one[1], one[0])):
        sums[named.setdefault(tuple(word[:_ALIKE] for word in long.split()), long)] += count
    return dict(sorted(sums.items(), key=lambda one: (-one[1], one[0])))
