"""Count the words and pairs of words (phrases) of a paper. Their ids are the same in every process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from watcher.rules.folding.small_words import SMALL_WORDS
from watcher.rules.folding.text import Folded
from watcher.rules.likes.vectors import Floats, PhraseIds
from watcher.rules.match.document import Document

IN_TITLE = 2
"""How many times a phrase in the title counts."""

_MOST_KNOWN = 200_000
_PAIR_FACTOR = np.uint64(0x9E37_79B9_7F4A_7C15)
_PAIR_BIT = np.uint64(1)


class _WordIds(dict[str, int]):
    """Word → id, 0 for a word that is left out. Ids of words are even, so that those of pairs can be odd."""

    def __missing__(self, word: str) -> int:
        if len(self) >= _MOST_KNOWN:
            self.clear()
        is_left_out = word in SMALL_WORDS or (len(word) == 1 and word.isascii())
        hashed = int.from_bytes(blake2b(word.encode("utf-8", "replace"), digest_size=8).digest(), "little")
        self[word] = found = 0 if is_left_out else (hashed & ~1) or 2
        return found


_IDS = _WordIds()


class PhraseCounts(NamedTuple):
    """The phrases of a paper, each once, in the order of their ids; and how often each counts."""

    ids: PhraseIds
    counts: Floats


class PhraseText(NamedTuple):
    """The phrases in one text: first the words, then the pairs.

    ``places``: first and last position of each.
    """

    ids: PhraseIds
    places: npt.NDArray[np.int64]


def telling_texts(document: Document) -> Iterator[tuple[Folded, int]]:
    """Yield (text, how often a phrase in it counts) of the texts that tell what a paper is about."""
    yield document.texts("title")[0], IN_TITLE
    yield document.texts("abstract")[0], 1
    for text in document.site:
        yield text, 1


def phrases_in(text: Folded) -> PhraseText:
    """Return the words and pairs of words in a text."""
    ids = np.array([_IDS[word] for word in text.line], dtype=np.uint64)
    places = np.flatnonzero(ids)
    words = ids[places]
    pairs = words[:-1] * _PAIR_FACTOR + words[1:] | _PAIR_BIT
    first = np.concatenate((places, places[:-1]))
    last = np.concatenate((places, places[1:]))
    return PhraseText(np.concatenate((words, pairs)), np.stack((first, last), axis=1))


def is_pair(ids: PhraseIds) -> npt.NDArray[np.bool_]:
    """Return for each phrase whether it is a pair of words."""
    return (ids & _PAIR_BIT).astype(bool)


class PaperPhrases:
    """The phrases in all texts of a paper. Each text is read once."""

    def __init__(self, document: Document) -> None:
        self._texts = list(telling_texts(document))
        self._originals = list(_originals(document))
        self._found = [phrases_in(text) for text, _ in self._texts]
        self._first: dict[int, tuple[int, int, int]] | None = None

    def counts(self) -> PhraseCounts:
        """Return the phrases, counted."""
        times = [
            np.full(len(one.ids), often, dtype=np.float64)
            for one, (_, often) in zip(self._found, self._texts, strict=True)
        ]
        every, inverse = np.unique(np.concatenate([one.ids for one in self._found]), return_inverse=True)
        counts = np.bincount(inverse, weights=np.concatenate(times), minlength=len(every))
        return PhraseCounts(every, counts.astype(np.float64))

    def in_words(self, wanted: Sequence[int]) -> dict[int, str]:
        """Return phrase → its words as the paper writes them where it has them first."""
        if self._first is None:
            self._first = {}
            for number, one in enumerate(self._found):
                for id, (first, last) in zip(one.ids.tolist(), one.places.tolist(), strict=True):
                    self._first.setdefault(id, (number, first, last))
        return {id: self._written(*self._first[id]) for id in wanted if id in self._first}

    def _written(self, number: int, first: int, last: int) -> str:
        text, original = self._texts[number][0], self._originals[number]
        start, end = text.characters(first, last + 1)
        return " ".join(original[start - text.base : end - text.base].split())


def count_phrases(document: Document) -> PhraseCounts:
    """Return the phrases of a paper, counted."""
    return PaperPhrases(document).counts()


def phrase_words(document: Document, wanted: Sequence[int]) -> dict[int, str]:
    """Return phrase → its words as the paper writes them where it has them first."""
    return (document.phrases or PaperPhrases(document)).in_words(wanted)


def _originals(document: Document) -> Iterator[str]:
    paper = document.paper
    yield from (paper.title, paper.abstract, paper.summary or "", *paper.keywords)
