"""Due alerts cut into messages, always between papers and never too large to send."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")

OVERHEAD = 0.2
"""The part of a message's limit that its head, headings and foot may take."""

MOST_PAPERS = 200
"""More than this is read by nobody in one message, whatever the service allows."""


def cut(things: Sequence[T], size_of: Callable[[T], int], limit: int) -> list[list[T]]:
    """Cut ``things`` into runs whose sizes (characters) fit ``limit``; one thing too large stands alone."""
    room = int(limit * (1 - OVERHEAD))
    runs: list[list[T]] = []
    used = 0
    for thing in things:
        size = size_of(thing)
        if not runs or used + size > room or len(runs[-1]) >= MOST_PAPERS:
            runs.append([])
            used = 0
        runs[-1].append(thing)
        used += size
    return runs
