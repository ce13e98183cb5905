"""Due alerts cut into messages, always between papers and never too large to send."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeVar

from watcher.model import Told

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


def messages(told: Sequence[Told]) -> list[list[Told]]:
    """What shares a message: all of one time, but for the subscriptions that want one of their own."""
    apart: dict[str, list[Told]] = {}
    together = [one for one in told if one.bundle]
    for one in told:
        if not one.bundle:
            apart.setdefault(one.subscription, []).append(one)
    return [some for some in (together, *apart.values()) if some]


def shortened(told: Sequence[Told]) -> frozenset[int]:
    """Matches that go over their subscription's ``max_papers``; those that come first are told in full."""
    counts: Counter[str] = Counter()
    over: set[int] = set()
    for one in told:
        counts[one.subscription] += 1
        if one.max_papers is not None and counts[one.subscription] > one.max_papers:
            over.add(one.match_id)
    return frozenset(over)
