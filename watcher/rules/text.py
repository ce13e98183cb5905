"""Folding and tokens: what counts as the same word, with the way back into the original text.

A text becomes a row of positions. A word is an edge from one position to the next; a compound (``multi-modal``,
``$M^3$ViT``, ``L_2``) has an edge for each of its parts and one for every run of parts joined. A phrase is a path.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from watcher.rules.plural import singular
from watcher.rules.tex import without_tex

MOST_PARTS = 6
"""Parts of a compound that are joined in all ways; a longer one is read as its parts."""

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff"
_HYPHENS = "\\-\u2010\u2011\u2012\u2013\u2212"
_TOKEN = re.compile(
    rf"""
    (?P<cjk>[{_CJK}])
    | (?P<dotted>(?<!\S)\.(?=[^\W\d_])[^\W_]+)
    | (?P<word>[^\W_{_CJK}]+ (?: (?<=\d)\.(?=\d) [^\W_{_CJK}]+ )* (?P<sign>(?:\+{{1,2}}|\#)(?![\w+\#]))?)
      (?:['\u2019]s(?!\w))?
    """,
    re.VERBOSE,
)
_JOINT = re.compile(rf"[{_HYPHENS}_^\x00]+")
"""What stands between the parts of a compound; NUL is where TeX markup was."""

_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta", "θ": "theta",
    "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "ο": "omicron", "π": "pi", "ρ": "rho",
    "σ": "sigma", "ς": "sigma", "τ": "tau", "υ": "upsilon", "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
    "ϵ": "epsilon", "ϑ": "theta", "ϕ": "phi", "µ": "mu",
}  # fmt: skip
_PLAIN = {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ŋ": "n", "ħ": "h"}
_INVISIBLE = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff")
_KEPT_WHOLE = re.compile(rf"[{_CJK}]")


@dataclass(frozen=True, slots=True)
class Edge:
    """A word in a text: from position ``at`` to ``to``, characters ``start`` to ``end`` of the original."""

    at: int
    to: int
    start: int
    end: int


@dataclass(slots=True)
class Folded:
    """One text, folded: the edges under their keys, with plurals (``forms``) and as written (``spelled``)."""

    original: str
    forms: dict[str, list[Edge]] = field(default_factory=dict)
    spelled: dict[str, list[Edge]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Token:
    """One part: folded, its original spelling, where it stands, and whether it hangs on the part before it."""

    folded: str
    original: str
    start: int
    end: int
    is_joined: bool
    base: str = ""


def fold(text: str, *, plurals: bool) -> Folded:
    """Fold a text. ``plurals`` makes one of singular and plural, as in titles and abstracts."""
    result = Folded(text)
    compound: list[tuple[Token, str, int]] = []
    for at, token in enumerate(tokens(text)):
        if not token.is_joined:
            _add_joins(result, compound)
            compound = []
        key = _key(token, plurals)
        compound.append((token, key, at))
        edge = Edge(at, at + 1, token.start, token.end)
        result.forms.setdefault(key, []).append(edge)
        result.spelled.setdefault(token.folded, []).append(edge)
        if token.base:
            result.forms.setdefault(token.base, []).append(edge)
            result.spelled.setdefault(token.base, []).append(edge)
    _add_joins(result, compound)
    return result


def _key(token: Token, plurals: bool) -> str:
    return singular(token.original, token.folded) if plurals else token.folded


def _add_joins(result: Folded, compound: list[tuple[Token, str, int]]) -> None:
    if not 1 < len(compound) <= MOST_PARTS:
        return
    for first in range(len(compound)):
        joined = compound[first][0].folded
        for last in range(first + 1, len(compound)):
            token, key, at = compound[last]
            edge = Edge(compound[first][2], at + 1, compound[first][0].start, token.end)
            result.forms.setdefault(joined + key, []).append(edge)
            joined += token.folded
            result.spelled.setdefault(joined, []).append(edge)


def tokens(text: str) -> Iterator[Token]:
    """The parts of a text in order; hidden joints (hyphens, ``_``, ``^``, TeX markup) tie parts to compounds."""
    clean, places = _cleaned(text)
    previous_end = -1
    for found in _TOKEN.finditer(clean):
        kind = found.lastgroup
        start, end = found.span(kind or 0)
        folded = found[kind or 0]
        is_joined = previous_end >= 0 and _JOINT.fullmatch(clean, previous_end, start) is not None
        previous_end = found.end()
        first, last = places(start), places(end - 1, last=True)
        original = text[first:last]
        if folded in _GREEK:
            folded = _GREEK[folded]
        sign = found["sign"] or ""
        yield Token(folded, original, first, last, is_joined, base=folded[: -len(sign)] if sign else "")


class _Places:
    """From an offset in the cleaned text to one in the original."""

    def __init__(self, starts: list[int] | None, ends: list[int] | None) -> None:
        self._starts, self._ends = starts, ends

    def __call__(self, at: int, *, last: bool = False) -> int:
        if self._starts is None or self._ends is None:
            return at + 1 if last else at
        return self._ends[at] if last else self._starts[at]


def _cleaned(text: str) -> tuple[str, _Places]:
    """Lower case without accents, compatibility forms, TeX and invisible characters, and the way back."""
    has_tex = "\\" in text or "$" in text or "{" in text
    if text.isascii() and not has_tex:
        return text.lower(), _Places(None, None)
    pieces = without_tex(text) if has_tex else ((char, at, at + 1) for at, char in enumerate(text))
    out: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for piece, start, end in pieces:
        for char in piece:
            plain = _folded_char(char)
            if not plain and ends and unicodedata.combining(char):
                ends[-1] = end
            out.append(plain)
            starts.extend([start] * len(plain))
            ends.extend([end] * len(plain))
    return "".join(out), _Places(starts, ends)


@lru_cache(maxsize=4096)
def _folded_char(char: str) -> str:
    if char in _INVISIBLE:
        return ""
    if _KEPT_WHOLE.match(char):
        return char
    apart = unicodedata.normalize("NFKD", char)
    if _KEPT_WHOLE.search(apart):
        return unicodedata.normalize("NFKC", char)
    bare = "".join(one for one in apart if not unicodedata.combining(one)).casefold()
    return "".join(_PLAIN.get(one, one) for one in bare)


def fold_title(title: str) -> str:
    """A title's identity: its parts, folded, compounds apart, without plurals and punctuation, a blank between."""
    return " ".join(token.folded for token in tokens(title))


def fold_words(text: str) -> tuple[str, ...]:
    """The parts of a text, folded, without plurals."""
    return tuple(token.folded for token in tokens(text))
