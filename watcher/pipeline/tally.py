"""Count what this process has done since it began. Figures show it; nothing is decided by it."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from threading import Lock


class Count:
    """How often something has happened, by labels. It never falls. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock, self._found = Lock(), Counter[tuple[str, ...]]()

    def add(self, *labels: str, by: int = 1) -> None:
        """Add ``by`` to the count with these labels."""
        with self._lock:
            self._found[labels] += by

    def read(self) -> dict[tuple[str, ...], int]:
        """Return labels → count."""
        with self._lock:
            return dict(self._found)


class Spread:
    """How long something took, each time it was done. Safe to use from several threads.

    ``bounds``: upper bounds (seconds), in ascending order, below which times are counted together.
    """

    def __init__(self, bounds: Sequence[float]) -> None:
        self._lock, self._bounds, self._total = Lock(), tuple(bounds), 0.0
        self._found = [0] * (len(self._bounds) + 1)

    def note(self, seconds: float) -> None:
        """Count one time."""
        with self._lock:
            self._found[bisect_left(self._bounds, seconds)] += 1
            self._total += seconds

    def read(self) -> tuple[list[tuple[float, int]], float]:
        """Return (bound, number of times up to it) with infinity as the last bound, and the sum of all times."""
        with self._lock:
            up_to = accumulate(self._found)
            return list(zip((*self._bounds, float("inf")), up_to, strict=True)), self._total


@dataclass(frozen=True, slots=True)
class Tally:
    """What a process has done since it began.

    ``polls``: by source and verdict.
    ``new_papers``: papers that polls saw first, by source.
    ``matches``: new matches.
    ``match_seconds``: of matching up to 128 papers with all rules.
    ``attempts``: by receiver's name and result.
    ``delays``: from a message being made to being sent.
    ``reloads``: of the config, by what became of it.
    ``workers_ended``: by why they ended.
    """

    polls: Count = field(default_factory=Count)
    new_papers: Count = field(default_factory=Count)
    matches: Count = field(default_factory=Count)
    match_seconds: Spread = field(default_factory=lambda: Spread((0.001, 0.005, 0.02, 0.1, 0.5, 2.0, 10.0)))
    attempts: Count = field(default_factory=Count)
    delays: Spread = field(default_factory=lambda: Spread((1, 5, 30, 120, 600, 3_600, 6 * 3_600, 24 * 3_600)))
    reloads: Count = field(default_factory=Count)
    workers_ended: Count = field(default_factory=Count)
