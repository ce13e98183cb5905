"""Weigh phrases by how rare they are among stored papers."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from watcher.rules.likes.phrases import PhraseCounts, count_phrases, is_pair
from watcher.rules.likes.vectors import PaperVector, PhraseIds, PhraseRarity
from watcher.rules.match.document import Document

KNOWN_FROM = 3
"""Fewest papers that must have a phrase for it to count as known. Rarer ones are names and typing errors."""

PAIR = 1.5
"""Weight of a pair of words, compared to that of a word."""

FORGET_EVERY = 512
"""Papers after which counts are added up, so that memory holds the phrases of at most so many papers."""


def count_rarity(counted: Iterable[PhraseCounts]) -> PhraseRarity:
    """Return in how many papers each phrase occurs."""
    papers = 0
    total_ids, total = np.zeros(0, np.uint64), np.zeros(0, np.int64)
    waiting: list[PhraseIds] = []
    for one in counted:
        papers += 1
        waiting.append(one.ids)
        if len(waiting) == FORGET_EVERY:
            total_ids, total = _added(total_ids, total, waiting)
            waiting = []
    total_ids, total = _added(total_ids, total, waiting)
    is_known = total >= KNOWN_FROM
    return PhraseRarity(papers, total_ids[is_known], total[is_known].astype(np.int32))


def _added(
    ids: PhraseIds, numbers: npt.NDArray[np.int64], more: list[PhraseIds]
) -> tuple[PhraseIds, npt.NDArray[np.int64]]:
    every = np.concatenate((ids, *more))
    weights = np.concatenate((numbers, np.ones(len(every) - len(ids), np.int64)))
    found, inverse = np.unique(every, return_inverse=True)
    return found, np.bincount(inverse, weights=weights, minlength=len(found)).astype(np.int64)


def vector_of(counts: PhraseCounts, rarity: PhraseRarity) -> PaperVector:
    """Return the vector of a paper: a phrase weighs (1 + log(count)) * (1 + log(1 / share of papers with it))."""
    numbers = np.full(len(counts.ids), KNOWN_FROM - 1)
    at = np.searchsorted(rarity.ids, counts.ids)
    is_known = np.zeros(len(counts.ids), dtype=bool)
    inside = at < len(rarity.ids)
    is_known[inside] = rarity.ids[at[inside]] == counts.ids[inside]
    numbers[is_known] = rarity.numbers[at[is_known]]
    rare = 1 + np.log((1 + max(rarity.papers, KNOWN_FROM)) / (1 + numbers))
    weights = (1 + np.log(counts.counts)) * rare * np.where(is_pair(counts.ids), PAIR, 1.0)
    length = float(np.sqrt(np.sum(weights[is_known] ** 2)))
    return PaperVector(counts.ids, weights / length if length else np.zeros_like(weights), is_known)


def vector_of_document(document: Document, rarity: PhraseRarity) -> PaperVector:
    """Return the vector of a paper, from its texts."""
    return vector_of(count_phrases(document), rarity)
