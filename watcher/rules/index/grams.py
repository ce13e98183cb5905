"""Turn the texts of a page of papers into arrays of word sequences with 64-bit keys, to look all up together."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from watcher.model.fields import FieldKind, rule_names
from watcher.rules.folding.text import Chunk, Folded, WordEdges
from watcher.rules.index.encode import PATTERN_ENDS
from watcher.rules.index.keys import FIELDS, SALTS, STEP, KeyMaker
from watcher.rules.index.regex_book import RegexBook
from watcher.rules.match.document import Document

GramKeys = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.int64]

MOST_KNOWN = 65_536
"""Most chunks of text that are remembered."""

_LABELS = rule_names(FieldKind.LABEL)


def ranges(starts: Numbers, counts: Numbers) -> tuple[Numbers, Numbers]:
    """Return the numbers in several ranges as one array, and an array with the range of each number.

    ``starts`` and ``counts``: beginning and length of each range.
    """
    which = np.arange(len(counts)).repeat(counts)
    shifted = starts - counts.cumsum() + counts
    return shifted[which] + np.arange(len(which)), which


@dataclass(frozen=True, slots=True)
class Grams:
    """The word sequences in a page of papers, one in each row.

    ``keys``: of the sequences.
    ``first`` and ``last``: their positions, counted through the whole page.
    ``paper``: number of the paper in the page.
    ``in_title``: the sequence is in a title.
    """

    keys: GramKeys
    first: Numbers
    last: Numbers
    paper: Numbers
    in_title: npt.NDArray[np.bool_]

    def only(self, which: npt.NDArray[np.bool_]) -> Grams:
        """Return the rows that are chosen."""
        return Grams(self.keys[which], self.first[which], self.last[which], self.paper[which], self.in_title[which])


class Vocabulary(dict[Chunk, int]):
    """Chunks by number, with the hashes of their words in rows. A page is put together from these without a loop.

    ``prefixes``: beginnings of words that rules ask for.
    """

    def __init__(self, prefixes: Collection[str], keys: KeyMaker) -> None:
        self.key_maker = keys
        self._prefixes: set[str] = set()
        self._lengths: list[int] = []
        self.clear()
        self.learn(prefixes)

    def learn(self, prefixes: Collection[str]) -> None:
        """Learn further prefixes of rules. Known chunks that begin so are read anew at their next use.

        ``prefixes``: these beginnings.
        """
        new = set(prefixes) - self._prefixes
        if new:
            self._prefixes |= new
            self._lengths = sorted({*self._lengths, *map(len, new)})
            self._learned.append(new)

    def clear(self) -> None:
        """Forget all chunks."""
        super().clear()
        self._line = array("q")
        self._line_end = array("q", [0])
        self._aside = array("q")  # four numbers a row: from, to, hash, whether it is a beginning
        self._aside_end = array("q", [0])
        self._read_after = array("q")  # how many of ``_learned`` there were when it was read
        self._learned: list[set[str]] = []

    def __missing__(self, chunk: Chunk) -> int:
        self._line.frombytes(self.key_maker.hashes(chunk.line))
        self._line_end.append(len(self._line))
        if chunk.more:
            self._add_aside(chunk.more, is_beginning=False)
        if self._prefixes:
            self._add_beginnings(chunk)
        self[chunk] = number = len(self._aside_end) - 1
        self._aside_end.append(len(self._aside) // 4)
        self._read_after.append(len(self._learned))
        return number

    def _numbers(self, chunks: Sequence[Chunk]) -> Numbers:
        """Return the numbers of chunks."""
        number = np.fromiter(map(self.__getitem__, chunks), np.int64, len(chunks))
        if self._learned and len(number):
            behind = np.frombuffer(self._read_after, np.int64)[number] < len(self._learned)
            if behind.any():
                self._catch_up({chunks[at] for at in behind.nonzero()[0].tolist()})
                number = np.fromiter(map(self.__getitem__, chunks), np.int64, len(chunks))
        return number

    def _catch_up(self, chunks: Iterable[Chunk]) -> None:
        """Forget those of some chunks that have a beginning which was learned after they were read."""
        newer: dict[int, tuple[set[str], list[int]]] = {}
        for chunk in chunks:
            number = self[chunk]
            after = self._read_after[number]
            if after not in newer:
                new = set().union(*self._learned[after:])
                newer[after] = new, sorted(set(map(len, new)))
            new, lengths = newer[after]
            if any(word[:length] in new for _, _, word in _edges(chunk) for length in lengths):
                del self[chunk]
            else:
                self._read_after[number] = len(self._learned)

    def _add_beginnings(self, chunk: Chunk) -> None:
        beginnings = dict.fromkeys(
            (first, last, word[:length] + "*")
            for first, last, word in _edges(chunk)
            for length in self._lengths
            if length <= len(word) and word[:length] in self._prefixes
        )
        self._add_aside(tuple(beginnings), is_beginning=True)

    def _add_aside(self, edges: WordEdges, *, is_beginning: bool) -> None:
        hashes = array("q", self.key_maker.hashes(word for _, _, word in edges))
        for (first, last, _), one in zip(edges, hashes, strict=True):
            self._aside.extend((first, last, one, is_beginning))

    def edges(self, texts: Sequence[Folded]) -> GramEdges:
        """Return the words of all texts."""
        if len(self._aside_end) > MOST_KNOWN:
            self.clear()
        counts = [len(text.chunks) for text in texts]
        number = self._numbers(list(chain.from_iterable([text.chunks for text in texts])))
        text = np.arange(len(texts)).repeat(counts)
        line_end = np.frombuffer(self._line_end, np.int64)
        starts = line_end[number]
        lengths = line_end[number + 1] - starts
        place, row = ranges(starts, lengths)
        hashes = np.frombuffer(self._line, np.int64)[place] if len(place) else place
        at = np.arange(len(place)) + text[row]  # a free position behind each text: nothing runs on into the next
        begins = lengths.cumsum() - lengths + text
        aside_end = np.frombuffer(self._aside_end, np.int64)
        starts = aside_end[number]
        place, row = ranges(starts, aside_end[number + 1] - starts)
        of_text = np.arange(len(texts)).repeat([len(text.line) + 1 for text in texts])
        if not len(place):
            return GramEdges(at, at + 1, hashes.view(np.uint64), at + 1, of_text, len(at) + len(texts))
        aside = np.frombuffer(self._aside, np.int64).reshape(-1, 4)[place]
        end = len(at) + len(texts)
        first, last = begins[row] + aside[:, 0], begins[row] + aside[:, 1]
        onward = np.concatenate([at + 1, np.where(aside[:, 3] > 0, end, last)])
        all_at = np.concatenate([at, first])
        order = all_at.argsort(kind="stable")
        to, hashes = np.concatenate([at + 1, last]), np.concatenate([hashes, aside[:, 2]])
        return GramEdges(all_at[order], to[order], hashes[order].view(np.uint64), onward[order], of_text, end)


def _edges(chunk: Chunk) -> WordEdges:
    """Return all words of a chunk, with their positions."""
    return tuple((n, n + 1, word) for n, word in enumerate(chunk.line)) + chunk.more + chunk.spelled


class GramEdges(NamedTuple):
    """The words in many texts, sorted by their first position.

    ``at`` and ``to``: first position, and the one behind the last.
    ``hashes``: of the words.
    ``onward``: row at which a sequence goes on.
    ``text``: number of the text at each position.
    ``end``: a position at which no word begins.
    """

    at: Numbers
    to: Numbers
    hashes: GramKeys
    onward: Numbers
    text: Numbers
    end: int


def grams_of(
    documents: Sequence[Document],
    longest: int,
    fields: Collection[str],
    vocabulary: Vocabulary,
    regexes: RegexBook,
) -> Grams:
    """Return all sequences of up to ``longest`` words in titles and abstracts, and the regexes found there.

    ``fields``: for these, sequences come a second time with keys of the field.
    """
    texts = [
        (n, field, text)
        for n, document in enumerate(documents)
        for field in ("title", "abstract", *sorted(set(fields) - {"title", "abstract", *_LABELS}))
        for text in document.texts(field)
    ]
    keys, first, last, text = _sequences([text for _, _, text in texts], longest, vocabulary)
    if not texts:
        return _together([_labels(documents, name, vocabulary.key_maker) for name in _LABELS])
    paper = np.array([n for n, _, _ in texts], np.int64)[text]
    field = np.array([FIELDS.index(field) for _, field, _ in texts], np.int64)[text]
    grams = Grams(keys, first, last, paper, field == FIELDS.index("title"))
    in_main = field <= FIELDS.index("abstract")
    parts = [grams if in_main.all() else grams.only(in_main)]
    for name in fields:
        if name in _LABELS:
            parts.append(_labels(documents, name, vocabulary.key_maker))
        else:
            here = grams.only(field == FIELDS.index(name))
            parts.append(replace(here, keys=here.keys ^ np.uint64(SALTS[name])))
    if regexes.regexes:
        parts.append(_regexes(documents, regexes, vocabulary.key_maker))
    return parts[0] if len(parts) == 1 else _together(parts)


def _sequences(
    texts: Sequence[Folded], longest: int, vocabulary: Vocabulary
) -> tuple[GramKeys, Numbers, Numbers, Numbers]:
    """Return (keys, first positions, last positions, numbers of texts) of all sequences."""
    edges = vocabulary.edges(texts)
    counts = np.bincount(edges.at, minlength=edges.end + 1)
    starts = counts.cumsum() - counts
    keys, first, last, onward = [edges.hashes], [edges.at], [edges.to], edges.onward
    for _ in range(longest - 1):
        edge, gram = ranges(starts[onward], counts[onward])
        keys.append(keys[-1][gram] * np.uint64(STEP) + edges.hashes[edge])
        first.append(first[-1][gram])
        last.append(edges.to[edge])
        onward = edges.onward[edge]
    firsts = np.concatenate(first)
    return np.concatenate(keys), firsts, np.concatenate(last), edges.text[firsts]


def _labels(documents: Sequence[Document], field: str, keys: KeyMaker) -> Grams:
    return _placeless(
        (keys.key_of([label], field), n) for n, document in enumerate(documents) for label in document.names(field)
    )


def _regexes(documents: Sequence[Document], regexes: RegexBook, keys: KeyMaker) -> Grams:
    return _placeless(
        (keys.key_of([pattern + PATTERN_ENDS], field), n)
        for n, document in enumerate(documents)
        for field, pattern in regexes.found(document)
    )


def _placeless(found: Iterable[tuple[int, int]]) -> Grams:
    """Return keys that papers have at no place in particular, from (key, number of the paper) pairs."""
    known = list(found)
    zeros = np.zeros(len(known), np.int64)
    numbers = np.array([key for key, _ in known], np.uint64)
    return Grams(numbers, zeros, zeros, np.array([n for _, n in known], np.int64), zeros.astype(np.bool_))


def _together(parts: Sequence[Grams]) -> Grams:
    return Grams(
        np.concatenate([part.keys for part in parts]),
        np.concatenate([part.first for part in parts]),
        np.concatenate([part.last for part in parts]),
        np.concatenate([part.paper for part in parts]),
        np.concatenate([part.in_title for part in parts]),
    )
