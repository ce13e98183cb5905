"""What a parser is: one value per kind of source."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar
from zlib import crc32

from watcher.model import Reading, Source, Unreadable
from watcher.model.fields import BY_RULE

NOT_READ_BY = ("name", "every", "is_auto", "robots", "look_back", "follow", "url")
"""What changes nothing about how a body is read."""

_Time = TypeVar("_Time", date, datetime)


@dataclass(frozen=True, slots=True)
class Mistake:
    """Why a source cannot be read as it is configured: the key, what is wrong with it and what to write instead."""

    key: str
    what: str
    hint: str = ""


def _everything(source: Source) -> frozenset[str]:
    return frozenset(BY_RULE)


def _never(source: Source) -> bool:
    return False


def _no_mistakes(source: Source) -> Iterable[Mistake]:
    return ()


def in_spans(first: _Time, last: _Time, length: timedelta) -> Iterator[tuple[_Time, _Time]]:
    """From ``first`` to ``last`` in spans of that length at most, each beginning where the one before it ends."""
    while first + length < last:
        yield first, first + length
        first += length
    yield first, last


@dataclass(frozen=True, slots=True)
class Finding:
    """What one selector of a source finds on a page: elements, the items that have any, and else what is near."""

    key: str
    selector: str
    elements: int
    items: int
    near: tuple[str, ...] = ()


def _finds_nothing(body: bytes, source: Source) -> tuple[Finding, ...]:
    return ()


def _every_day(source: Source, day: date) -> bool:
    return False


def _no_days(source: Source) -> None:
    return None


def _the_day_before(day: date) -> date:
    return day - timedelta(days=1)


def _never_behind(source: Source, reading: Reading, before: Collection[str], day: date) -> str:
    return ""


def _has_no_name(source: Source, url: str) -> str:
    return ""


def _finds_all(source: Source) -> str:
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parser:
    """How one kind of source is addressed and read; no IO.

    ``version`` is raised whenever ``parse`` reads more than before, so that pages are fetched anew. ``takes`` are the
    config keys of this kind alone. ``check`` finds what is wrong with a source of this kind. ``starts`` gives the
    addresses that are read at every look, on a day in UTC, each the first page of a list; ``day_url`` how a digest
    day's is made, where the source has pages of days. ``is_for_programs`` says whether what is read is offered to
    programs (a feed, an API): robots.txt, which is for those who wander over pages, is not asked then. ``parse``
    takes a body, the address where it was found ("" where that is not known) and the source, and never raises.
    ``rests`` says on which days, as :func:`watcher.polls.verdict.sites_day` counts them, nothing is expected of a list
    without digest days, whatever it showed before. ``find`` shows what selectors find, for kinds that have them.
    ``tells`` are the fields, by their names in rules, that a source of this kind can tell of a paper, beside its id.
    ``lag`` is how long after its own time a paper may be listed.
    ``missed`` gives the addresses of what was listed between two instants and is no longer on the lists, for kinds that
    can tell; ``unfound`` says what is not found there, "" for nothing. ``asks_back`` says whether anything can be asked
    for that was listed on a day long past; ``day_before`` which is the next day before one that may have a page.
    ``announces`` says whether lists show one announcement only, of a day on which the source does not rest;
    ``behind`` why a list, on a day on which there is one, shows an earlier one instead, given the keys of the papers
    that were listed before that day; "" where it does not. ``called`` names the list at an address among several.
    """

    kind: str
    version: int
    takes: frozenset[str] = frozenset()
    check: Callable[[Source], Iterable[Mistake]] = _no_mistakes
    starts: Callable[[Source, date], tuple[str, ...]]
    day_url: Callable[[Source], Callable[[date], str] | None] = _no_days
    is_for_programs: Callable[[Source], bool] = _never
    lag: timedelta = timedelta(0)
    missed: Callable[[Source, datetime, datetime], tuple[str, ...]] | None = None
    unfound: Callable[[Source], str] = _finds_all
    asks_back: Callable[[Source], bool] = _never
    day_before: Callable[[date], date] = _the_day_before
    announces: Callable[[Source], bool] = _never
    behind: Callable[[Source, Reading, Collection[str], date], str] = _never_behind
    called: Callable[[Source, str], str] = _has_no_name
    rests: Callable[[Source, date], bool] = _every_day
    parse: Callable[[bytes, str, Source], Reading | Unreadable]
    tells: Callable[[Source], frozenset[str]] = _everything
    find: Callable[[bytes, Source], tuple[Finding, ...]] = _finds_nothing

    def obeys_robots(self, source: Source) -> bool:
        """Whether robots.txt is asked first: as the config says, else as is usual for the kind."""
        return source.robots if source.robots is not None else not self.is_for_programs(source)

    def reads(self, source: Source) -> int:
        """A number that changes with the parser and with all of the config that ``parse`` depends on."""
        how = {key: value for key, value in asdict(source).items() if key not in NOT_READ_BY}
        return crc32(repr((self.version, sorted(how.items()))).encode()) & 0x7FFFFFFF
