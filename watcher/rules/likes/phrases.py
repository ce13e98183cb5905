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


def telling_texts(document: Document) -> Iterator[tuple[Folded, int]]:
    """Yield (text, how often a phrase in it counts) of the texts that tell what a paper is about."""
    yield document.texts("title")[0], IN_TITLE
    yield document.texts("abstract")[0], 1
    for text in document.site:
        yield text, 1


def is_pair(ids: PhraseIds) -> npt.NDArray[np.bool_]:
    """Return for each phrase whether it is a pair of words."""
    return (ids & _PAIR_BIT).astype(bool)


class PaperPhrases:
    """The phrases in all texts of a paper, found in one pass: first its words, then its pairs of words."""

    def __init__(self, document: Document) -> None:
        self._texts = list(telling_texts(document))
        self._originals = list(_originals(document))
        sizes = [text.size for text, _ in self._texts]
        self._starts = np.cumsum([0, *sizes])
        every = np.array([_IDS[word] for text, _ in self._texts for word in text.line], dtype=np.uint64)
        self._at = np.flatnonzero(every)
        words, numbers = every[self._at], np.repeat(np.arange(len(sizes)), sizes)[self._at]
        self._pairs = np.flatnonzero(numbers[:-1] == numbers[1:])
        pairs = words[self._pairs] * _PAIR_FACTOR + words[self._pairs + 1] | _PAIR_BIT
        found = np.concatenate((words, pairs))
        self._ids, self._first, self._same = np.unique(found, return_index=True, return_inverse=True)
        times = np.array([often for _, often in self._texts], dtype=np.float64)[numbers]
        self._times = np.concatenate((times, times[self._pairs]))

    def counts(self) -> PhraseCounts:
        """Return the phrases, each with the number of times that it occurs."""
        counts = np.bincount(self._same, weights=self._times, minlength=len(self._ids))
        return PhraseCounts(self._ids, counts.astype(np.float64))

    def in_words(self, wanted: Sequence[int]) -> dict[int, str]:
        """Return phrase → its words as the paper writes them at the first place.

        ``wanted``: numbers of phrases. Those that the paper lacks are left out.
        """
        some = np.array(wanted, dtype=np.uint64)
        at = np.searchsorted(self._ids, some)
        has = at < len(self._ids)
        has[has] = self._ids[at[has]] == some[has]
        return {int(id): self._written(int(self._first[n])) for id, n in zip(some[has], at[has], strict=True)}

    def _written(self, number: int) -> str:
        """Return a phrase in words. ``number``: its number among the words and pairs that were found."""
        is_pair = number >= len(self._at)
        first = self._pairs[number - len(self._at)] if is_pair else number
        begin, end = int(self._at[first]), int(self._at[first + is_pair]) + 1
        place = int(np.searchsorted(self._starts, begin, side="right")) - 1
        (text, _), offset = self._texts[place], int(self._starts[place])
        start, stop = text.characters(begin - offset, end - offset)
        return " ".join(self._originals[place][start - text.base : stop - text.base].split())


def count_phrases(document: Document) -> PhraseCounts:
    """Return the phrases of a paper, each with the number of times that it occurs."""
    return PaperPhrases(document).counts()


def phrase_words(document: Document, wanted: Sequence[int]) -> dict[int, str]:
    """Return phrase → its words as the paper writes them at the first place.

    ``wanted``: numbers of phrases. Those that the paper lacks are left out.
    """
    return (document.phrases or PaperPhrases(document)).in_words(wanted)


def _originals(document: Document) -> Iterator[str]:
    paper = document.paper
    yield from (paper.title, paper.abstract, paper.summary or "", *paper.keywords)
