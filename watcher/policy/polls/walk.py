"""Decide which pages of a source a poll reads, and in which order.

The walk is a generator. It yields each address to read, and is sent the visit that came of it; so it needs no network.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from watcher.model import Reading, Source, Unreachable
from watcher.policy.polls.days import Ask, DayWalk, KnownPage, Visit, end_of, the_day_before
from watcher.policy.polls.paging import ListPages

MOST_PAGES = 60
"""Most pages of a list that are read after its first one."""

LONGEST = timedelta(weeks=12)
"""How far back lists are read for missed papers. (Pages of digest days have a limit of their own, ``CATCH_UP``.)"""

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass
class Walked:
    """How a walk ended.

    ``is_cut``: a list had more than ``MOST_PAGES`` further pages, and the rest was not read.
    ``odd``: the visits after which a list could not be followed any further, each with the reason.
    """

    is_cut: bool = False
    odd: list[tuple[Visit, str]] = field(default_factory=list)


Walk = Generator[Ask, Visit, Walked]
MissedUrls = Callable[[Sequence[Visit]], Sequence[str]]
"""Given the visits of the lists' first pages, return the addresses of lists that hold missed papers."""


@dataclass
class _Lists:
    """Reads lists page by page until a page is older than ``oldest``."""

    oldest: datetime
    is_passing: bool
    walked: Walked = field(default_factory=Walked)

    def read(self, start: str) -> Generator[Ask, Visit, Sequence[Visit]]:
        """Yield the pages of the list that begins at ``start``; return their visits."""
        visits, pages = [(yield Ask(start))], ListPages()
        while (following := self._following(visits[-1], pages)) is not None:
            if len(visits) > MOST_PAGES:
                self.walked.is_cut = True
                break
            visits.append((yield Ask(following, name=self._name(start, len(visits)))))
        if isinstance(visits[0].parsed, Reading) and visits[0].parsed.parts:
            visits += yield from self._parts(start, visits[0].parsed.parts)
        return visits

    def _parts(self, start: str, parts: Sequence[str]) -> Generator[Ask, Visit, Sequence[Visit]]:
        """Yield the pages with the papers counted at ``start``, until a page does not answer."""
        visits: list[Visit] = []
        for n, part in enumerate(parts):
            if n > MOST_PAGES:
                self.walked.is_cut = True
                break
            visits.append((yield Ask(part, name=part_name(start, n))))
            if not _answers(visits[-1]):
                break
        return visits

    def _name(self, start: str, n: int) -> str:
        """Return the name under which the ``n``-th page after the first is remembered, "" for its address."""
        return part_name(start, n) if self.is_passing else ""

    def _following(self, visit: Visit, pages: ListPages) -> str | None:
        """Return the address of the page after a visit, None if no further one is read."""
        if not isinstance(visit.parsed, Reading):
            return None
        if reason := pages.oddity(visit.parsed):
            self.walked.odd.append((visit, reason))
            return None
        return None if pages.is_over or _is_past(visit.parsed, self.oldest) else visit.parsed.next


def walk(
    source: Source,
    starts: Sequence[str],
    day_url: Callable[[date], str] | None,
    known: Mapping[str, KnownPage],
    *,
    follows_numbers: bool,
    is_passing: bool = False,
    lag: timedelta = timedelta(0),
    missed: MissedUrls = lambda firsts: (),
    day_before: Callable[[date], date] = the_day_before,
    last: datetime | None = None,
    since: date | None = None,
    now: datetime,
) -> Walk:
    """Yield the addresses that a poll reads, in this order; return how the walk ended.

    1. Every list in ``starts``, page by page, back to ``oldest - lag``; if one does not answer, the other lists are
        skipped. Of a page that only counts papers, the pages that show them.
    2. Every list in ``missed(first visits)``, to its last page; only if all lists in ``starts`` answered.
    3. If the source has a page for each digest day (``day_url``): the ``look_back`` newest days, then up to
        ``CATCH_UP`` older days that were never read whole. Nothing if the first list was unreachable.
    4. If a rule uses numbers (``follows_numbers``): the days within ``source.follow`` that were not read for 24 h.

    ``oldest`` is the look-back, or ``last`` (the last poll that read everything) if that is earlier, at most
    ``LONGEST`` ago.

    ``known``: remembered pages, by address.
    ``is_passing``: the addresses of further pages are good once: those pages are known by their place in the list.
    ``lag``: how long after its own date a paper may still appear on a list.
    ``day_before``: returns the day before a day that may have a page.
    ``since``: a day that the walk goes back to in any case, None for no such day.
    """
    lists = _Lists(_oldest(source, last, since, now) - lag, is_passing)
    firsts = yield from _read_lists(lists, starts, missed)
    if day_url and not isinstance(firsts[0].fetched, Unreachable):
        days = DayWalk(source, day_url, day_before, known, since, now)
        may_go_on = yield from days.read(firsts[0])
        if follows_numbers and may_go_on:
            yield from days.follow()
    return lists.walked


def _read_lists(lists: _Lists, starts: Sequence[str], missed: MissedUrls) -> Generator[Ask, Visit, list[Visit]]:
    """Yield the pages of the source's lists, then of lists with missed papers; return the first visit of each list."""
    firsts = []
    for start in starts:
        visits = yield from lists.read(start)
        firsts.append(visits[0])
        if not _answers(visits[0]):
            return firsts
    lists.oldest = _LONG_AGO
    for start in missed(firsts):
        visits = yield from lists.read(start)
        if not _answers(visits[-1]):
            break
    return firsts


def part_name(start: str, n: int) -> str:
    """Return a lasting name of the ``n``-th page of a list (from 0), for pages whose address works only once.

    ``start``: address of the list's first page.
    """
    return f"{start}#{n + 1}" if n else start


def _oldest(source: Source, last: datetime | None, since: date | None, now: datetime) -> datetime:
    """Return the instant back to which lists are read."""
    oldest = now - timedelta(days=source.look_back)
    if last is not None:
        oldest = min(oldest, max(last, now - LONGEST))
    return min(oldest, datetime.combine(since, time(), UTC)) if since else oldest


def _is_past(reading: Reading, oldest: datetime) -> bool:
    """Return whether a page is older than ``oldest``: by how far back it says that it goes, else in every entry.

    An entry's time is the end of its digest day, else its publication. One without any date does not count as older. An
    empty page is not past.
    """
    if reading.reaches is not None:
        return reading.reaches < oldest
    times = [end_of(entry.listed) if entry.listed else entry.published for entry in reading.entries]
    return bool(times) and all(time is not None and time < oldest for time in times)


def _answers(visit: Visit) -> bool:
    """Return whether the server may be asked for another list: it answered, or said that the page does not exist."""
    return not isinstance(visit.fetched, Unreachable) or visit.fetched.is_gone
