"""What is read: sources, their pages, the entries on them, and how a look went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from watcher.model.fields import PaperFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A place that lists papers. ``url`` is the address that the config names, or None for the kind's own.

    ``shown_as`` is what messages and pages call it, "" for its name.
    ``is_auto`` where it finds its own rhythm; ``every`` is then how often it is looked at until that is known.
    ``robots`` says whether its robots.txt is obeyed, None for as is usual for its kind. ``look_back`` and ``follow``
    count digest days. ``own`` are the values of the keys that its kind alone has, as a dataclass of that kind's; None
    for their defaults.
    """

    name: str
    kind: str
    url: str | None = None
    every: timedelta = timedelta(hours=1)
    is_auto: bool = False
    robots: bool | None = None
    look_back: int = 3
    follow: int = 14
    own: object | None = None
    shown_as: str = ""


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server gave to ask "changed since?" with, verbatim."""

    etag: str | None = None
    modified: str | None = None

    def __bool__(self) -> bool:
        return bool(self.etag or self.modified)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One fetched answer. ``url`` is where the body was found, after redirects.

    ``charset`` is what the header of the answer calls it, "" if it does not; ``warnings`` name what was passed over in
    the answer.
    """

    url: str
    body: bytes
    fetched_at: datetime
    validators: Validators = Validators()
    charset: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    """The server answered 304: the page at ``url`` is the one already read."""

    url: str
    fetched_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreachable:
    """No usable answer: no connection, a status of 400 and more, or over a bound. ``reason`` is for people.

    ``status`` is that of HTTP where there was an answer; ``retry_after`` for how long the site asks to be left alone.
    """

    url: str
    reason: str
    fetched_at: datetime
    retry_after: timedelta | None = None
    status: int | None = None

    @property
    def is_gone(self) -> bool:
        """Whether the site says that there is no such page."""
        return self.status in (404, 410)


Fetched = Page | NotModified | Unreachable


@dataclass(frozen=True, slots=True)
class SiteTurn:
    """Whether a site may be asked now: in ``wait`` seconds at the earliest, where that is not 0.

    ``is_closed`` where the site itself asked to be left alone for that long; ``is_public`` where it has ever answered
    from the public Internet.
    """

    wait: float = 0.0
    is_closed: bool = False
    is_public: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(PaperFacts):
    """A paper as a page shows it: its facts, and the numbers of that page's list.

    ``keys`` are its identities, strongest first (``arxiv:2403.01779``, ``doi:10.…``, ``url:…``), empty where the
    page shows none and the title has to do. ``shared`` are keys that other papers of the page bear as well: they are
    nobody's. ``listed`` is the digest day; ``rank`` counts from 1. What
    ``is_secondhand`` stands on a page of somebody else, who may have put the text in words of their own. What
    ``is_follow_up`` says something of a paper that came before (a change, a withdrawal, also without its title): it is
    none where no paper with one of its keys is known.
    """

    keys: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    listed: date | None = None
    rank: int | None = None
    upvotes: int | None = None
    comments: int | None = None
    is_secondhand: bool = False
    is_follow_up: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a parser read from one page.

    ``day`` is the digest day, ``previous`` the day before it that has a page, ``is_newest`` whether the page names
    no next day; ``next`` is the address of the next page of the same list. ``whole`` is false where only the page's
    cards could be read: titles without abstracts. ``parts`` are the addresses of the pages that show what this page
    only counts. ``remarks`` are what the site says of what it was asked for.
    """

    entries: tuple[Entry, ...]
    day: date | None = None
    previous: date | None = None
    is_newest: bool = False
    next: str | None = None
    whole: bool = True
    warnings: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The page is there and cannot be read; ``reason`` says what was looked for and what was found."""

    reason: str


class Verdict(StrEnum):
    """How one look at a source went; of several pages, the first in this order."""

    UNREACHABLE = "unreachable"
    BROKEN = "broken"
    PARTIAL = "partial"
    NEW = "new"
    UNCHANGED = "unchanged"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict with its reason, in words for people; empty where there is nothing to explain."""

    verdict: Verdict
    reason: str = ""
