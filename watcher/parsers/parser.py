"""A kind of source as one value: how it is addressed, configured, read and recognised."""

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
    SECRET = "a secret: `${NAME}`, or by the key with `_file` behind its name a file that holds it"


@dataclass(frozen=True, slots=True)
class Key:
    """A key of the config that belongs to some kinds only: the form of its value, and its purpose in words.

    ``site``: the address of the site that a secret is for, where the source has no address of its own. It is sent to
        no other one.
    """

    form: KeyForm
    says: str
    site: str = field(default="", compare=False)


def key(says: str, form: KeyForm = KeyForm.TEXT, *, default: Any = None, site: str = "") -> Any:
    """Declare a field of a kind's own keys; ``default`` is its value where the config does not give it.

    The value of a secret is the place where it belongs in an address: ``${NAME}``. Put it into a query as it is.
    """
    return field(default=default, metadata={"key": Key(form, says, site)})


def file_key(name: str) -> str:
    """Return the name of the key that names the file of a secret."""
    return f"{name}_file"


@dataclass(frozen=True, slots=True)
class SecretPlace:
    """A place for a secret in addresses of one site: the key that gives it, the place as it is written there, the site.

    ``site``: an address of the only site that the secret is sent to.
    """

    key: str
    place: str
    site: str


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
    """Files of many papers, read batch by batch and never whole.

    ``fits``: tells them by their beginning, of 64 KB at least if the file has as many.
    """

    name: str
    fits: Callable[[bytes], bool]
    read: Callable[[Iterable[bytes]], Iterator[Reading | Unreadable]]


_Time = TypeVar("_Time", date, datetime)


@dataclass(frozen=True, slots=True)
class Mistake:
    """Why a source cannot be read as it is configured: the key, what is wrong with it and what to write instead.

    ``item``: the place of what is wrong in the key's list.
    ``warning``: the name of a warning, where it can be read all the same; "" for an error.
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
    """Cut the time from ``first`` to ``last`` into spans of at most ``length``, without gaps."""
    while first + length < last:
        yield first, first + length
        first += length
    yield first, last


@dataclass(frozen=True, slots=True)
class Finding:
    """The finds of one selector of a source on a page: elements, items with any, else what stands near."""

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


def _by_its_address(source: Source, url: str) -> str:
    return url


def _has_no_name(source: Source, url: str) -> str:
    return ""


def _finds_all(source: Source) -> str:
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parser:
    """All that the program knows of one kind of source. Its functions do no IO."""

    kind: str
    """The name that ``kind:`` takes."""
    version: int
    """Raised whenever ``parse`` reads more than before: pages are then fetched without their validators."""

    # --- the config ---
    own: type[Any] = NoKeys
    """A dataclass of the config's keys that belong to this kind, each declared by :func:`key`."""
    check: Callable[[Source], Iterable[Mistake]] = _no_mistakes
    """Finds the mistakes in a source's config."""
    folder: Callable[[Source], str | None] = _no_folder
    """The folder with the files of a source that has files instead of addresses, None for any other."""
    tells: Callable[[Source], frozenset[str]] = _everything
    """The fields of rules, beside the id, that a source can fill."""

    # --- addresses ---
    starts: Callable[[Source, date], tuple[str, ...]]
    """The addresses of each poll on a day in UTC: the first page of each list."""
    known_as: Callable[[Source, str], str] = _by_its_address
    """Returns what the list at an address is known by: the address without what is another one at every look."""
    is_passing: Callable[[Source], bool] = _never
    """Whether addresses of further pages are good once, as those with cursors and tokens are."""
    called: Callable[[Source, str], str] = _has_no_name
    """Names the list at an address for people, "" for a source with one list."""
    day_url: Callable[[Source], Callable[[date], str] | None] = _no_days
    """Makes the address of a digest day's page, None for a source without such pages."""
    day_before: Callable[[date], date] = _the_day_before
    """The last day before another that may have a page."""
    is_for_programs: Callable[[Source], bool] = _never
    """Whether the source offers itself to programs (a feed, an API): robots.txt is for crawlers and not asked then."""

    # --- pages ---
    parse: Callable[[bytes, str, Source], Reading | Unreadable]
    """Reads a body that was found at an address, "" for an unknown one. Never raises."""
    find: Callable[[bytes, Source], tuple[Finding, ...]] = _finds_nothing
    """Shows the finds of a source's selectors, for kinds with selectors."""
    rests: Callable[[Source, date], bool] = _every_day
    """Whether a list without digest days may be empty on a day (:func:`watcher.polls.verdict.sites_day`)."""
    announces: Callable[[Source], bool] = _never
    """Whether each list shows a single announcement, of a day on which the source does not rest."""
    behind: Callable[[Source, Reading, Collection[str], date], str] = _never_behind
    """Why a list still shows an earlier announcement on a day that has one, "" if it does not. The keys are those of
    the papers that were listed before that day."""

    # --- what was missed ---
    lag: timedelta = timedelta(0)
    """How long after its own time a paper may be listed."""
    missed: Callable[[Source, datetime, datetime], tuple[str, ...]] | None = None
    """The addresses of all that was listed between two instants and is no longer on the lists; None without any."""
    unfound: Callable[[Source], str] = _finds_all
    """What these addresses leave out, in words; "" for nothing."""
    asks_back: Callable[[Source], bool] = _never
    """Whether a source can be asked for the papers of a day long past."""

    # --- saved pages ---
    saves: str = ""
    """Its forms of saved pages, in words for people."""
    saved: tuple[SavedForm, ...] = ()
    """The forms by which its saved pages are recognised, in the order of asking."""
    batches: Batches | None = None
    """Its form of large files with many papers, None without one."""

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

    @property
    def secret_keys(self) -> frozenset[str]:
        """The config's keys of this kind alone that hold a secret or name the file that does."""
        secret = [name for name, one in self.keys.items() if one.form is KeyForm.SECRET]
        return frozenset([*secret, *map(file_key, secret)])

    def secrets(self, source: Source) -> tuple[SecretPlace, ...]:
        """The places for secrets that a source's own keys give."""
        own = own_keys(source, self.own)
        return tuple(
            SecretPlace(name, place, source.url or one.site)
            for name, one in self.keys.items()
            if one.form is KeyForm.SECRET and (place := getattr(own, name))
        )

    def reads(self, source: Source) -> int:
        """A number that changes with the parser and with all of the config that ``parse`` depends on."""
        how = sorted(asdict(own_keys(source, self.own)).items())
        return crc32(repr((self.kind, self.version, how)).encode()) & 0x7FFFFFFF
