"""What a paper says, as numbers: its phrases, their weights, and how rare phrases are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

PhraseIds = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PhraseRarity:
    """In how many of ``papers`` each phrase stands; ``ids`` are sorted, and only those of ``KNOWN_FROM`` papers on."""

    papers: int
    ids: PhraseIds
    numbers: npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class PaperVector:
    """A paper's phrases with their weights; the known ones together have the length 1.

    ``is_known``: which phrases are in ``KNOWN_FROM`` papers or more.
    """

    ids: PhraseIds
    weights: Floats
    is_known: npt.NDArray[np.bool_]


class WordedPhrases(Protocol):
    """Says phrases in the words of a paper."""

    def in_words(self, wanted: Sequence[int]) -> dict[int, str]:
        """Return phrase → the words as the paper writes them."""
