"""Measure how fast papers rose: how many upvotes each gained within a day, from the numbers that were stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class VotesThen:
    """How many upvotes a source showed of a paper at an instant."""

    at: datetime
    upvotes: int


def rise_of(counts: Sequence[VotesThen], listed: date | None) -> float:
    """Return the most upvotes that a paper gained within 24 hours, as one source showed them.

    The numbers are joined by straight lines, from 0 at the beginning of the day on which it was ``listed``; without a
    day the first number is where it begins. A number that stays is not stored anew, and sources are read once a day at
    least: so of a longer time between two numbers the last day counts. Numbers that fall count as no gain.

    Within a day, because that is how often a paper's numbers are read in the end, and readers of every time zone have
    had their hours: the pace of an hour would be chance, that of a week the number itself.
    """
    line = sorted(counts, key=lambda one: one.at)
    if not line:
        return 0.0
    for before, after in reversed(list(pairwise(line))):
        if after.at - before.at > A_DAY:
            line.insert(line.index(after), VotesThen(after.at - A_DAY, before.upvotes))
    if listed is not None:
        begin = datetime.combine(listed, time(), UTC)
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
    """Return paper id → sort key: the most upvoted and the fastest risers come in turn.

    A paper comes at the better of its two places: among the most upvoted, and among those that rose fastest. Of two at
    the same place the more upvoted one is first.
    """
    by_upvotes = sorted(upvotes, key=lambda id: (-upvotes[id], -rises.get(id, 0.0), id))
    by_rise = sorted(upvotes, key=lambda id: (-rises.get(id, 0.0), -upvotes[id], id))
    place = {id: n for n, id in enumerate(by_upvotes)}
    rose = {id: n for n, id in enumerate(by_rise)}
    return {id: (min(place[id], rose[id]), place[id]) for id in upvotes}
