"""What a paper says, in numbers: its phrases, their weights, and how rare phrases are."""

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
    """In how many of ``papers`` papers each phrase occurs.

    ``ids``: of phrases in ``KNOWN_FROM`` papers or more, sorted.
    ``numbers``: of papers with each.
    """

    papers: int
    ids: PhraseIds
    numbers: npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class PaperVector:
    """The phrases of a paper with their weights. The known phrases together have the length 1.

    ``is_known``: the phrase is in ``KNOWN_FROM`` papers or more.
    """

    ids: PhraseIds
    weights: Floats
    is_known: npt.NDArray[np.bool_]


class WordedPhrases(Protocol):
    """Gives phrases in the words of a paper."""

    def in_words(self, wanted: Sequence[int]) -> dict[int, str]:
        """Return phrase → its words as the paper writes them, for those of the phrases ``wanted`` that it has."""
