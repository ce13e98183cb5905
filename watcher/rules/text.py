"""Tokens: what counts as a word of a text, with the way back into the original.

A text becomes a row of positions, one for each part. A word is an edge from one position to another: a part spans one,
and a compound (``multi-modal``, ``$M^3$ViT``, ``L_2``) has an edge for every run of its parts joined as well. A phrase
is a path. Both the papers' texts and the rules' terms are read here, so that they agree.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import NamedTuple

from watcher.rules.letters import UNSPACED, fold_letters, letter_name, marks
from watcher.rules.plural import forms
from watcher.rules.tex import JOINT, Clean, clean

WITH_PLURALS = frozenset({"title", "abstract"})
"""Fields in which singular and plural are one; in names, they are not."""

MOST_PARTS = 6
"""Parts of a compound that are joined in all ways; a longer one is read as its parts."""

_MOST_KNOWN = 32_768
_LONGEST_KNOWN = 64
"""How many compounds are remembered, and how long they may be."""

_HYPHENS = "\\-\u2010-\u2013\u2212"
_SIGN = r"\+\+(?=\d)|\+{1,2}(?![\w+])|\#(?![\w#])"


class Part(NamedTuple):
    """One part of a compound, from character ``start`` to ``end`` of it.

    ``joint`` is what ties it to the part before, as it is written; empty for the first. ``forms`` are the folded words
    that count as this one, ``surface`` itself without plural folding.
    """

    start: int
    end: int
    spelled: str
    joint: str
    forms: tuple[str, ...]
    surface: str


class Edge(NamedTuple):
    """A word that spans the positions ``first`` to ``last`` of a compound, under all forms that count."""

    first: int
    last: int
    forms: tuple[str, ...]
    surface: str


class Compound(NamedTuple):
    """A word, or several that hyphens or markup tie together.

    ``edges`` are its words, parts and joined runs; ``bases`` what it counts as in a text but not in a rule (``C`` for
    ``C++``). ``line`` has one word for each part, and ``more`` every other word with its positions, (from, to, word);
    ``spelled`` are the surfaces that are no form.
    """

    parts: tuple[Part, ...]
    edges: tuple[Edge, ...]
    bases: tuple[Edge, ...]
    line: tuple[str, ...]
    more: tuple[tuple[int, int, str], ...]
    spelled: tuple[tuple[int, int, str], ...]


def compounds(cleaned: str, *, plurals: bool) -> list[Compound]:
    """The words of a cleaned text in order."""
    known = _KNOWN[plurals]
    if len(known) > _MOST_KNOWN:
        known.clear()
    return [known[piece] for piece in _pattern(is_ascii=cleaned.isascii()).findall(cleaned)]


class _Known(dict[str, Compound]):
    """Compounds that were read before: texts repeat their words."""

    def __init__(self, *, plurals: bool) -> None:
        self._plurals = plurals

    def __missing__(self, piece: str) -> Compound:
        read = _compound(piece, self._plurals)
        if len(piece) <= _LONGEST_KNOWN:
            self[piece] = read
        return read


def compounds_of_term(text: str, *, plurals: bool) -> list[Compound]:
    """The words of a term of a rule, written as people write them in texts."""
    return compounds(clean(unicodedata.normalize("NFC", text)).text, plurals=plurals)


@cache
def _pattern(*, is_ascii: bool) -> re.Pattern[str]:
    letters = "[A-Za-z0-9]+" if is_ascii else f"(?:[^\\W_{UNSPACED}]++[{marks()}]*+)++"
    part = rf"{letters}(?:(?<=\d)\.(?=\d){letters})*(?:{_SIGN})?"
    joint = rf"(?:{JOINT}*(?:[{_HYPHENS}](?:\n[ \t]*)?|[_^'\u2019]){JOINT}*|{JOINT}+)"
    dotted = rf"(?<!\S)\.(?=[A-Za-z]){letters}"
    one = f"(?:{part}|{dotted})(?:{joint}{part})*"
    return re.compile(one if is_ascii else f"[{UNSPACED}]|{one}")


_PIECES = re.compile(
    rf"(?P<joint>[{_HYPHENS}_^'\u2019{JOINT}\s]*)"
    rf"(?P<part>\.?[^{_HYPHENS}_^'\u2019{JOINT}\s.]+(?:\.[^{_HYPHENS}_^'\u2019{JOINT}\s.]+)*)"
)


def _compound(piece: str, plurals: bool) -> Compound:
    parts = tuple(_parts(piece, plurals))
    edges = tuple(Edge(at, at + 1, part.forms, part.surface) for at, part in enumerate(parts))
    if 1 < len(parts) <= MOST_PARTS:
        edges += tuple(_joined(parts, plurals))
    bases = tuple(Edge(at, at + 1, (base,), base) for at, part in enumerate(parts) if (base := _base(part.surface)))
    line = tuple(part.forms[0] for part in parts)
    more = dict.fromkeys(
        (edge.first, edge.last, form)
        for edge in edges + bases
        for form in edge.forms
        if edge.last > edge.first + 1 or form != line[edge.first]
    )
    spelled = tuple((edge.first, edge.last, edge.surface) for edge in edges if edge.surface not in edge.forms)
    return Compound(parts, edges, bases, line, tuple(more), spelled)


def _base(surface: str) -> str:
    """``C`` for ``C++``; empty for what has no sign."""
    base = surface.rstrip("+#")
    return "" if base == surface else base


_KNOWN = {plurals: _Known(plurals=plurals) for plurals in (False, True)}


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
    """An edge for every run of two parts and more; the last part may be a plural by itself or in the whole."""
    for first in range(len(parts) - 1):
        surface, spelled = parts[first].surface, parts[first].spelled
        for last in range(first + 1, len(parts)):
            end = parts[last]
            names = [surface + form for form in end.forms]
            surface, spelled = surface + end.surface, spelled + end.spelled
            whole = fold_letters(spelled)
            names += forms(spelled, whole) if plurals else (whole,)
            yield Edge(first, last + 1, tuple(dict.fromkeys((*names, surface) if not plurals else names)), surface)


Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Words:
    """The edges of a text by what they are looked up under: positions (from, to), in the order of the text."""

    forms: dict[str, list[Span]]
    surfaces: dict[str, list[Span]]


class Folded:
    """One text, folded. ``base`` is where it begins in what a reader is shown of its field (the fifth author, say).

    ``line`` has a word for each position.
    """

    __slots__ = ("_offsets", "_plain", "_tokens", "_words", "base", "clean", "compounds", "line")

    def __init__(self, text: str, *, plurals: bool, base: int = 0) -> None:
        self.base = base
        self.clean = clean(text)
        self.compounds = compounds(self.clean.text, plurals=plurals)
        self.line = list(chain.from_iterable([one.line for one in self.compounds]))
        self._words: Words | None = None
        self._tokens: list[tuple[str, str]] | None = None
        self._offsets: list[Span] | None = None
        self._plain: Clean | None = None

    def more(self) -> list[tuple[int, int, str]]:
        """The words that are not in the line: joined runs, plurals as they stand, bases; with positions (from, to)."""
        found: list[tuple[int, int, str]] = []
        at = 0
        for one in self.compounds:
            if one.more:
                found += [(at + first, at + last, word) for first, last, word in one.more]
            at += len(one.line)
        return found

    def spelled(self) -> list[tuple[int, int, str]]:
        """The surfaces that are no form of their words (``gans`` of GANs): prefixes read them too."""
        found: list[tuple[int, int, str]] = []
        at = 0
        for one in self.compounds:
            if one.spelled:
                found += [(at + first, at + last, word) for first, last, word in one.spelled]
            at += len(one.line)
        return found

    @property
    def words(self) -> Words:
        """Every word, by form and by surface."""
        if self._words is None:
            self._words = self._looked_up()
        return self._words

    def _looked_up(self) -> Words:
        by_form: dict[str, list[Span]] = {}
        by_surface: dict[str, list[Span]] = {}
        at = 0
        for one in self.compounds:
            for edge in chain(one.edges, one.bases):
                span = (at + edge.first, at + edge.last)
                for form in edge.forms:
                    by_form.setdefault(form, []).append(span)
                by_surface.setdefault(edge.surface, []).append(span)
            at += len(one.parts)
        return Words(by_form, by_surface)

    @property
    def tokens(self) -> list[tuple[str, str]]:
        """Each part as it is written, and what ties it to the one before."""
        if self._tokens is None:
            self._tokens = [(part.spelled, part.joint) for one in self.compounds for part in one.parts]
        return self._tokens

    @property
    def plain(self) -> Clean:
        """The cleaned original, for regexes."""
        if self._plain is None:
            self._plain = self.clean.without_joints()
        return self._plain

    def characters(self, first: int, last: int) -> Span:
        """The span of the original that the positions from ``first`` to before ``last`` stand for, plus ``base``."""
        if self._offsets is None:
            self._offsets = list(self._located())
        start, end = self.clean.original(self._offsets[first][0], self._offsets[last - 1][1])
        return self.base + start, self.base + end

    def _located(self) -> Iterator[Span]:
        found = _pattern(is_ascii=self.clean.text.isascii()).finditer(self.clean.text)
        for one, piece in zip(self.compounds, found, strict=True):
            for part in one.parts:
                yield piece.start() + part.start, piece.start() + part.end


def fold_title(title: str) -> str:
    """A title's identity: its parts, folded, compounds apart, without plurals and punctuation, a blank between.

    A title without any letter or digit is its own identity.
    """
    cleaned = clean(title).text
    parts = chain.from_iterable(one.parts for one in compounds(cleaned, plurals=False))
    return " ".join(part.surface for part in parts) or " ".join(cleaned.casefold().split())
