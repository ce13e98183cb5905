"""TeX in titles and abstracts, taken off: accents become letters, commands their names, markup a joint.

Not a TeX reader: just the forms that stand in real titles and abstracts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

JOINT = "\x00"
"""Stands where markup was between two parts of one word: ``$M^3$ViT``."""

_STYLE = re.compile(
    r"text(bf|it|rm|sc|sf|tt|superscript|subscript)?|emph|math(bf|bb|cal|frak|it|rm|sf|tt)|boldsymbol|bm|operatorname"
    r"|mbox|ensuremath|underline|url|href|it|bf|rm|tt|sc|em|left|right|[bB]ig|displaystyle|limits"
)
_PIECE = re.compile(
    r"""
      (?P<accent>(?P<open>\{\s*)?(?:
            \\["'`^~=.]\s*(?:\{\s*\\?(?P<in>[A-Za-z])\s*\}|\\?(?P<bare>[A-Za-z]))
          | \\[Hcvudbkrt]\s*\{\s*\\?(?P<under>[A-Za-z])\s*\}
        )(?(open)\s*\}))
    | (?P<letter>\\(?P<which>ss|ae|oe|aa|o|l|i|j|AE|OE|AA|O|L)(?![A-Za-z])\s?(?:\{\})?)
    | (?P<command>\\(?P<name>[A-Za-z]+)\*?)
    | (?P<escape>\\(?P<char>[%&$\#_{}\-]))
    | (?P<space>\\[,;:!\s\\]|~)
    | (?P<markup>[$\{\}]+)
    """,
    re.VERBOSE,
)
_LETTERS = {"ss": "ss", "ae": "ae", "oe": "oe", "aa": "a", "o": "o", "l": "l", "i": "i", "j": "j"}
_GAPS = frozenset({"times", "cdot", "cdots", "ldots", "dots", "to", "rightarrow", "leftarrow", "quad", "qquad", "sim"})


def without_tex(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield (what to read, start, end): plain characters one by one, TeX as what it stands for."""
    at = 0
    for found in _PIECE.finditer(text):
        for n in range(at, found.start()):
            yield text[n], n, n + 1
        yield _meaning(found), found.start(), found.end()
        at = found.end()
    for n in range(at, len(text)):
        yield text[n], n, n + 1


def _meaning(found: re.Match[str]) -> str:
    if found["accent"]:
        return found["in"] or found["bare"] or found["under"]
    if found["letter"]:
        return _LETTERS[found["which"].lower()]
    if name := found["name"]:
        if _STYLE.fullmatch(name):
            return JOINT
        return " " if name in _GAPS else name
    if char := found["char"]:
        return "" if char == "-" else char
    return " " if found["space"] else JOINT
