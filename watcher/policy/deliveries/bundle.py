"""Cut due alerts into messages: always between papers, never too large for the service."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from watcher.model import FIRST, DigestItem, DueAlert
from watcher.policy.alerts.items import is_below

T = TypeVar("T")

OVERHEAD = 0.2
"""Share of a message's limit that is left for its head, headings and foot."""

MOST_MESSAGES = 4
"""Most messages for a digest. Papers are told in short form so that they fit."""

IN_FULL = 15
"""Papers of a subscription that a message tells in full, unless its ``max_papers`` says otherwise."""

MOST_PAPERS = 200
"""Most papers in a message, whatever the service allows."""


def cut_by_size(things: Sequence[T], size_of: Callable[[T], int], limit: int) -> list[list[T]]:
    """Cut ``things`` into runs whose sizes (characters) fit ``limit``.

    A thing that is too large is a run of its own.
    """
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
    """Cut items into messages, leaving none out.

    If these are more than ``MOST_MESSAGES``, the last papers of each subscription are told in short form, so that fewer
    messages do. Otherwise a morning of thirty papers would be thirty messages to a service that takes 2,000 characters.

    ``size_of``: returns the size of an item.
    ``limit``: largest size of a message, in the same unit.
    """
    if len(items) == 1:
        return [list(items)]  # whatever its size
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
    """Return the places of items in full form: the first of each subscription, then the second of each, and so on."""
    counts: Counter[tuple[str, ...]] = Counter()
    ranked = []
    for n, item in enumerate(items):
        if item.strong and item.told_before is None and item.occasion == FIRST and not item.short:
            ranked.append((counts[item.subscriptions], n))
            counts[item.subscriptions] += 1
    return [n for _, n in sorted(ranked)]


def messages(told: Sequence[DueAlert]) -> list[list[DueAlert]]:
    """Group the alerts of one endpoint into messages.

    Subscriptions with ``bundle`` off have a message each, all others share one.

    ``told``: all alerts that the endpoint is owed now. Each list that is returned becomes one message.
    """
    apart: dict[str, list[DueAlert]] = {}
    together = [one for one in told if one.bundle]
    for one in told:
        if not one.bundle:
            apart.setdefault(one.subscription, []).append(one)
    return [some for some in (together, *apart.values()) if some]


def told_in_short(told: Sequence[DueAlert]) -> frozenset[int]:
    """Return the match ids of alerts that are told in short form.

    These are the ones after a subscription's first ``max_papers`` or ``top`` (``IN_FULL`` if it sets neither), and
    those with a score below its ``above``. Updates of papers are always told in full.
    """
    counts: Counter[str] = Counter()
    over: set[int] = set()
    for one in told:
        if one.occasion != FIRST:
            continue
        counts[one.subscription] += 1
        if is_below(one) or counts[one.subscription] > _in_full(one):
            over.add(one.match_id)
    return frozenset(over)


def _in_full(one: DueAlert) -> int:
    """Return how many papers of a match's subscription are told in full."""
    return min((most for most in (one.max_papers, one.top) if most is not None), default=IN_FULL)
