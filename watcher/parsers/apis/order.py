"""Tell in which order the records of a page stand, and how far back they go."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

SOME = 3
"""Fewest records whose order is more than chance."""


def runs_upwards(times: Sequence[datetime]) -> bool:
    """Return whether a page that should show its newest first shows its oldest first: three times at least, rising."""
    pairs = list(pairwise(times))
    rising, falling = sum(one < other for one, other in pairs), sum(one > other for one, other in pairs)
    return len(times) >= SOME and rising > falling and times[0] < times[-1]
