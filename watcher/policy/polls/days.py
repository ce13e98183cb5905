"""Decide which pages of digest days a poll reads, and which days stay missing. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from watcher.model import Fetched, Reading, Source, Unreachable, Unreadable

AGAIN_AFTER = timedelta(hours=24)
"""How long after its last reading the page of a followed day, or of a day that was given up, is read again."""

SOON = timedelta(hours=1)
"""Used in place of ``AGAIN_AFTER`` for days that were given up, once the newest page is whole again."""

CATCH_UP = 60
"""How many digest days, counted back from the newest, are searched for missed days without being asked to."""

GIVEN_UP_AFTER = timedelta(hours=25)
"""How long a failing page outside ``follow`` is tried before it is given up.

It is one hour longer than a day, so that the operator hears of it first.
"""

LATELY = 3
"""How many of the newest digest days show whether the site has just been in trouble."""

MOST_FAILURES = 3
"""Failures in a row after which a poll stops asking for pages of days."""

TOO_MANY = 429
"""HTTP status of a server that was asked too often."""


@dataclass(frozen=True, slots=True)
class KnownPage:
    """What is remembered of a page that was asked for before.

    ``day``: its digest day, None for pages without one.
    ``previous``: the digest day before, as the page named it.
    ``read_at``: when it was last asked for.
    ``is_whole``: its last reading was not partial. If ``is_read`` is False: the site has no page for the day.
    ``is_newest``: it named no next day when it was last read.
    ``is_read``: it was read at least once.
    ``failing_since``: since when something of it has been missing, None if nothing is.
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
        """Whether nothing of its day is missing.

        That is if it was read whole after its day was over, or if the site has no such page.
        """
        is_filling = self.is_read and self.is_newest and self.day is not None and self.read_at <= end_of(self.day)
        return self.is_whole and not is_filling

    @property
    def is_doubtful(self) -> bool:
        """Whether it showed too few papers for so long that these were accepted as complete."""
        return self.is_read and self.is_whole and self.failing_since is not None

    @property
    def is_given_up(self) -> bool:
        """Whether something is still missing after ``GIVEN_UP_AFTER``."""
        since = self.failing_since
        return not self.is_whole and since is not None and self.read_at - since >= GIVEN_UP_AFTER


@dataclass(frozen=True, slots=True)
class Ask:
    """An address that the walk wants read.

    ``day``: the digest day that it is asked for, None for a list.
    ``is_guess``: no page named this day. It is the calendar's day before another one, and may have no page.
    ``is_given_up``: the day was given up; this only tests whether it can be read by now.
    ``name``: the name under which the page is remembered if its address changes at every poll, "" for the address.
    """

    url: str
    day: date | None = None
    is_guess: bool = False
    is_given_up: bool = False
    name: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """A page of a walk: the address asked for, the answer, and the reading of it.

    ``parsed``: None where there was no body.
    ``day`` / ``is_guess`` / ``is_given_up`` / ``name``: as in the :class:`Ask` that it answers.
    ``odd``: why its list could not be followed any further, "" if it could.
    """

    asked: str
    fetched: Fetched
    parsed: Reading | Unreadable | None = None
    day: date | None = None
    is_guess: bool = False
    is_given_up: bool = False
    name: str = ""
    odd: str = ""

    @property
    def url(self) -> str:
        """The address of the answer, after redirects."""
        return self.fetched.url


@dataclass(frozen=True, slots=True)
class DaySpan:
    """A span of digest days, both ends included. Some days within it may have no page."""

    first: date
    last: date


def end_of(day: date) -> datetime:
    """Return the last instant of a day in UTC."""
    return datetime.combine(day, time.max, UTC)


def the_day_before(day: date) -> date:
    """Return the calendar day before ``day``."""
    return day - timedelta(days=1)


class DayWalk:
    """Chooses which pages of digest days to read, from the newest back.

    ``url``: returns the address of a day's page.
    ``day_before``: returns the day before a day that may have a page.
    ``pages``: remembered pages, by address.
    ``since``: read back to this day however far it lies, None for no such day.
    """

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
        self._is_mended = self._is_filled = False

    @property
    def newest(self) -> date | None:
        """The newest day whose page was ever read, None if none was."""
        return self._begun[-1] if self._begun else None

    @property
    def first(self) -> date:
        """The oldest day whose page was ever asked for, ``date.max`` if none was."""
        return min(self._known, default=date.max)

    def read(self, newest: Visit) -> Generator[Ask, Visit, bool]:
        """Yield the days before the ``newest`` page that are to be read; return whether the site may be asked for more.

        It may not after ``MOST_FAILURES`` failures in a row, nor after it has asked to be left alone.
        """
        self._read.add(shown_day(newest, self._pages))
        found = newest.parsed if isinstance(newest.parsed, Reading) and newest.parsed.whole else None
        self._is_mended = bool(found and self.newest is not None and not self._known[self.newest].is_whole)
        self._is_filled = bool(found and found.entries and any(map(self._is_failing, self._begun[-LATELY:])))
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
        """Yield those of the ``follow`` newest days that were read before, but not within ``AGAIN_AFTER``."""
        for day in self._begun[: -self._source.follow - 1 : -1]:
            if day not in self._read and self._now - self._known[day].read_at >= AGAIN_AFTER:
                yield Ask(self._url(day), day)

    def is_done(self, day: date) -> bool:
        """Return whether nothing of a day is missing."""
        page = self._known.get(day)
        return page is not None and page.is_done

    def is_due(self, n: int, day: date) -> bool:
        """Return whether a poll reads ``day``, the ``n``-th before the newest (0 is the newest).

        - Days in the look-back are always read.
        - Older days within ``CATCH_UP`` are read while something of them is missing. A day that was never asked for
          counts as missing if an older day was read.
        - Doubtful days (``is_doubtful``) are read only if ``since`` asks for them.
        - Days that were given up (``is_given_up``) are read only within ``follow``, or if ``since`` asks for them.
        """
        page = self._known.get(day)
        if n < self._source.look_back or (page is not None and page.is_doubtful and self._is_asked_for(day)):
            return True
        if self.is_done(day) or not self._is_within(n, day):
            return False
        if page is None or self._is_asked_for(day):
            return self._is_asked_for(day) or (bool(self._begun) and self._begun[0] < day)
        return n < max(self._source.look_back, self._source.follow) or not page.is_given_up

    def _is_due_again(self, n: int, day: date) -> bool:
        """Return whether to look now at a day again: a given-up one may be readable, a doubtful one may show more.

        That is after ``AGAIN_AFTER``, or after ``SOON`` once the newest page is whole again; for doubtful days within
        ``follow`` only, unless the newest page has papers again after days without.
        """
        page = self._known.get(day)
        if page is None or self.is_due(n, day) or not self._is_within(n, day):
            return False
        if not page.is_given_up and not (page.is_doubtful and (self._is_filled or n < self._source.follow)):
            return False
        return self._now - page.read_at >= (SOON if self._is_mended else AGAIN_AFTER)

    def before(
        self, day: date | None, said: date | None = None, *, is_wanted: bool = False
    ) -> tuple[date | None, bool]:
        """Return the day before ``day``, None for no day, and whether it is a guess.

        The first of these that there is: the day that a page named, the calendar's day before (a guess), the next older
        day that was read. A guess is made only if an older day was read and the guess is newer, or if it is wanted.

        ``day``: None for the day after the newest known one.
        ``said``: the day before, as the page of ``day`` names it; None to go by what is remembered.
        ``is_wanted``: guess even if no older day was read.
        """
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

    def _is_failing(self, day: date) -> bool:
        return self._known[day].failing_since is not None

    def _is_within(self, n: int, day: date) -> bool:
        return n < max(self._source.look_back, CATCH_UP) or self._is_asked_for(day)

    def _is_asked_for(self, day: date) -> bool:
        return self._since is not None and day >= self._since

    def _goes_on(self, visit: Visit, *, is_looked_back: bool = False) -> tuple[date | None, bool]:
        """Return the day before a visited page, and whether that is a guess.

        Uses what the page says, or what it said when it was last read. Behind a failed page of the look-back a day is
        guessed.
        """
        failed = is_failed(visit, self._pages)
        if isinstance(visit.parsed, Reading) and not failed:
            return self.before(visit.parsed.day or visit.day, visit.parsed.previous)
        if failed and visit.day:
            return self.before(visit.day, is_wanted=is_looked_back)
        page = self._pages.get(visit.url)
        return self.before(page.day, page.previous) if page else self.before(visit.day)


def shown_day(visit: Visit, known: Mapping[str, KnownPage]) -> date | None:
    """Return the digest day of the page that the site answered with, None if it is not known."""
    if isinstance(visit.parsed, Reading):
        return visit.parsed.day
    page = known.get(visit.url)
    return page.day if page and page.is_read else None


def is_failed(visit: Visit, known: Mapping[str, KnownPage]) -> bool:
    """Return whether a page could not be fetched or read, or the site answered with the page of a later day."""
    if isinstance(visit.fetched, Unreachable) or isinstance(visit.parsed, Unreadable):
        return True
    shown = shown_day(visit, known)
    return visit.day is not None and shown is not None and shown > visit.day


def has_no_page(visit: Visit, known: Mapping[str, KnownPage]) -> bool:
    """Return whether the asked day has no page of its own: the site answered with the page of an earlier day."""
    shown = shown_day(visit, known)
    return not is_failed(visit, known) and visit.day is not None and shown is not None and shown < visit.day


def unread(
    known: Mapping[str, KnownPage], source: Source, day_before: Callable[[date], date], now: datetime
) -> tuple[DaySpan, ...]:
    """Return the digest days with missing papers that no further poll reads, as spans, newest first.

    ``known``: remembered pages, by address.
    ``day_before``: returns the day before a day that may have a page.
    """
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
