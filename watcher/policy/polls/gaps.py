"""Find out which papers of a source were missed during an outage, and describe the gap that stays. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from shlex import quote
from statistics import median

from watcher.model import Entry, Reading
from watcher.policy.polls.days import DaySpan, end_of
from watcher.policy.polls.verdict import sites_day

A_DAY = timedelta(hours=24)
"""How long a list that shows one day at a time may go unread before papers are missed.

It is also taken as the time between polls while there are fewer than ``ENOUGH_LOOKS``.
"""

ENOUGH_LOOKS = 3
"""Fewest polls from which the usual time between polls is estimated."""

LAST_LOOKS = 10
"""How many of the latest polls the usual time between polls is estimated from."""

MOST_NAMED = 3
"""How often one incident may say that a list shows nothing from before although no poll was left out."""

NOT_FROM_BEFORE = "it shows nothing from before"

_REMEDY = "; "
_SINCE = re.compile(r" --since (\d{4}-\d\d-\d\d)`")


@dataclass(frozen=True, slots=True)
class Gap:
    """What was missed of a source and is not read later without somebody's doing.

    ``what``: what is missing, in words that can follow the source's name.
    ``since``: the day to give ``watcher once --since``, which can still read it; None if nothing can.
    """

    source: str
    what: str
    since: date | None = None

    def __str__(self) -> str:
        return f"{self.what}{_REMEDY}{self.remedy}"

    @property
    def remedy(self) -> str:
        """What an operator can do about it, in words."""
        if self.since is None:
            return "look at its page, and let `watcher import` read what is missing"
        return f"`watcher once --source {quote(self.source)} --since {self.since}` reads what the site still has"

    def joined(self, before: str) -> Gap:
        """Return the gap that covers this and an earlier gap.

        ``before``: the earlier gap in words, as ``str`` gives it.
        """
        earlier = since_in(before)
        since = min(self.since, earlier) if self.since and earlier else self.since or earlier
        return replace(self, what=f"{what_of(before)}, {self.what}", since=since)


def what_of(reason: str) -> str:
    """Return what is missing according to the reason of a gap, without the remedy behind it.

    ``reason``: the gap in words, as ``str`` of a :class:`Gap` gives it.
    """
    return reason.partition(_REMEDY)[0]


def since_in(reason: str) -> date | None:
    """Return the day that the reason of a gap names after ``--since``, None if it names none."""
    found = _SINCE.search(reason)
    return date.fromisoformat(found[1]) if found else None


def of_days(source: str, spans: Sequence[DaySpan]) -> Gap | None:
    """Return the gap of digest days that were never read whole, None if there are none.

    ``spans``: these days, newest first.
    """
    if not spans:
        return None
    several = len(spans) > 1 or spans[0].first != spans[0].last
    named = [str(one.first) if one.first == one.last else f"{one.first} to {one.last}" for one in reversed(spans)]
    what = f"the digest {'days' if several else 'day'} {_listed(named)} {'were' if several else 'was'} not read whole"
    return Gap(source, what, min(one.first for one in spans))


def of_list(source: str, last: datetime, now: datetime) -> Gap:
    """Return the gap of a list that shows none of the papers from before an outage: papers in between may be missing.

    ``last``: the last poll that missed nothing.
    """
    what = f"what it listed between {_minute(last)} and {_minute(now)} UTC may be missing: {NOT_FROM_BEFORE}"
    return Gap(source, what)


def of_announcements(source: str, days: Sequence[date], what: str = "") -> Gap:
    """Return the gap of announcements that can no longer be read.

    ``days``: the days of these announcements, oldest first.
    ``what``: which part of them is missing, "" for all.
    """
    named = str(days[0]) if len(days) == 1 else f"{days[0]} to {days[-1]}"
    return Gap(source, f"{f'{what} announced' if what else 'what was announced'} on {named} may be missing")


def of_longest(source: str, last: datetime, asked_since: datetime) -> Gap:
    """Return the gap of an outage that was longer than lists are read back.

    ``last``: the last poll that missed nothing.
    ``asked_since``: the instant back to which the lists were read.
    """
    what = f"what was listed from {last.date()} to {asked_since.date()} was not asked for: it lies too far back"
    return Gap(source, what, last.date())


def of_cut(source: str, pages: int) -> Gap:
    """Return the gap of a list that has more pages than are read.

    ``pages``: how many were read.
    """
    return Gap(source, f"of a list that has more than {pages} pages the rest was not read")


def is_outage(last: datetime, looks: Sequence[datetime], every: timedelta, now: datetime) -> bool:
    """Return whether the source has not been read for more than twice the usual time between polls.

    The usual time is the median between the latest polls, or ``every`` if that is longer. ``A_DAY`` stands for the
    median if there are too few polls.

    ``last``: the last poll that missed nothing.
    ``looks``: times of the latest polls, newest first.
    ``every``: the configured time between polls.
    """
    between = [after - before for after, before in pairwise(looks)]
    usual = A_DAY if len(looks) < ENOUGH_LOOKS else timedelta(seconds=median(one.total_seconds() for one in between))
    return now - last > 2 * max(every, usual)


def goes_back(
    entries: Sequence[Entry], is_known: Sequence[bool], last: datetime | None = None, *, looked: datetime | None = None
) -> bool:
    """Return whether a list of the newest papers reaches back to what it showed at ``last``: nothing was missed.

    It does if its oldest entry was known or is from before ``last``; or most entries, or two of the last three. A few
    known papers among newer ones prove nothing, since they may be pinned or issued again. An empty list reaches back to
    anything.

    ``is_known``: for each entry, whether the source had listed its paper by then.
    ``last``: None to go by ``is_known`` alone.
    ``looked``: the last look at the list. A known paper with a later date was issued again, wherever it stands.
    """
    times = [end_of(entry.listed) if entry.listed else entry.published for entry in entries]
    old = [known or bool(time and last and time < last) for known, time in zip(is_known, times, strict=True)]
    again = _issued_again(entries, looked)
    if _is_oldest_first(times):
        old.reverse()
        again.reverse()
    proof = [one and not issued for one, issued in zip(old, again, strict=True)]
    return not old or proof[-1] or sum(proof[-3:]) > 1 or 2 * sum(old) > len(old)


def _issued_again(entries: Sequence[Entry], looked: datetime | None) -> list[bool]:
    """Return for each entry whether its date is later than ``looked``, by more than zones of time explain.

    Never so on a list that gives all its papers one date, that of its making.
    """
    dates = [entry.published for entry in entries]
    if looked is None or len({date for date in dates if date}) < 2:
        return [False] * len(dates)
    return [date is not None and date > looked + A_DAY for date in dates]


def _is_oldest_first(times: Sequence[datetime | None]) -> bool:
    pairs = [(one, other) for one, other in pairwise(times) if one and other]
    rising, falling = sum(one < other for one, other in pairs), sum(one > other for one, other in pairs)
    return rising > max(falling, 1)  # one alone is a paper that is pinned


def unchanged_since(first_seen: Sequence[datetime], last: datetime) -> datetime | None:
    """Return the instant from which papers may have come and gone unseen on a list that shows only new papers.

    That is ``last``, or an earlier instant if the list had not changed for long before: then it was old already when it
    was read, and the time counts from when its newest paper but one was first seen. Return None if fewer than
    ``ENOUGH_LOOKS`` different times are given: such a list shows other papers at every poll.

    ``first_seen``: when each of the papers that it showed last was first seen.
    ``last``: the last poll that missed nothing.
    """
    times = sorted(set(first_seen))
    if len(times) < ENOUGH_LOOKS:
        return None
    usual = (times[-1] - times[0]) / (len(times) - 1)
    return times[-2] if last - times[-1] > max(2 * usual, A_DAY) else last


def missed_announcements(
    read: date, readings: Sequence[Reading], rests: Callable[[date], bool], now: datetime
) -> tuple[date, ...]:
    """Return the days with missed announcements, for lists of a single announcement.

    These are the days between ``read`` and the announcement shown now, without days on which the site rests. Empty
    while today's announcement is not there yet: a later poll, which sees it, asks for the days then.

    ``read``: day of the last announcement that was read.
    ``rests``: returns whether the site announces nothing on a day.
    """
    shown = [day for reading in readings for day in announced_on(reading.entries)]
    today = sites_day(now)
    if not rests(today) and min(shown, default=date.min) < today:
        return ()
    # Before the site's day begins, its lists may already show the next day.
    tomorrow = today + timedelta(days=1)
    end = tomorrow if tomorrow in shown else today
    between = (read + timedelta(days=n) for n in range(1, (end - read).days))
    return tuple(day for day in between if not rests(day))


def announced_by(last: datetime, listed: date | None) -> date:
    """Return the last day whose announcement was read by a poll at ``last``.

    ``listed``: the newest digest day that the poll saw, None if unknown. Shortly before the site's day begins it may be
        the next day.
    """
    today = sites_day(last)
    return today + timedelta(days=1) if listed is not None and listed > today else today


def announced_on(entries: Iterable[Entry]) -> set[date]:
    """Return the days on which entries were announced. Entries with a publication time of their own are left out."""
    return {entry.listed for entry in entries if entry.listed and entry.published is None}


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1])] * (len(names) > 1) + list(names[-1:]))


def _minute(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"
