"""A row of the table: what is measured, how, and what is asked of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median


class NotHere(Exception):
    """What a row needs is not on this machine: captured pages, a peer, a server. Its text says which."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How to measure.

    ``shared``: the folder with captures/.
    ``rounds``: how often each is measured, in turn.
    """

    shared: Path
    rounds: int

    def captured(self, folder: str, pattern: str) -> list[Path]:
        """Return the captured files of a folder, by name. Raises ``NotHere``."""
        found = sorted((self.shared / "captures" / folder).glob(pattern))
        if not found:
            raise NotHere(f"no captures/{folder}/{pattern} in {self.shared}")
        return found


@dataclass(frozen=True, slots=True)
class Samples:
    """One value for each round, ours and the peer's in the same round; no peers' where there is no peer."""

    ours: Sequence[float]
    peers: Sequence[float] = field(default=())

    @property
    def ratio(self) -> float | None:
        """The median of ours by theirs, round by round."""
        return median(a / b for a, b in zip(self.ours, self.peers, strict=True)) if self.peers else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table.

    ``name``: for ``--only``.
    ``measure``: runs in a process of its own. Raises ``NotHere``.
    ``peer``: what it is compared with, "" for nothing.
    ``by_ratio``: whether the goal is asked of ours by the peer's, instead of ours alone.
    ``more_is_better``: whether a goal is the least instead of the most.
    ``is_long``: whether it takes more than a minute, and is measured where it is named or with ``--long``.
    """

    name: str
    what: str
    unit: str
    measure: Callable[[Asked], Samples]
    must: float
    reach: float
    peer: str = ""
    by_ratio: bool = False
    more_is_better: bool = False
    is_long: bool = False

    def figure(self, found: Samples) -> float:
        """Return what is held to the goal."""
        ratio = found.ratio
        return ratio if self.by_ratio and ratio is not None else median(found.ours)

    def grade(self, figure: float) -> str:
        """Return ``reached``, ``met`` or ``missed``."""
        for goal, grade in ((self.reach, "reached"), (self.must, "met")):
            if figure >= goal if self.more_is_better else figure <= goal:
                return grade
        return "missed"
