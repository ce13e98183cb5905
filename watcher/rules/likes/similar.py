"""Find the papers that are closest to a given one, among hundreds or thousands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from watcher.rules.likes.profile import LikedPhrases, heaviest_phrases
from watcher.rules.likes.vectors import PaperVector

LEAST = 0.06
"""Smallest closeness at which two papers are similar. Papers on one subject have 0.05 to 0.2."""


_NAMES = ("similar", "similar_ids", "similar_owners", "similar_weights")


class SimilarIndex:
    """The heaviest phrases of papers, by phrase.

    ``ids``: of the papers, by their numbers among the phrases' owners.
    """

    def __init__(self, ids: Sequence[int], phrases: LikedPhrases) -> None:
        self._ids, self._phrases = tuple(ids), phrases

    @classmethod
    def of_vectors(cls, ids: Sequence[int], vectors: Sequence[PaperVector]) -> SimilarIndex:
        """Return the index of papers with these ids and vectors."""
        return cls(ids, heaviest_phrases(vectors))

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> SimilarIndex | None:
        """Return the index that is written in arrays, None if none is."""
        if any(name not in arrays for name in _NAMES):
            return None
        ids, *phrases = (arrays[name] for name in _NAMES)
        return cls(ids.tolist(), LikedPhrases(*phrases))

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return the index as arrays of numbers."""
        found = (np.array(self._ids, np.int64), self._phrases.ids, self._phrases.owners, self._phrases.weights)
        return dict(zip(_NAMES, found, strict=True))

    def closest(self, vector: PaperVector, most: int, besides: int) -> list[int]:
        """Return the ids of up to ``most`` papers that are close enough, the closest first.

        ``besides``: id of a paper that is left out.
        """
        phrases = self._phrases
        if not len(vector.ids) or not self._ids:
            return []
        at = np.searchsorted(vector.ids, phrases.ids)
        at[at == len(vector.ids)] = 0
        shared = np.flatnonzero(vector.ids[at] == phrases.ids)
        products = phrases.weights[shared] * vector.weights[at[shared]]
        sums = np.bincount(phrases.owners[shared], weights=products, minlength=len(self._ids))
        order = np.lexsort((np.array(self._ids), -sums))
        close = (self._ids[n] for n in order if sums[n] >= LEAST and self._ids[n] != besides)
        return [id for _, id in zip(range(most), close, strict=False)]
