"""Describe a kind of source as one value: how it is addressed, configured, read and recognised."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime, timedelta
from enum import Enum
from types import MappingProxyType
from typing import Any, TypeVar
from zlib import crc32

from watcher.model import ListedBefore, Reading, Source, Unreadable
from watcher.model.fields import BY_RULE
from watcher.parsers.body import SavedBody

_Own = TypeVar("_Own")


class KeyForm(Enum):
    """What the value of a key in the config is."""

    TEXT = "a text"
    TEXTS = "a text or a list of texts"
    FOLDER = "a folder, from the folder of the config on"
    PAPERS = "arXiv ids, DOIs, links, and files of references, from the folder of the config on"
    SECRET = "a secret: `${NAME}`, or by the key with `_file` behind its name a file that holds it"


@dataclass(frozen=True, slots=True)
class Key:
    """A key of the config that only some kinds have.

    ``form``: what its value is, such as a text or a secret.
    ``says``: its purpose in words.
    ``site``: address of the only site to which a secret is sent, if the source has no address of its own.
    ``header``: header in which a secret is sent, "" for the query of an address.
    """

    form: KeyForm
    says: str
    site: str = field(default="", compare=False)
    header: str = field(default="", compare=False)


def key(says: str, form: KeyForm = KeyForm.TEXT, *, default: Any = None, site: str = "", header: str = "") -> Any:
    """Declare a field of a kind's own keys.

    The value of a secret is a placeholder such as ``${NAME}``; put it into the query of an address as it is. If it is
    sent in a header, the name of its parameter is that of the header; the parameter is taken out before sending.

    ``says``: the key's purpose in words.
    ``default``: its value if the config does not give it.
    ``site`` and ``header``: see :class:`Key`.
    """
    return field(default=default, metadata={"key": Key(form, says, site, header)})


def file_key(name: str) -> str:
    """Return the name of the key that names the file of a secret."""
    return f"{name}_file"


@dataclass(frozen=True, slots=True)
class SecretPlace:
    """A secret in the addresses of one site.

    ``key``: the key that gives it.
    ``place``: its placeholder in addresses.
    ``site``: an address of the only site to which it is sent.
    ``header``: the header in which it is sent, "" for the query of an address.
    """

    key: str
    place: str
    site: str
    header: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoKeys:
    """The own keys of a kind that has none."""


def own_keys(source: Source, of: type[_Own]) -> _Own:
    """Return a source's values of the keys that only its kind has; the defaults if the source was made without them.

    ``of``: the dataclass of these keys, :attr:`Parser.own` of its kind.
    """
    return source.own if isinstance(source.own, of) else of()


@dataclass(frozen=True, slots=True)
class SavedForm:
    """A form of saved pages that belongs to a kind of source.

    ``name``: what people call the form.
    ``fits``: returns whether a file has this form, after a brief look.
    ``read``: returns what the file lists.
    ``last_resort``: asked only if no form fits, so that it can say what is missing.
    ``is_anybodys``: nothing in such a file tells which source it is of.
    """

    name: str
    fits: Callable[[SavedBody], bool]
    read: Callable[[SavedBody], Reading | Unreadable]
    last_resort: bool = False
    is_anybodys: bool = False


@dataclass(frozen=True, slots=True)
class Batches:
    """A form of large files with many papers. They are read batch by batch, never as a whole.

    ``name``: what people call the form.
    ``fits``: returns whether a file has this form, given its first 64 KB or more.
    ``read``: yields what a file lists, batch by batch, given its bytes piece by piece.
    """

    name: str
    fits: Callable[[bytes], bool]
    read: Callable[[Iterable[bytes]], Iterator[Reading | Unreadable]]


_Time = TypeVar("_Time", date, datetime)


@dataclass(frozen=True, slots=True)
class Mistake:
    """A mistake in the config of a source.

    ``key``: the key of the config, such as ``query``.
    ``what``: what is wrong with the key.
    ``hint``: what to write instead.
    ``item``: index of the mistake in the key's list, None outside lists.
    ``warning``: name of a warning if the source can be read nevertheless, "" for an error.
    """

    key: str
    what: str
    hint: str = ""
    item: int | None = None
    warning: str = ""


def _everything(source: Source) -> frozenset[str]:
    return frozenset(BY_RULE)


def _never(source: Source) -> bool:
    return False


def _no_mistakes(source: Source) -> Iterable[Mistake]:
    return ()


def in_spans(first: _Time, last: _Time, length: timedelta) -> Iterator[tuple[_Time, _Time]]:
    """Yield (first, last) of spans of at most ``length`` that cover the time from ``first`` to ``last``."""
    while first + length < last:
        yield first, first + length
        first += length
    yield first, last


@dataclass(frozen=True, slots=True)
class Finding:
    """What one CSS selector of a source matches on a page.

    ``key``: the config's key that has it. ``selector``: its text.
    ``elements``: number of matched elements.
    ``items``: number of items with any.
    ``near``: what is similar there, if nothing is matched.
    """

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


def _never_behind(source: Source, reading: Reading, before: ListedBefore, day: date) -> str:
    return ""


def _by_its_address(source: Source, url: str) -> str:
    return url


def _no_time(source: Source) -> None:
    return None


def _has_no_name(source: Source, url: str) -> str:
    return ""


def _finds_all(source: Source) -> str:
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parser:
    """All that the program knows about one kind of source. Its functions do no IO.

    Below stand its keys in the config (``own`` …), the addresses of its pages (``starts`` …), what reads a page
    (``parse`` …), what was missed (``missed`` …) and how a saved page is recognised (``saved`` …).
    """

    kind: str
    """The name that ``kind:`` takes."""
    version: int
    """Raised whenever ``parse`` reads more than before; pages are then fetched without their old validators."""

    # --- the config ---
    own: type[Any] = NoKeys
    """A dataclass of the config's keys that only this kind has, each declared by :func:`key`."""
    check: Callable[[Source], Iterable[Mistake]] = _no_mistakes
    """Returns the mistakes in the config of a source."""
    folder: Callable[[Source], str | None] = _no_folder
    """Returns the folder of a source that reads files, None for a source with addresses."""
    tells: Callable[[Source], frozenset[str]] = _everything
    """Returns the fields of rules, besides ``id``, that a source can fill."""
    every: Callable[[Source], timedelta | None] = _no_time
    """Returns the time between polls where the config gives none; None for a rhythm of the source's own."""

    # --- addresses ---
    starts: Callable[[Source, date], tuple[str, ...]]
    """Returns the addresses that a poll on a day (UTC) begins with: the first page of each list."""
    known_as: Callable[[Source, str], str] = _by_its_address
    """Returns the address under which a list is remembered: without parts that are different at every poll."""
    shows_again: Callable[[Source], timedelta | None] = _no_time
    """Returns for how long after its publication a paper of the look-back is shown at every poll, ``timedelta.max`` for
    always: one that is gone is missing. None where lists need not show again what they showed."""
    is_passing: Callable[[Source], bool] = _never
    """Returns whether addresses of further pages can be used only once, like those with cursors and tokens."""
    called: Callable[[Source, str], str] = _has_no_name
    """Returns the name of the list at an address, for people; "" for a source with a single list."""
    day_url: Callable[[Source], Callable[[date], str] | None] = _no_days
    """Returns a function that makes the address of a digest day's page, None for a source without such pages."""
    day_before: Callable[[date], date] = _the_day_before
    """Returns the last day before another one that may have a page."""
    is_for_programs: Callable[[Source], bool] = _never
    """Returns whether the source is for programs (a feed, an API): robots.txt, for crawlers, is not read then."""

    # --- pages ---
    parse: Callable[[bytes, str, Source], Reading | Unreadable]
    """Returns what a body lists, given where it was found ("" if unknown). Never raises."""
    find: Callable[[bytes, Source], tuple[Finding, ...]] = _finds_nothing
    """Returns what each CSS selector of a source matches in a body, for kinds with selectors."""
    rests: Callable[[Source, date], bool] = _every_day
    """Returns whether a list without digest days may be empty on a day.

    See :func:`watcher.policy.polls.verdict.sites_day`.
    """
    announces: Callable[[Source], bool] = _never
    """Returns whether each list is one announcement, and every day has one on which the source does not rest."""
    behind: Callable[[Source, Reading, ListedBefore, date], str] = _never_behind
    """Returns why a list still shows an earlier announcement on a day that has one, "" if it does not.

    It is given what was listed before that day.
    """

    # --- what was missed ---
    lag: timedelta = timedelta(0)
    """Longest time between a paper's own date and the day on which it is listed."""
    missed: Callable[[Source, datetime, datetime], tuple[str, ...]] | None = None
    """Returns addresses for what was listed between two instants and is listed no more; None if there are none."""
    unfound: Callable[[Source], str] = _finds_all
    """Returns, in words, what is not found at these addresses; "" for nothing."""
    asks_back: Callable[[Source], bool] = _never
    """Returns whether a source can be asked for papers of a day long past."""

    # --- saved pages ---
    saves: str = ""
    """Forms of saved pages, in words for people."""
    saved: tuple[SavedForm, ...] = ()
    """Forms by which saved pages are recognised, in the order in which they are tried."""
    batches: Batches | None = None
    """Form of large files with many papers, None if there is none."""

    def obeys_robots(self, source: Source) -> bool:
        """Return whether robots.txt is obeyed: as the config says, or else as is usual for the kind."""
        return source.robots if source.robots is not None else not self.is_for_programs(source)

    def first_address(self, source: Source, today: date) -> str:
        """Return the first address that every poll reads, "" for a source without addresses."""
        return next(iter(self.starts(source, today)), "")

    @property
    def keys(self) -> Mapping[str, Key]:
        """Name → key, of the config's keys that only this kind has."""
        return MappingProxyType({one.name: one.metadata["key"] for one in fields(self.own)})

    @property
    def secret_keys(self) -> frozenset[str]:
        """Names of this kind's own keys that hold a secret, or name a file that does."""
        secret = [name for name, one in self.keys.items() if one.form is KeyForm.SECRET]
        return frozenset([*secret, *map(file_key, secret)])

    def secrets(self, source: Source) -> tuple[SecretPlace, ...]:
        """Return the placeholders for secrets that a source's own keys give."""
        own = own_keys(source, self.own)
        return tuple(
            SecretPlace(name, place, source.url or one.site, one.header)
            for name, one in self.keys.items()
            if one.form is KeyForm.SECRET and (place := getattr(own, name))
        )

    def reads(self, source: Source) -> int:
        """Return a number that changes with the parser's version and all keys of the config that ``parse`` uses."""
        how = sorted(asdict(own_keys(source, self.own)).items())
        return crc32(repr((self.kind, self.version, how)).encode()) & 0x7FFFFFFF
