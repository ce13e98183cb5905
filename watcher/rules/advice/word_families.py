"""Find words with the same stem: ``quantize``, ``quantized`` and ``quantizer`` for ``quantization``.

This is no stemmer and never decides a match. It only proposes a prefix, whose effect is then counted.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import takewhile

_SHORTEST_STEM = 4
_SHORTEST_DERIVED = 5
"""Fewest letters of a stem with derived words. Shorter stems have inflections only: a station is no form of state."""

_INFLECTED = ("", "e", "s", "es", "ed", "d", "ing", "ings", "er", "ers")
_DERIVED = (
    *("ion", "ions", "ation", "ations", "ment", "ments", "or", "ors", "able", "ability", "ive", "ic", "ics"),
    *("ization", "izations", "ize", "ized", "izing", "izer", "izers"),
)
_FROM = ("izations", "ization", "ations", "ation", "ions", "ion", "ments", "ment", "ings", "ing", "ed", "ics", "e", "")
"""Endings that are removed. -er and -or are not among them, since an adapter or encoder is a thing of its own."""

_MADE_OF = {"": ("s", "es", "ed", "ing", "ings", "er", "ers", "ment", "ments", "ation", "ations", "ic", "ics", "able")}
"""Ending that was removed → endings that may follow. With "" none was removed: a question is no form of quest."""

_MOST_FORMS = 12


def family(word: str, vocabulary: Sequence[str]) -> list[str]:
    """Return the words that share a stem with ``word``, without itself.

    ``vocabulary``: words in lower case, sorted.
    """
    if not (word.isascii() and word.isalpha()):
        return []
    found: dict[str, None] = {}
    for stem, taken in _stems(word):
        allowed = _MADE_OF.get(taken, (*_INFLECTED, *_DERIVED))
        endings = {one for one in allowed if one in _INFLECTED or len(stem) >= _SHORTEST_DERIVED}
        for other in _beginning_with(stem, vocabulary):
            if other != word and other[len(stem) :] in endings:
                found[other] = None
    return list(found)


def prefixes(word: str, others: Sequence[str]) -> list[str]:
    """Return prefixes that all these words begin with, widest first, none if they are too short.

    After the common prefix ``quantiz``, ``quanti`` is proposed as well: it finds the British spelling, too, but also
    other words. Papers decide which is better.
    """
    pairs = zip(word, *others, strict=False)
    shared = "".join(letters[0] for letters in takewhile(lambda letters: len({*letters}) == 1, pairs))
    if re.fullmatch(r"\w{4,}i[sz]", shared):
        return [shared[:-1], shared]
    return [shared] if len(shared) >= _SHORTEST_STEM else []


def _stems(word: str) -> Iterator[tuple[str, str]]:
    """Yield (stem, removed ending) for each possible stem of a word."""
    for ending in _FROM:
        if not word.endswith(ending):
            continue
        stem = word.removesuffix(ending) if ending else word
        if len(stem) >= _SHORTEST_STEM:
            yield stem, ending
            if re.search(r"i[sz]$", stem):
                yield stem[:-1] + {"s": "z", "z": "s"}[stem[-1]], ending
        if ending in ("ing", "ed") and len(stem) > _SHORTEST_STEM and stem[-1] == stem[-2] and stem[-1] not in "sl":
            yield stem[:-1], ""


def _beginning_with(stem: str, vocabulary: Sequence[str]) -> Iterator[str]:
    for at in range(bisect_left(vocabulary, stem), len(vocabulary)):
        if not vocabulary[at].startswith(stem):
            return
        yield vocabulary[at]


def most_frequent(words: Sequence[str], counts: Sequence[int]) -> list[str]:
    """Return the words that are in most papers, a dozen at most.

    ``counts``: for each word the number of papers.
    """
    pairs = sorted(zip(counts, words, strict=True), key=lambda one: (-one[0], one[1]))
    return [word for _, word in pairs[:_MOST_FORMS]]
