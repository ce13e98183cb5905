"""Plurals, decided on the original spelling; both sides of a match go through :func:`singular`.

Not a stemmer: only what makes one word of X and Xs. The result is a key, not always a word (cookie → cooky).
"""

from __future__ import annotations

import re

_CAPITALS_S = re.compile(r"(?=(?:[^A-Z]*[A-Z]){2})[A-Z0-9]+s")
"""GANs, LLMs, V2Vs: two capitals at least, since As and Is begin sentences."""

_SHORTEST = 4

NEVER = frozenset({"news", "means", "species", "series", "lens", "bias", "always", "perhaps", "does"})

PAIRS = {
    "analyses": "analysis",
    "hypotheses": "hypothesis",
    "matrices": "matrix",
    "vertices": "vertex",
    "indices": "index",
    "corpora": "corpus",
    "axes": "axis",
    "biases": "bias",
    "movies": "movie",
    "viruses": "virus",
    "lenses": "lens",
    "statuses": "status",
    "heroes": "hero",
    "caches": "cache",
    "niches": "niche",
    "headaches": "headache",
}

_NOT_PLURAL = ("ss", "us", "is", "ics")
_LOSE_ES = ("ches", "shes", "xes", "sses")


def singular(original: str, folded: str) -> str:
    """The key under which ``folded`` and its plural are one; ``original`` is the spelling in the text."""
    if original.isupper():
        return folded
    if _CAPITALS_S.fullmatch(original):
        return folded[:-1]
    return _ie_to_y(_without_s(folded))


def _without_s(word: str) -> str:
    if word in PAIRS:
        return PAIRS[word]
    if len(word) < _SHORTEST or not word.endswith("s") or word in NEVER or word.endswith(_NOT_PLURAL):
        return word
    if not word.isalpha():
        return word[:-1] if word[-2].isalpha() else word
    if word.endswith(_LOSE_ES):
        return word[:-2]
    return word[:-1]


def _ie_to_y(word: str) -> str:
    """Policies loses its s to policie, and meets policy; movie meets movies on the way."""
    return word[:-2] + "y" if len(word) > _SHORTEST and word.endswith("ie") else word
