"""Due alerts cut into messages, always between papers and never too large to send."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from watcher.model import FIRST, DigestItem, DueAlert

T = TypeVar("T")

OVERHEAD = 0.2
"""The part of a message's limit that its head, headings and foot may take."""

MOST_MESSAGES = 4
"""More messages than this for one digest are no pleasure: what is told in full is cut down until they are enough."""

MOST_PAPERS = 200
"""More than this is read by nobody in one message, whatever the service allows."""


def cut_by_size(things: Sequence[T], size_of: Callable[[T], int], limit: int) -> list[list[T]]:
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


def items_by_message(
    items: Sequence[DigestItem], size_of: Callable[[DigestItem], int], limit: int
) -> list[list[DigestItem]]:
    """Items cut into messages, none left out; where they would be too many, each subscription's last go in short form.

    A service that takes 2,000 characters at a time would else get a morning of thirty papers as thirty messages.
    """
    sizes: dict[tuple[int, bool], int] = {}

    def size(item: DigestItem) -> int:
        key = (item.paper.id, item.short)
        if key not in sizes:
            sizes[key] = size_of(item)
        return sizes[key]

    order = _best_first(items)

    def runs(in_full: int) -> list[list[DigestItem]]:
        short = set(order[in_full:])
        return cut_by_size(
            [replace(one, short=True) if n in short else one for n, one in enumerate(items)], size, limit
        )

    low, high = 0, len(order)
    whole = runs(high)
    if len(whole) <= MOST_MESSAGES:
        return whole
    most = max(MOST_MESSAGES, len(runs(0)) + 1)
    if len(whole) <= most:
        return whole
    while high - low > 1:  # ``low`` fits, ``high`` does not
        middle = (low + high) // 2
        low, high = (middle, high) if len(runs(middle)) <= most else (low, middle)
    return runs(low)


def _best_first(items: Sequence[DigestItem]) -> list[int]:
    """Where the papers in full form stand: the first of each subscription, then the second of each, and so on."""
    counts: Counter[tuple[str, ...]] = Counter()
    ranked = []
    for n, item in enumerate(items):
        if item.strong and item.told_before is None and item.occasion == FIRST and not item.short:
            ranked.append((counts[item.subscriptions], n))
            counts[item.subscriptions] += 1
    return [n for _, n in sorted(ranked)]


def messages(told: Sequence[DueAlert]) -> list[list[DueAlert]]:
    """What shares a message: all of one time, but for the subscriptions that want one of their own."""
    apart: dict[str, list[DueAlert]] = {}
    together = [one for one in told if one.bundle]
    for one in told:
        if not one.bundle:
            apart.setdefault(one.subscription, []).append(one)
    return [some for some in (together, *apart.values()) if some]


def told_in_short(told: Sequence[DueAlert]) -> frozenset[int]:
    """Matches that go over their subscription's ``max_papers``; those that come first are told in full."""
    counts: Counter[str] = Counter()
    over: set[int] = set()
    for one in told:
        counts[one.subscription] += 1
        if one.max_papers is not None and counts[one.subscription] > one.max_papers:
            over.add(one.match_id)
    return frozenset(over)
