"""What was missed of a source while it could not be read, or was not looked at: since when, and what stays missing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from shlex import quote
from statistics import median

from watcher.model import Entry, Reading
from watcher.polls.days import DaySpan, end_of
from watcher.polls.verdict import sites_day

A_DAY = timedelta(hours=24)
"""How long a list may stand that shows one day only; and how often a source is looked at while that is not known."""

ENOUGH_LOOKS = 3
"""Looks from which on it is known how often a source is looked at."""

LAST_LOOKS = 10
"""Looks that say how often a source is looked at."""

_REMEDY = "; "
_SINCE = re.compile(r" --since (\d{4}-\d\d-\d\d)`")


@dataclass(frozen=True, slots=True)
class Gap:
    """What is missing of a source, in words that may follow its name; from which day on it can be asked for again,
    None where it cannot."""

    source: str
    what: str
    since: date | None = None

    def __str__(self) -> str:
        return f"{self.what}{_REMEDY}{self.remedy}"

    @property
    def remedy(self) -> str:
        """What an operator can do."""
        if self.since is None:
            return "look at its page, and let `watcher import` read what is missing"
        return f"`watcher once --source {quote(self.source)} --since {self.since}` reads what the site still has"

    def joined(self, before: str) -> Gap:
        """This gap and the one that reads ``before``, as one."""
        earlier = since_in(before)
        since = min(self.since, earlier) if self.since and earlier else self.since or earlier
        return replace(self, what=f"{what_of(before)}, {self.what}", since=since)


def what_of(reason: str) -> str:
    """What is missing, without what can be done about it, of a gap in words."""
    return reason.partition(_REMEDY)[0]


def since_in(reason: str) -> date | None:
    """The day from which on a gap in words can be asked for."""
    found = _SINCE.search(reason)
    return date.fromisoformat(found[1]) if found else None


def of_days(source: str, spans: Sequence[DaySpan]) -> Gap | None:
    """Digest days that were never read whole, newest first."""
    if not spans:
        return None
    several = len(spans) > 1 or spans[0].first != spans[0].last
    named = [str(one.first) if one.first == one.last else f"{one.first} to {one.last}" for one in reversed(spans)]
    what = f"the digest {'days' if several else 'day'} {_listed(named)} {'were' if several else 'was'} not read whole"
    return Gap(source, what, min(one.first for one in spans))


def of_list(source: str, last: datetime, now: datetime) -> Gap:
    """A list that shows nothing of what it showed before an outage."""
    what = f"what it listed between {_minute(last)} and {_minute(now)} UTC may be missing: it shows nothing from before"
    return Gap(source, what)


def of_announcements(source: str, days: Sequence[date], what: str = "") -> Gap:
    """Announcements that nobody can be asked for; ``what`` of them, or all."""
    named = str(days[0]) if len(days) == 1 else f"{days[0]} to {days[-1]}"
    return Gap(source, f"{f'{what} announced' if what else 'what was announced'} on {named} may be missing")


def of_longest(source: str, last: datetime, asked_since: datetime) -> Gap:
    """An outage of which only the end was asked for."""
    what = f"what was listed from {last.date()} to {asked_since.date()} was not asked for: it lies too far back"
    return Gap(source, what, last.date())


def of_cut(source: str, pages: int) -> Gap:
    """A list that is longer than is read."""
    return Gap(source, f"of a list that has more than {pages} pages the rest was not read")


def is_outage(last: datetime, looks: Sequence[datetime], every: timedelta, now: datetime) -> bool:
    """Whether more time has gone since ``last``, when all of a source could be read, than usually lies between two
    ``looks`` at it, of which the last few are given, newest first."""
    between = [after - before for after, before in pairwise(looks)]
    usual = A_DAY if len(looks) < ENOUGH_LOOKS else timedelta(seconds=median(one.total_seconds() for one in between))
    return now - last > 2 * max(every, usual)


def reaches_back(entries: Iterable[Entry], last: datetime) -> bool:
    """Whether a list shows something from before ``last``, by its day, else as published."""
    times = [end_of(entry.listed) if entry.listed else entry.published for entry in entries]
    return any(time is not None and time < last for time in times)


def missed_announcements(
    read: date, readings: Sequence[Reading], rests: Callable[[date], bool], now: datetime
) -> tuple[date, ...]:
    """The days on which something was announced that no list showed: between the last one that was ``read`` and what
    lists that show one announcement only show now.

    None while the announcement of the day is not there: what is missed is asked for when it is, or on a day of rest.
    """
    shown = [day for reading in readings for day in announced_on(reading.entries)]
    today = sites_day(now)
    if not rests(today) and min(shown, default=date.min) < today:
        return ()
    # Before the site's day begins, lists may show the next one's already.
    tomorrow = today + timedelta(days=1)
    end = tomorrow if tomorrow in shown else today
    between = (read + timedelta(days=n) for n in range(1, (end - read).days))
    return tuple(day for day in between if not rests(day))


def announced_by(last: datetime, listed: date | None) -> date:
    """The day up to which everything was announced that a look at ``last`` found; ``listed`` is the last one that it
    showed, where that is known: before the site's day begins that may be the next one's already."""
    today = sites_day(last)
    return today + timedelta(days=1) if listed is not None and listed > today else today


def announced_on(entries: Iterable[Entry]) -> set[date]:
    """The days on which papers were announced; what bears the time of its submission says nothing of that."""
    return {entry.listed for entry in entries if entry.listed and entry.published is None}


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1])] * (len(names) > 1) + list(names[-1:]))


def _minute(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"
