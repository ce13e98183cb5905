"""Compare papers with many profiles at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from watcher.rules.likes.profile import Profile, closeness_of_score
from watcher.rules.likes.vectors import Floats, PaperVector, PhraseIds


@dataclass(frozen=True, slots=True)
class _Filed:
    """All phrases of all profiles.

    ``starts``: where the entries of each phrase begin, and the end.
    ``least``: smallest closeness at which each profile is found.
    """

    ids: PhraseIds
    starts: npt.NDArray[np.intp]
    owners: npt.NDArray[np.intp]
    weights: Floats
    numbers: tuple[int, ...]
    least: Floats


class ProfileIndex:
    """Finds the profiles, each of the papers that a rule likes, to which a paper is close. Each has a number."""

    def __init__(self) -> None:
        self._profiles: dict[int, Profile] = {}
        self._least: dict[int, float] = {}
        self._filed: _Filed | None = None

    def __len__(self) -> int:
        return len(self._profiles)

    def __contains__(self, number: int) -> bool:
        return number in self._profiles

    def add(self, number: int, profile: Profile, least: float) -> None:
        """Add a profile in place of one with the same number.

        ``least``: lowest score at which it is found.
        """
        self._profiles[number] = profile
        self._least[number] = closeness_of_score(least, profile.line)
        self._filed = None

    def remove(self, number: int) -> None:
        """Remove the profile with a number, if it is there."""
        if self._profiles.pop(number, None) is not None:
            del self._least[number]
            self._filed = None

    def closenesses(self, vector: PaperVector) -> Mapping[int, float]:
        """Return number → closeness, of the profiles to which a paper is close enough to be found."""
        filed = self._filed = self._filed or _filed(self._profiles, self._least)
        if not filed.numbers or not len(filed.ids):
            return {}
        at = np.searchsorted(filed.ids, vector.ids)
        at[at == len(filed.ids)] = 0
        shared = np.flatnonzero(filed.ids[at] == vector.ids)
        first, last = filed.starts[at[shared]], filed.starts[at[shared] + 1]
        lengths = last - first
        entries = np.repeat(first - np.cumsum(lengths) + lengths, lengths) + np.arange(int(lengths.sum()))
        products = filed.weights[entries] * np.repeat(vector.weights[shared], lengths)
        sums = np.bincount(filed.owners[entries], weights=products, minlength=len(filed.numbers))
        return {filed.numbers[n]: float(sums[n]) for n in np.flatnonzero(sums >= filed.least)}


def _filed(profiles: Mapping[int, Profile], least: Mapping[int, float]) -> _Filed:
    numbers = tuple(profiles)
    owners = np.repeat(np.arange(len(numbers)), np.array([len(one.ids) for one in profiles.values()], np.intp))
    every = np.concatenate([np.zeros(0, np.uint64), *(one.ids for one in profiles.values())])
    weights = np.concatenate([np.zeros(0), *(one.weights for one in profiles.values())])
    order = np.argsort(every, kind="stable")
    ids, starts = np.unique(every[order], return_index=True)
    return _Filed(
        ids,
        np.append(starts, len(every)),
        owners[order],
        weights[order],
        numbers,
        np.array([least[n] for n in numbers]),
    )
