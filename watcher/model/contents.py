"""Tell whether two texts speak of different things. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

IN_COMMON = 0.8
"""Share of the words of the shorter text that the longer one has, too, from which they may be of one thing."""

_WORD = re.compile(r"\w+")


def contents_differ(one: str, other: str, in_common: float = IN_COMMON) -> bool:
    """Return whether two descriptions are of different things: too few words of the shorter one are in the longer one.

    ``in_common``: the share of its words that would do.

    Numbers do not count ("posted 3 hours ago"); a text without words differs from none.
    """
    if one == other:
        return False
    a, b = _words(one), _words(other)
    return bool(a and b) and len(a & b) < in_common * min(len(a), len(b))


@lru_cache(maxsize=256)
def _words(text: str) -> frozenset[str]:
    return frozenset(word for word in _WORD.findall(text.casefold()) if not any(map(str.isdigit, word)))
