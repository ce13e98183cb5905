"""Find the papers that are closest to a given one, among hundreds or thousands."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from watcher.rules.likes.profile import LikedPhrases, heaviest_phrases
from watcher.rules.likes.vectors import PaperVector

LEAST = 0.06
"""Smallest closeness at which two papers are similar. Papers on one subject have 0.05 to 0.2."""


class SimilarIndex:
    """The heaviest phrases of papers, by phrase.

    ``ids``: of the papers, in the order of their vectors.
    """

    def __init__(self, ids: Sequence[int], vectors: Sequence[PaperVector]) -> None:
        self._ids = tuple(ids)
        self._phrases: LikedPhrases = heaviest_phrases(vectors)

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
