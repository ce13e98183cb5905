"""Tell whether two texts are about different things. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

IN_COMMON = 0.8
"""Smallest share of the words of the shorter text that must be in the longer one if both are about one thing."""

_WORD = re.compile(r"\w+")


def contents_differ(one: str, other: str, in_common: float = IN_COMMON) -> bool:
    """Return whether two descriptions, ``one`` and ``other``, are about different things: they share few words.

    Numbers do not count ("posted 3 hours ago"). A text without words differs from no text.

    ``in_common``: smallest share (0 to 1) of the shorter one's words that both have if they do not differ.
    """
    if one == other:
        return False
    a, b = _words(one), _words(other)
    return bool(a and b) and len(a & b) < in_common * min(len(a), len(b))


@lru_cache(maxsize=256)
def _words(text: str) -> frozenset[str]:
    return frozenset(word for word in _WORD.findall(text.casefold()) if not any(map(str.isdigit, word)))
