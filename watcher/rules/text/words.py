"""Split a piece of text into words: their parts, what hyphens and markup join, and all that each counts as.

A compound (``multi-modal``, ``$M^3$ViT``, ``L_2``) has an edge for each part and for each run of joined parts. Papers'
texts and rules' terms are both read here, so that they agree.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from watcher.rules.text.letters import UNSPACED, fold_letters, letter_name, marks
from watcher.rules.text.plural import forms
from watcher.rules.text.tex import JOINT, clean

MOST_PARTS = 6
"""Most parts of a compound that are joined in all ways; a longer one is read as its parts."""

MOST_MARKS = 30
"""Most combining marks on a letter, as in Unicode's stream-safe text (UAX 15); ordering more takes quadratic time."""

_HYPHENS = "\\-\u2010-\u2013\u2212"
_SIGN = r"\+\+(?=\d)|\+{1,2}(?![\w+])|\#(?![\w#])"


class Part(NamedTuple):
    """A part of a compound.

    ``start`` / ``end``: its characters in the compound.
    ``joint``: what joins it to the part before, as written; "" for the first.
    ``forms``: the folded words that count as this part.
    ``surface``: the folded part without plural folding.
    """

    start: int
    end: int
    spelled: str
    joint: str
    forms: tuple[str, ...]
    surface: str


class Edge(NamedTuple):
    """A word of a compound.

    ``first`` / ``last``: the positions that it spans.
    ``forms`` / ``surface``: as of a :class:`Part`.
    """

    first: int
    last: int
    forms: tuple[str, ...]
    surface: str


class Compound(NamedTuple):
    """A word, or words that hyphens or markup join.

    ``edges``: its words: parts and joined runs.
    ``bases``: what it also counts as in a text but not in a rule (``C`` for ``C++``).
    ``start``: its first character.
    """

    parts: tuple[Part, ...]
    edges: tuple[Edge, ...]
    bases: tuple[Edge, ...]
    start: int


def compounds(cleaned: str, *, plurals: bool) -> list[Compound]:
    """Return the words of a cleaned text in order."""
    return [_read(found[0], found.start(), plurals) for found in _pattern(is_ascii=cleaned.isascii()).finditer(cleaned)]


def compounds_of_term(text: str, *, plurals: bool) -> list[Compound]:
    """Return the words of a rule's term, written as people write them in texts."""
    return compounds(clean(unicodedata.normalize("NFC", text)).text, plurals=plurals)


@cache
def _pattern(*, is_ascii: bool) -> re.Pattern[str]:
    letters = "[A-Za-z0-9]+" if is_ascii else f"(?:[^\\W_{UNSPACED}]++[{marks()}]{{0,{MOST_MARKS}}}+)++"
    part = rf"{letters}(?:(?<=\d)\.(?=\d){letters})*(?:{_SIGN})?"
    joint = rf"(?:{JOINT}*(?:[{_HYPHENS}](?:\n[ \t]*)?|[_^'\u2019]){JOINT}*|{JOINT}+)"
    dotted = rf"(?<!\S)\.(?=[A-Za-z]){letters}"
    one = f"(?:{part}|{dotted})(?:{joint}{part})*"
    return re.compile(one if is_ascii else f"[{UNSPACED}]|{one}")


_PIECES = re.compile(
    rf"(?<![{_HYPHENS}_^'\u2019{JOINT}\s])(?P<joint>[{_HYPHENS}_^'\u2019{JOINT}\s]*+)"
    rf"(?P<part>\.?[^{_HYPHENS}_^'\u2019{JOINT}\s.]+(?:\.[^{_HYPHENS}_^'\u2019{JOINT}\s.]+)*)"
)


def _read(piece: str, start: int, plurals: bool) -> Compound:
    """Read a compound; single characters are remembered, since texts without blanks consist of them."""
    if len(piece) > 1:
        return _compound(piece, start, plurals)
    parts, edges, bases, _ = _character(piece, plurals)
    return Compound(parts, edges, bases, start)


@lru_cache(maxsize=8192)
def _character(piece: str, plurals: bool) -> Compound:
    return _compound(piece, 0, plurals)


def _compound(piece: str, start: int, plurals: bool) -> Compound:
    parts = tuple(_parts(piece, plurals))
    edges = tuple(Edge(at, at + 1, part.forms, part.surface) for at, part in enumerate(parts))
    if 1 < len(parts) <= MOST_PARTS:
        edges += tuple(_joined(parts, plurals))
    bases = tuple(Edge(at, at + 1, (base,), base) for at, part in enumerate(parts) if (base := _base(part.surface)))
    return Compound(parts, edges, bases, start)


def _base(surface: str) -> str:
    """Return ``C`` for ``C++``, "" for a word without a sign."""
    base = surface.rstrip("+#")
    return "" if base == surface else base


def _parts(piece: str, plurals: bool) -> Iterator[Part]:
    joint = ""
    is_first = True
    for found in _PIECES.finditer(piece):
        spelled = found["part"]
        tie = found["joint"].replace(JOINT, "").strip() or found["joint"][:1]
        if tie in ("'", "\u2019") and spelled in ("s", "S") and not is_first:
            continue  # a possessive
        joint = "" if is_first else _written(tie)
        surface, all_forms = _folded(spelled, plurals)
        yield Part(found.start("part"), found.end("part"), spelled, joint, all_forms, surface)
        is_first = False


def _written(tie: str) -> str:
    return "-" if re.fullmatch(f"[{_HYPHENS}]", tie) else tie.replace("\u2019", "'")


def _folded(spelled: str, plurals: bool) -> tuple[str, tuple[str, ...]]:
    surface = fold_letters(spelled)
    if name := letter_name(surface):
        return name, (name,)
    if spelled == "ℓ":
        return surface, (surface, "ell")
    return surface, forms(spelled, surface) if plurals else (surface,)


def _joined(parts: tuple[Part, ...], plurals: bool) -> Iterator[Edge]:
    """Yield an edge for every run of two or more parts. The last part may be a plural by itself or as a whole.

    Digits are not joined with digits: 20-25 is not 2025.
    """
    for first in range(len(parts) - 1):
        surface, spelled = parts[first].surface, parts[first].spelled
        for last in range(first + 1, len(parts)):
            end = parts[last]
            if surface[-1].isdigit() and end.surface[0].isdigit():
                break
            names = [surface + form for form in end.forms]
            surface, spelled = surface + end.surface, spelled + end.spelled
            whole = fold_letters(spelled)
            names += forms(spelled, whole) if plurals else (whole,)
            yield Edge(first, last + 1, tuple(dict.fromkeys((*names, surface) if not plurals else names)), surface)
