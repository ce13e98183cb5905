"""What a parser is: one value per kind of source."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from zlib import crc32

from watcher.model import Reading, Source, Unreadable
from watcher.model.fields import BY_RULE

NOT_READ_BY = ("name", "every", "is_auto", "robots", "look_back", "follow", "url")
"""What changes nothing about how a body is read."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Parser:
    """How one kind of source is addressed and read; no IO.

    ``version`` is raised whenever ``parse`` reads more than before, so that pages are fetched anew. ``takes`` are the
    config keys of this kind alone. ``check`` finds what is wrong with a source of this kind. ``starts`` gives the
    addresses that are read at every look, on a day in UTC, each the first page of a list; ``day_url`` how a digest
    day's is made, where the source has pages of days. ``is_for_programs`` says whether what is read is offered to
    programs (a feed, an API): robots.txt, which is for those who wander over pages, is not asked then. ``parse``
    takes a body, the address where it was found ("" where that is not known) and the source, and never raises.
    ``rests`` says on which days, as :func:`watcher.verdict.sites_day` counts them, nothing is expected of a list
    without digest days, whatever it showed before. ``find`` shows what selectors find, for kinds that have them.
    ``tells`` are the fields, by their names in rules, that a source of this kind can tell of a paper, beside its id.
    ``lag`` is how long after its own time a paper may be listed.
    ``missed`` gives the addresses of what was listed between two instants and is no longer on the lists, for kinds that
    can tell.
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
