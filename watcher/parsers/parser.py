"""What a kind of source is: one value that says how it is addressed, configured, read and recognised."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime, timedelta
from enum import Enum
from types import MappingProxyType
from typing import Any, TypeVar
from zlib import crc32

from watcher.model import Reading, Source, Unreadable
from watcher.model.fields import BY_RULE
from watcher.parsers.body import SavedBody

_Own = TypeVar("_Own")


class KeyForm(Enum):
    """What the value of a key of the config is."""

    TEXT = "a text"
    TEXTS = "a text or a list of texts"
    FOLDER = "a folder, from the folder of the config on"


@dataclass(frozen=True, slots=True)
class Key:
    """A key of the config that sources of one kind have: the form of its value, and what it is for."""

    form: KeyForm
    says: str


def key(says: str, form: KeyForm = KeyForm.TEXT, *, default: Any = None) -> Any:
    """Declare a field of a kind's own keys; ``default`` is its value where the config does not give it."""
    return field(default=default, metadata={"key": Key(form, says)})


@dataclass(frozen=True, slots=True, kw_only=True)
class NoKeys:
    """The own keys of a kind that has none."""


def own_keys(source: Source, of: type[_Own]) -> _Own:
    """What the source says by the keys of its kind alone: their defaults where it was made without them."""
    return source.own if isinstance(source.own, of) else of()


@dataclass(frozen=True, slots=True)
class SavedForm:
    """A form of saved pages that belongs to a kind of source.

    ``fits`` tells a file of this form by a look at it; ``read`` then says what it lists. A ``last_resort`` is asked
    only where no form fits, and says what is missing. ``is_anybodys``: nothing in it tells which source it is of.
    """

    name: str
    fits: Callable[[SavedBody], bool]
    read: Callable[[SavedBody], Reading | Unreadable]
    last_resort: bool = False
    is_anybodys: bool = False


@dataclass(frozen=True, slots=True)
class Batches:
    """Files of many papers, read batch by batch and never whole: ``fits`` looks at the first 64 KB."""

    name: str
    fits: Callable[[bytes], bool]
    read: Callable[[Iterable[bytes]], Iterator[Reading | Unreadable]]


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


def _no_folder(source: Source) -> None:
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

    ``version`` is raised whenever ``parse`` reads more than before, so that pages are fetched anew. ``own`` is a
    dataclass of the config's keys that this kind alone has, each declared by :func:`key`. ``folder`` gives the
    folder whose files are read, for kinds that read files instead of addresses. ``check`` finds what is wrong with
    a source of this kind. ``starts`` gives the addresses that are read at every look, on a day in UTC, each the
    first page of a list; ``day_url`` how a digest day's is made, where the source has pages of days.
    ``is_for_programs`` says whether what is read is offered to programs (a feed, an API): robots.txt, which is for
    those who wander over pages, is not asked then. ``parse`` takes a body, the address where it was found ("" where
    that is not known) and the source, and never raises. ``rests`` says on which days, as
    :func:`watcher.polls.verdict.sites_day` counts them, nothing is expected of a list without digest days, whatever
    it showed before. ``find`` shows what selectors find, for kinds that have them. ``tells`` are the fields, by
    their names in rules, that a source of this kind can tell of a paper, beside its id. ``lag`` is how long after
    its own time a paper may be listed. ``missed`` gives the addresses of what was listed between two instants and
    is no longer on the lists, for kinds that can tell; ``unfound`` says what is not found there, "" for nothing.
    ``asks_back`` says whether anything can be asked for that was listed on a day long past; ``day_before`` which is
    the next day before one that may have a page. ``announces`` says whether lists show one announcement only, of a
    day on which the source does not rest; ``behind`` why a list, on a day on which there is one, shows an earlier
    one instead, given the keys of the papers that were listed before that day; "" where it does not. ``called``
    names the list at an address among several. ``saved`` are the forms of saved pages that are this kind's,
    ``batches`` large files of many papers; ``saves`` names them for people.
    """

    kind: str
    version: int
    own: type[Any] = NoKeys
    folder: Callable[[Source], str | None] = _no_folder
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
    saves: str = ""
    saved: tuple[SavedForm, ...] = ()
    batches: Batches | None = None

    def obeys_robots(self, source: Source) -> bool:
        """Whether robots.txt is asked first: as the config says, else as is usual for the kind."""
        return source.robots if source.robots is not None else not self.is_for_programs(source)

    def first_address(self, source: Source, today: date) -> str:
        """The first address that is read at every look; "" for a source without any."""
        return next(iter(self.starts(source, today)), "")

    @property
    def keys(self) -> Mapping[str, Key]:
        """The config's keys of this kind alone, by their names."""
        return MappingProxyType({one.name: one.metadata["key"] for one in fields(self.own)})

    def reads(self, source: Source) -> int:
        """A number that changes with the parser and with all of the config that ``parse`` depends on."""
        how = sorted(asdict(own_keys(source, self.own)).items())
        return crc32(repr((self.kind, self.version, how)).encode()) & 0x7FFFFFFF
