"""A source's pages of digest days: which of them a look asks for, and of which something is missing for good."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from watcher.model import Fetched, Reading, Source, Unreachable, Unreadable

AGAIN_AFTER = timedelta(hours=24)
"""How old the last reading of a followed day, or of one that was given up, must be before it is read again."""

SOON = timedelta(hours=1)
"""The same for one that was given up, when the newest page is whole again."""

CATCH_UP = 60
"""Digest days, counted from the newest back, of which those that were missed are read without being asked for."""

GIVEN_UP_AFTER = timedelta(hours=25)
"""How long a page is tried that lies further back than is followed: a day, and an hour in which the operator hears of
it first."""

MOST_FAILURES = 3
"""Pages of days that fail one after the other before a look asks for no more of them."""

TOO_MANY = 429
"""The status of a server that was asked too often."""


@dataclass(frozen=True, slots=True)
class KnownPage:
    """What is remembered of a page that was asked for before.

    It ``is_whole`` unless its last reading was partial, and ``is_newest`` where it named no next day then. One that
    is not ``is_read`` never could be: it has a day, and ``is_whole`` where the site has no such page. ``read_at`` is
    when it was last asked for, ``failing_since`` since when something is missing.
    """

    url: str
    day: date | None
    previous: date | None
    read_at: datetime
    is_whole: bool
    is_newest: bool = False
    is_read: bool = True
    failing_since: datetime | None = None

    @property
    def is_done(self) -> bool:
        """Whether nothing is missing of its day: it was read whole, and not only while it was filling."""
        is_filling = self.is_read and self.is_newest and self.day is not None and self.read_at <= end_of(self.day)
        return self.is_whole and not is_filling

    @property
    def is_given_up(self) -> bool:
        """Whether it was tried for long enough, and something is missing still."""
        since = self.failing_since
        return not self.is_whole and since is not None and self.read_at - since >= GIVEN_UP_AFTER


@dataclass(frozen=True, slots=True)
class Ask:
    """An address to read. ``day`` is the digest day that it is asked for; ``is_guess`` where no page named that day:
    it lies behind one that could not be read; ``is_given_up`` where it is only asked whether it can be read by now."""

    url: str
    day: date | None = None
    is_guess: bool = False
    is_given_up: bool = False


@dataclass(frozen=True, slots=True)
class Visit:
    """One page of a walk: what the server answered, and what the parser read where there was a body."""

    asked: str
    fetched: Fetched
    parsed: Reading | Unreadable | None = None
    day: date | None = None
    is_guess: bool = False
    is_given_up: bool = False

    @property
    def url(self) -> str:
        """Where the answer was found, after redirects."""
        return self.fetched.url


@dataclass(frozen=True, slots=True)
class DaySpan:
    """Digest days, one at least, of which nobody knows whether all have a page."""

    first: date
    last: date


def end_of(day: date) -> datetime:
    """The last instant of a day in UTC."""
    return datetime.combine(day, time.max, UTC)


def the_day_before(day: date) -> date:
    """The calendar's."""
    return day - timedelta(days=1)


class DayWalk:
    """Reads pages of days, from the newest back; ``known`` are those that were asked for before, by day."""

    def __init__(
        self,
        source: Source,
        url: Callable[[date], str],
        day_before: Callable[[date], date],
        pages: Mapping[str, KnownPage],
        since: date | None,
        now: datetime,
    ) -> None:
        self._source, self._url, self._day_before, self._pages = source, url, day_before, pages
        self._since, self._now = since, now
        self._known = {page.day: page for page in sorted(pages.values(), key=lambda page: page.read_at) if page.day}
        self._begun = sorted(day for day, page in self._known.items() if page.is_read)
        self._read: set[date | None] = set()
        self._is_mended = False

    @property
    def newest(self) -> date | None:
        """The newest day of which a page was ever read."""
        return self._begun[-1] if self._begun else None

    @property
    def first(self) -> date:
        """The oldest day of which a page was ever asked for; the last day there is where there is none."""
        return min(self._known, default=date.max)

    def read(self, newest: Visit) -> Generator[Ask, Visit, bool]:
        """Read those before the ``newest`` page that are due; whether more may be asked for."""
        self._read.add(shown_day(newest, self._pages))
        is_well = isinstance(newest.parsed, Reading) and newest.parsed.whole
        self._is_mended = is_well and self.newest is not None and not self._known[self.newest].is_whole
        passed = set(self._read)
        day, is_guess = self._goes_on(newest)
        n = failures = 0
        while day is not None and day not in passed:
            n += 1
            passed.add(day)
            is_again = self._is_due_again(n, day)
            if not is_again and not self.is_due(n, day):
                if not self._is_within(n, day):
                    break
                day, is_guess = self.before(day)
                continue
            visit = yield Ask(self._url(day), day, is_guess, is_again)
            self._read |= {day, shown_day(visit, self._pages)}
            failures = failures + 1 if is_failed(visit, self._pages) else 0
            if failures == MOST_FAILURES or _asks_for_rest(visit):
                return False
            day, is_guess = self._goes_on(visit, is_looked_back=n + 1 < self._source.look_back)
        return True

    def follow(self) -> Generator[Ask, Visit, None]:
        """Read those whose numbers are followed and that were not read for a day."""
        for day in self._begun[: -self._source.follow - 1 : -1]:
            if day not in self._read and self._now - self._known[day].read_at >= AGAIN_AFTER:
                yield Ask(self._url(day), day)

    def is_done(self, day: date) -> bool:
        """Whether nothing is missing of a day."""
        page = self._known.get(day)
        return page is not None and page.is_done

    def is_due(self, n: int, day: date) -> bool:
        """Whether every look asks for the ``n``-th day before the newest."""
        page = self._known.get(day)
        if n < self._source.look_back:
            return True
        if self.is_done(day) or not self._is_within(n, day):
            return False
        if page is None or self._is_asked_for(day):
            return self._is_asked_for(day) or (bool(self._begun) and self._begun[0] < day)
        return n < max(self._source.look_back, self._source.follow) or not page.is_given_up

    def _is_due_again(self, n: int, day: date) -> bool:
        """Whether it is time to see if one can be read that was given up: after a day, or when the site's trouble is
        over."""
        page = self._known.get(day)
        if page is None or not page.is_given_up or self.is_due(n, day) or not self._is_within(n, day):
            return False
        return self._now - page.read_at >= (SOON if self._is_mended else AGAIN_AFTER)

    def before(
        self, day: date | None, said: date | None = None, *, is_wanted: bool = False
    ) -> tuple[date | None, bool]:
        """The day before one, or the newest one known: as a page ``said``, or says of itself; else the next that may
        have a page, as long as older ones were read or it ``is_wanted`` all the same. Whether that is a guess."""
        page = self._known.get(day) if day else None
        said = said or (page.previous if page else None)
        if said and (day is None or said < day):
            return said, False
        at = bisect_left(self._begun, day) if day else len(self._begun)
        older = self._begun[at - 1] if at else None
        if day is None or not (older or is_wanted or self._is_asked_for(self._day_before(day))):
            return older, False
        guess = self._day_before(day)
        return (older, False) if older and guess <= older else (guess, True)

    def _is_within(self, n: int, day: date) -> bool:
        return n < max(self._source.look_back, CATCH_UP) or self._is_asked_for(day)

    def _is_asked_for(self, day: date) -> bool:
        return self._since is not None and day >= self._since

    def _goes_on(self, visit: Visit, *, is_looked_back: bool = False) -> tuple[date | None, bool]:
        """The day before a page that was visited: as it says, or as it said when it was last read. One that failed
        hides none of those that are looked back to."""
        failed = is_failed(visit, self._pages)
        if isinstance(visit.parsed, Reading) and not failed:
            return self.before(visit.parsed.day or visit.day, visit.parsed.previous)
        if failed and visit.day:
            return self.before(visit.day, is_wanted=is_looked_back)
        page = self._pages.get(visit.url)
        return self.before(page.day, page.previous) if page else self.before(visit.day)


def shown_day(visit: Visit, known: Mapping[str, KnownPage]) -> date | None:
    """The digest day of the page that was found; None where it is not known."""
    if isinstance(visit.parsed, Reading):
        return visit.parsed.day
    page = known.get(visit.url)
    return page.day if page and page.is_read else None


def is_failed(visit: Visit, known: Mapping[str, KnownPage]) -> bool:
    """Whether a page could not be read, or the site shows that of a later day in its place."""
    if isinstance(visit.fetched, Unreachable) or isinstance(visit.parsed, Unreadable):
        return True
    shown = shown_day(visit, known)
    return visit.day is not None and shown is not None and shown > visit.day


def has_no_page(visit: Visit, known: Mapping[str, KnownPage]) -> bool:
    """Whether the site leads from the day that was asked for to an earlier one: it has no page of its own."""
    shown = shown_day(visit, known)
    return not is_failed(visit, known) and visit.day is not None and shown is not None and shown < visit.day


def unread(
    known: Mapping[str, KnownPage], source: Source, day_before: Callable[[date], date], now: datetime
) -> tuple[DaySpan, ...]:
    """The digest days of which something is missing and that not every look asks for any more, newest first."""
    days = DayWalk(source, str, day_before, known, None, now)
    spans: list[list[date]] = []
    n, day, was_missing = 0, days.newest, False
    while day is not None and day > days.first:
        n += 1
        day, _ = days.before(day)
        is_missing = day is not None and not days.is_done(day) and not days.is_due(n, day)
        if day is not None and is_missing:
            spans = [*spans[:-1], [*spans[-1], day]] if was_missing else [*spans, [day]]
        was_missing = is_missing
    return tuple(DaySpan(some[-1], some[0]) for some in spans)


def _asks_for_rest(visit: Visit) -> bool:
    return isinstance(visit.fetched, Unreachable) and (
        visit.fetched.retry_after is not None or visit.fetched.status == TOO_MANY
    )
