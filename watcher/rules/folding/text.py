"""Fold a text into a row of positions, with the way back to the original.

A word is an edge from one position to another. A part spans one position, joined parts span several. A phrase is a
path.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, chain

from watcher.model.fields import SEARCHED
from watcher.rules.folding.letters import fold_letters
from watcher.rules.folding.sentences import last_sentence
from watcher.rules.folding.tex import JOINT, Clean, clean
from watcher.rules.folding.words import FRACTIONS, Compound, Part, compounds

WITH_PLURALS = frozenset(one.rule for one in SEARCHED if one.folds_plurals)
"""Fields in which plurals are folded; this is not done in names."""

_MOST_KNOWN = 32_768
_LONGEST_KNOWN = 48
"""Most characters of a chunk that is remembered, since texts repeat their words."""

_CHUNK = re.compile(r"(?:\S|(?<=-)\n[ \t]*(?=\w))+")
"""Matches text between blanks. A hyphen at the end of a line joins two lines."""

WordSpan = tuple[int, int]
WordEdges = tuple[tuple[int, int, str], ...]
"""Words with their positions: (from, to, word) of each."""


class Chunk:
    """The words in a piece of text between two blanks.

    ``line``: one word for each position.
    ``more``: further words: joined parts, plurals as written, bases.
    ``spelled``: folded words that count as no form (``gans`` of GANs).
    """

    __slots__ = ("line", "more", "spelled")

    def __init__(self, piece: str, *, plurals: bool) -> None:
        line: list[str] = []
        more: dict[tuple[int, int, str], None] = {}
        spelled: dict[tuple[int, int, str], None] = {}
        before: Compound | None = None
        has_slash = "/" in piece or "\u2044" in piece
        for compound in compounds(piece, plurals=plurals):
            at = len(line)
            if has_slash:
                if name := _numbered_name(compound, piece):
                    more[at, at + len(compound.parts), name] = None
                if before and (fraction := _fraction(before, compound, piece)):
                    more[at - 1, at + 1, fraction] = None
                before = compound
            line += [part.forms[0] for part in compound.parts]
            for edge in compound.edges + compound.bases:
                first, last = at + edge.first, at + edge.last
                for form in edge.forms:
                    if last > first + 1 or form != line[first]:
                        more[first, last, form] = None
                if edge.surface not in edge.forms:
                    spelled[first, last, edge.surface] = None
        self.line: tuple[str, ...] = tuple(line)
        self.more: WordEdges = tuple(more)
        self.spelled: WordEdges = tuple(spelled)


def _numbered_name(compound: Compound, piece: str) -> str:
    """Return the name in a compound beside a slash, if its number is only an index (AdS$_3$/CFT$_2$); "" otherwise."""
    if len(compound.parts) != 2:
        return ""
    name, number = compound.parts
    end = compound.start + number.end
    is_beside = "/" in (piece[compound.start - 1 : compound.start], *piece[end : end + 2].replace(JOINT, ""))
    is_index = number.joint in ("_", JOINT) and number.surface.isdecimal() and name.spelled.isalpha()
    return name.forms[0] if is_beside and is_index else ""


def _fraction(before: Compound, after: Compound, piece: str) -> str:
    """Return the folded fraction that a number, a slash and a number make, "" for any other two words."""
    over, under = before.parts[-1], after.parts[0]
    if piece[before.start + over.end : after.start] not in ("/", "\u2044"):
        return ""
    found = FRACTIONS.get(f"{over.surface}/{under.surface}")
    return fold_letters(found) if found else ""


class _Known(dict[str, Chunk]):
    """Remembers chunks that were read."""

    def __init__(self, *, plurals: bool) -> None:
        self._plurals = plurals

    def __missing__(self, piece: str) -> Chunk:
        read = Chunk(piece, plurals=self._plurals)
        if len(piece) <= _LONGEST_KNOWN:
            if len(self) >= _MOST_KNOWN:
                self.clear()
            self[piece] = read
        return read


_KNOWN = {plurals: _Known(plurals=plurals) for plurals in (False, True)}


def _parts(piece: str, plurals: bool) -> tuple[tuple[Part, int], ...]:
    """Return the parts of a chunk, each with the index at which its compound begins."""
    return (_short_parts if len(piece) <= _LONGEST_KNOWN else _long_parts)(piece, plurals)


def _parts_of(piece: str, plurals: bool) -> tuple[tuple[Part, int], ...]:
    return tuple((part, one.start) for one in compounds(piece, plurals=plurals) for part in one.parts)


_short_parts = lru_cache(maxsize=4096)(_parts_of)
_long_parts = lru_cache(maxsize=8)(_parts_of)


@dataclass(slots=True)
class Words:
    """The words in a text: form → positions (from, to), and the same for surfaces that are no form."""

    forms: dict[str, list[WordSpan]]
    surfaces: dict[str, list[WordSpan]]

    def at(self, form: str) -> Sequence[WordSpan]:
        """Return the positions of a form."""
        return self.forms.get(form, ())

    def beginning(self, start: str) -> set[WordSpan]:
        """Return the spans of all words, as written or folded, that begin with the text ``start``."""
        either = (self.forms, self.surfaces)
        return {span for words in either for word, found in words.items() if word.startswith(start) for span in found}

    def counted(self) -> list[str]:
        """Return the forms at all positions; one that occurs twice comes twice."""
        return [form for form, some in self.forms.items() for _ in some]


class Folded:
    """A folded text.

    ``plurals``: plural forms count as their singular.
    ``base``: where the text begins in its field as it is shown, which may be the fifth author.
    ``chunks``: what stands between blanks, with all words that it counts as.
    """

    __slots__ = ("_last", "_line", "_places", "_plain", "_plurals", "_starts", "_words", "base", "chunks", "clean")

    def __init__(self, text: str, *, plurals: bool, base: int = 0) -> None:
        self.base = base
        self.clean = clean(text)
        known = _KNOWN[plurals]
        cleaned = self.clean.text
        pieces = _CHUNK.findall(cleaned) if "-\n" in cleaned else cleaned.split()
        self.chunks = [known[piece] for piece in pieces]
        self._line: list[str] | None = None
        self._plurals = plurals
        self._last: int | None = None
        self._words: Words | None = None
        self._plain: Clean | None = None
        self._starts: list[int] | None = None
        self._places: list[WordSpan] | None = None

    @property
    def line(self) -> list[str]:
        """A word for each position."""
        if self._line is None:
            self._line = list(chain.from_iterable([one.line for one in self.chunks]))
        return self._line

    @property
    def words(self) -> Words:
        """All words with their positions, by form (folded) and by surface (as written)."""
        if self._words is None:
            forms: dict[str, list[WordSpan]] = {}
            surfaces: dict[str, list[WordSpan]] = {}
            for at, word in enumerate(self.line):
                forms.setdefault(word, []).append((at, at + 1))
            for at, one in self._beside():
                for first, last, word in one.more:
                    forms.setdefault(word, []).append((at + first, at + last))
                for first, last, word in one.spelled:
                    surfaces.setdefault(word, []).append((at + first, at + last))
            self._words = Words(forms, surfaces)
        return self._words

    def _beside(self) -> Iterator[tuple[int, Chunk]]:
        """Yield (first position, chunk) of the chunks that have further words."""
        at = 0
        for one in self.chunks:
            if one.more or one.spelled:
                yield at, one
            at += len(one.line)

    @property
    def size(self) -> int:
        """Number of positions."""
        return len(self.line)

    @property
    def last_begins(self) -> int:
        """The position at which the last sentence begins; the end of the text if it has only one sentence."""
        if self._last is None:
            begin = last_sentence(self.clean.text)
            self._last = self.position(begin) if begin else len(self.line)
        return self._last

    def part(self, at: int) -> Part:
        """Return the part at a position as it is written."""
        return self._located(at)[1]

    @property
    def plain(self) -> Clean:
        """The cleaned original, for regexes."""
        if self._plain is None:
            self._plain = self.clean.without_joints()
        return self._plain

    def characters(self, first: int, last: int) -> WordSpan:
        """Return the span in the original, plus ``base``, of the positions from ``first`` to before ``last``."""
        begin, part = self._located(first)
        end, other = self._located(last - 1)
        start, stop = self.clean.original(begin + part.start, end + other.end)
        return self.base + start, self.base + stop

    def position(self, at: int) -> int:
        """Return the first position of the chunk that contains, or follows, a character of the cleaned text."""
        starts, places = self._chunk_places()
        return starts[bisect_right(places, at, key=lambda place: place[1])]

    def _chunk_places(self) -> tuple[list[int], list[WordSpan]]:
        """Return the first position of each chunk, with one behind the last, and the characters of each."""
        if self._starts is None or self._places is None:
            self._starts = list(accumulate((len(one.line) for one in self.chunks), initial=0))
            self._places = [found.span() for found in _CHUNK.finditer(self.clean.text)]
        return self._starts, self._places

    def _located(self, at: int) -> tuple[int, Part]:
        """Return where the compound at a position begins, and the part at that position."""
        starts, places = self._chunk_places()
        number = bisect_right(starts, at) - 1
        start, end = places[number]
        part, offset = _parts(self.clean.text[start:end], self._plurals)[at - starts[number]]
        return start + offset, part


def fold_title(title: str) -> str:
    """Return the identity of a title: its folded words in singular, compounds split, without punctuation.

    A title without letters and digits is its own identity.
    """
    cleaned = clean(title, for_key=True).text
    parts = chain.from_iterable(one.parts for one in compounds(cleaned, plurals=False, for_key=True))
    return " ".join(part.surface for part in parts) or " ".join(cleaned.casefold().split())
