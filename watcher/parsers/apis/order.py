"""Tell whether the records of a page are in the wrong order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

SOME = 3
"""Fewest records for a conclusion: fewer may be in any order by chance."""


def runs_upwards(times: Sequence[datetime]) -> bool:
    """Return whether a page that should be newest first is oldest first.

    ``times``: of its records, in its order; fewer than ``SOME`` show nothing.
    """
    pairs = list(pairwise(times))
    rising, falling = sum(one < other for one, other in pairs), sum(one > other for one, other in pairs)
    return len(times) >= SOME and rising > falling and times[0] < times[-1]
