"""Measure how fast papers rose: how many upvotes each gained within a day, from the numbers that were stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

A_DAY = timedelta(days=1)
EARLIEST = datetime.min.replace(tzinfo=UTC) + A_DAY
"""Before it no instant has a day; sites give papers such days as 1 January of the year 1."""


@dataclass(frozen=True, slots=True)
class VotesThen:
    """The upvotes that a source showed of a paper at an instant."""

    at: datetime
    upvotes: int


def rise_of(counts: Sequence[VotesThen], listed: date | None) -> float:
    """Return the most upvotes that a paper gained within 24 hours, as one source showed them.

    Between two stored numbers the count is taken to grow evenly. It begins with 0 at the start of the day ``listed``,
    or with the first number if the day is None. A number is stored only when it changes, and sources are read at least
    once a day. Therefore a gain between numbers that are more than a day apart is taken to fall into the last 24 hours
    before the later one. Falling numbers count as no gain.

    The span is a day since that is how often the numbers of older papers are read. It also gives readers of every time
    zone their hours. The gain of one hour would be chance, that of a week hardly less than the number itself.
    """
    line = sorted(counts, key=lambda one: one.at)
    if not line:
        return 0.0
    for before, after in reversed(list(pairwise(line))):
        if after.at - before.at > A_DAY:
            line.insert(line.index(after), VotesThen(after.at - A_DAY, before.upvotes))
    if listed is not None:
        begin = max(datetime.combine(listed, time(), UTC), EARLIEST)
        line.insert(0, VotesThen(min(begin, line[0].at - timedelta(minutes=1)), 0))
    # The gain within a day is largest where a number was read at one end of it.
    ends = {one.at for one in line} | {one.at + A_DAY for one in line}
    return max(0.0, *(_votes_at(line, end) - _least_within(line, end - A_DAY, end) for end in ends))


def _least_within(line: Sequence[VotesThen], begin: datetime, end: datetime) -> float:
    """Return the smallest number between two instants."""
    return min(_votes_at(line, begin), *(one.upvotes for one in line if begin <= one.at <= end), _votes_at(line, end))


def _votes_at(line: Sequence[VotesThen], at: datetime) -> float:
    """Return the number at an instant: the first before all that is known, the last after it."""
    if at <= line[0].at:
        return line[0].upvotes
    for before, after in pairwise(line):
        if at <= after.at:
            share = (at - before.at) / (after.at - before.at)
            return before.upvotes + share * (after.upvotes - before.upvotes)
    return line[-1].upvotes


def rising_places(upvotes: Mapping[int, int], rises: Mapping[int, float]) -> dict[int, tuple[int, int]]:
    """Return paper id → sort key, smallest first, so that much upvoted papers and fast risers take turns.

    A paper is ranked by its upvotes and by its rise, and the better place counts. Of two papers at the same place, the
    one with more upvotes comes first.

    ``upvotes``: paper id → upvotes.
    ``rises``: paper id → upvotes gained within a day.
    """
    by_upvotes = sorted(upvotes, key=lambda id: (-upvotes[id], -rises.get(id, 0.0), id))
    by_rise = sorted(upvotes, key=lambda id: (-rises.get(id, 0.0), -upvotes[id], id))
    place = {id: n for n, id in enumerate(by_upvotes)}
    rose = {id: n for n, id in enumerate(by_rise)}
    return {id: (min(place[id], rose[id]), place[id]) for id in upvotes}
