"""Which pages of a source are read, in which order: its lists, what these do not show any more, its days.

The walk is a generator that yields what to ask for and is sent what was found there, so that it decides without
fetching.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from watcher.model import Reading, Source, Unreachable
from watcher.polls.days import Ask, DayWalk, KnownPage, Visit, end_of, the_day_before

MOST_PAGES = 60
"""Pages of one list that are read after its first."""

LONGEST = timedelta(weeks=12)
"""How far back what was missed is read where there are no pages of days: as long as 60 weekdays take."""

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass
class Walked:
    """What a walk that has ended was like; ``is_cut`` where a list has more pages than are read."""

    is_cut: bool = False


Walk = Generator[Ask, Visit, Walked]
MissedUrls = Callable[[Sequence[Visit]], Sequence[str]]
"""From the lists' first pages to the lists of what these do not show any more."""


@dataclass
class _Lists:
    """Reads lists, each page after page until it goes back further than ``oldest``."""

    oldest: datetime
    walked: Walked = field(default_factory=Walked)

    def read(self, start: str) -> Generator[Ask, Visit, Sequence[Visit]]:
        """All pages of one list that count."""
        visits = [(yield Ask(start))]
        while (following := self._following(visits[-1])) is not None:
            if len(visits) > MOST_PAGES:
                self.walked.is_cut = True
                break
            visits.append((yield Ask(following)))
        return visits

    def _following(self, visit: Visit) -> str | None:
        if not isinstance(visit.parsed, Reading) or _is_past(visit.parsed, self.oldest):
            return None
        return visit.parsed.next


def walk(
    source: Source,
    starts: Sequence[str],
    day_url: Callable[[date], str] | None,
    known: Mapping[str, KnownPage],
    *,
    follows_numbers: bool,
    lag: timedelta = timedelta(0),
    missed: MissedUrls = lambda firsts: (),
    day_before: Callable[[date], date] = the_day_before,
    last: datetime | None = None,
    since: date | None = None,
    now: datetime,
) -> Walk:
    """Yield what to read: of one list at least, each with its further pages, as far back as what is new may stand
    whose own time lies up to ``lag`` before it was listed; then, to their ends, the lists of what was ``missed``.

    New is what may have come since ``last``, when all that was there could be read, or in the look-back. Where there
    are pages of days, first the newest page and ``look_back`` digest days in all; then those older ones, ``CATCH_UP``
    at most, of which no page was ever read whole though older ones were (an outage, a broken page); then, where a rule
    uses numbers, the followed days that were not read for a day. ``since`` is a day that is gone back to all the same.
    """
    lists = _Lists(_oldest(source, last, since, now) - lag)
    firsts = []
    for start in starts:
        visits = yield from lists.read(start)
        firsts.append(visits[0])
        if not _answers(visits[0]):
            break
    else:
        lists.oldest = _LONG_AGO
        for start in missed(firsts):
            visits = yield from lists.read(start)
            if not _answers(visits[-1]):
                break
    if day_url and not isinstance(firsts[0].fetched, Unreachable):
        days = DayWalk(source, day_url, day_before, known, since, now)
        may_go_on = yield from days.read(firsts[0])
        if follows_numbers and may_go_on:
            yield from days.follow()
    return lists.walked


def _oldest(source: Source, last: datetime | None, since: date | None, now: datetime) -> datetime:
    """How far back lists are read."""
    oldest = now - timedelta(days=source.look_back)
    if last is not None:
        oldest = min(oldest, max(last, now - LONGEST))
    return min(oldest, datetime.combine(since, time(), UTC)) if since else oldest


def _is_past(reading: Reading, oldest: datetime) -> bool:
    """Whether all on the page is older, by the end of its digest day, else as published; what bears no time is not."""
    times = [end_of(entry.listed) if entry.listed else entry.published for entry in reading.entries]
    return bool(times) and all(time is not None and time < oldest for time in times)


def _answers(visit: Visit) -> bool:
    """Whether it is worth asking the server for another list."""
    return not isinstance(visit.fetched, Unreachable) or visit.fetched.is_gone
