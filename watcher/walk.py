"""Which pages of a source are read, in which order: from the newest back, following the days that pages name.

The walk is a generator that yields addresses and is sent what was found there, so that it decides without fetching.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from watcher.model import Fetched, Reading, Source, Unreachable, Unreadable

AGAIN_AFTER = timedelta(hours=24)
"""How old the last reading of a followed day must be before it is read again."""

MOST_PAGES = 60
"""Pages of one list that are read after its first."""


@dataclass(frozen=True, slots=True)
class KnownPage:
    """What is remembered of a page that was read before; ``is_whole`` unless its last reading was partial."""

    url: str
    day: date | None
    previous: date | None
    read_at: datetime
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Visit:
    """One page of a walk: what the server answered, and what the parser read where there was a body."""

    asked: str
    fetched: Fetched
    parsed: Reading | Unreadable | None = None

    @property
    def url(self) -> str:
        """Where the answer was found, after redirects."""
        return self.fetched.url


_LONG_AGO = datetime.min.replace(tzinfo=UTC)

Walk = Generator[str, Visit, None]


def walk(
    source: Source,
    starts: Sequence[str],
    day_url: Callable[[date], str] | None,
    known: Mapping[str, KnownPage],
    *,
    follows_numbers: bool,
    lag: timedelta = timedelta(0),
    missed: Sequence[str] = (),
    now: datetime,
) -> Walk:
    """Yield the addresses to read: of one list at least, each with its further pages, as far back as what is new may
    stand whose own time lies up to ``lag`` before it was listed; then, to their ends, the lists of what was ``missed``.

    Where there are pages of days, first the newest page and ``look_back`` digest days in all; then older days,
    ``follow`` at most, of which no page was ever read whole though newer and older ones were (an outage, a broken
    page); then, where a rule uses numbers, the followed days that were not read for a day.
    """
    oldest = now - lag - timedelta(days=source.look_back)
    visit = yield from _list(starts[0], oldest)
    for start in starts[1:]:
        if isinstance(visit.fetched, Unreachable):
            return
        yield from _list(start, oldest)
    if not isinstance(visit.fetched, Unreachable):
        for start in missed:
            yield from _list(start, _LONG_AGO)
    if day_url:
        yield from _days(visit, source, day_url, known, follows_numbers=follows_numbers, now=now)


def _list(start: str, oldest: datetime) -> Generator[str, Visit, Visit]:
    """One list, page after page, until it goes back further than ``oldest``; gives its first page."""
    first = visit = yield start
    for _ in range(MOST_PAGES):
        if not isinstance(visit.parsed, Reading) or visit.parsed.next is None or _is_past(visit.parsed, oldest):
            break
        visit = yield visit.parsed.next
    return first


def _is_past(reading: Reading, oldest: datetime) -> bool:
    """Whether all on the page is older, by the end of its digest day, else as published; what bears no time is not."""
    times = [_end_of(entry.listed) if entry.listed else entry.published for entry in reading.entries]
    return bool(times) and all(time is not None and time < oldest for time in times)


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time.max, UTC)


def _days(
    visit: Visit,
    source: Source,
    day_url: Callable[[date], str],
    known: Mapping[str, KnownPage],
    *,
    follows_numbers: bool,
    now: datetime,
) -> Walk:
    days = {page.day: page for page in known.values() if page.day}
    read = {_day_of(visit, known)}
    passed = set(read)
    previous = _goes_on(visit, None, known, days)
    for n in range(1, max(source.look_back, source.follow)):
        if previous is None or previous in passed:
            break
        passed.add(previous)
        page = days.get(previous)
        if n < source.look_back or _was_missed(previous, page, days):
            visit = yield day_url(previous)
            read |= {previous, _day_of(visit, known)}
            previous = _goes_on(visit, previous, known, days)
        else:
            previous = page.previous if page else None
    if follows_numbers:
        for day in sorted(days, reverse=True)[: source.follow]:
            if day not in read and now - days[day].read_at >= AGAIN_AFTER:
                yield day_url(day)


def _day_of(visit: Visit, known: Mapping[str, KnownPage]) -> date | None:
    if isinstance(visit.parsed, Reading):
        return visit.parsed.day
    page = known.get(visit.url)
    return page.day if page else None


def _goes_on(
    visit: Visit, asked: date | None, known: Mapping[str, KnownPage], days: Mapping[date, KnownPage]
) -> date | None:
    """The next older day: as the page says, or as it said when it was last read, or the newest older one known.

    A server that does not answer is asked no further.
    """
    if isinstance(visit.fetched, Unreachable):
        return None
    if isinstance(visit.parsed, Reading):
        return visit.parsed.previous
    page = known.get(visit.url)
    if page:
        return page.previous
    return max((day for day in days if asked is None or day < asked), default=None)


def _was_missed(day: date, page: KnownPage | None, days: Mapping[date, KnownPage]) -> bool:
    return (page is None or not page.is_whole) and min(days, default=day) < day
