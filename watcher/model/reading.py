"""What is read: sources, their pages, the entries on these, and verdicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from watcher.model.fields import PaperFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A place that lists papers.

    ``url``: the address in the config, None for the kind's own.
    ``every``: time between polls; with ``is_auto``, only until the source's own rhythm is known.
    ``is_auto``: it is polled in its own rhythm.
    ``robots``: whether its robots.txt is obeyed, None for what is usual for the kind.
    ``look_back``: number of digest days, back from the newest, that a new subscription is told.
    ``follow``: number of digest days, back from the newest, that are read again once a day for their upvotes.
    ``own``: values of the keys that only its kind has, as a dataclass of the kind; None for their defaults.
    ``shown_as``: its display name, "" to show its name.
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
    """The ``ETag`` and ``Last-Modified`` of a page, verbatim: by them the next request asks whether it has changed."""

    etag: str | None = None
    modified: str | None = None

    def __bool__(self) -> bool:
        return bool(self.etag or self.modified)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One fetched answer.

    ``url``: its address after redirects.
    ``charset``: as the header names it, "" if it does not.
    ``warnings``: what was ignored in the answer, in words.
    """

    url: str
    body: bytes
    fetched_at: datetime
    validators: Validators = Validators()
    charset: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    """The server answered 304: the page at ``url`` is the one that was read before."""

    url: str
    fetched_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreachable:
    """There was no usable answer: no connection, a status from 400 on, or a limit was passed.

    ``reason``: in words for people.
    ``retry_after``: how long the site asks to be left alone, None if it does not.
    ``status``: the HTTP status, None if there was no answer.
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
    """Whether a site may be asked now.

    ``wait``: seconds until it may be asked, 0 for now.
    ``is_closed``: the site itself asked to be left alone for that long.
    ``is_public``: the site has answered from the public Internet before.
    ``is_spent``: the site has answered as much as it does on one day.
    """

    wait: float = 0.0
    is_closed: bool = False
    is_public: bool = False
    is_spent: bool = False


ARTICLE, PREPRINT, FORM = "article", "preprint", "form"
"""What another form of a paper is to it: the article that it became, its preprint, or one of the two."""


@dataclass(frozen=True, slots=True)
class OtherForm:
    """What a record claims to be the same paper in another form.

    ``key``: what that one is known by, such as ``doi:10.1000/x``. ``relation``: ``ARTICLE``, ``PREPRINT`` or ``FORM``.
    """

    key: str
    relation: str = FORM


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(PaperFacts):
    """A paper as a page shows it: its facts, and the numbers on that page's list.

    ``keys``: its identities, strongest first (``arxiv:2403.01779``, ``doi:10.…``, ``url:…``); empty if the page shows
        none, so that only the title identifies it.
    ``shared``: keys that other papers of the page have as well. They identify nothing.
    ``forms``: other forms of the paper (preprint, article), by its own record.
    ``names_forms``: the page names all of them, so that one that it named before and does not name now is none.
    ``listed``: the digest day.
    ``rank``: its place on the list, from 1.
    ``upvotes`` and ``comments``: their numbers, None if the page shows none.
    ``is_secondhand``: the page is somebody else's, who may have put the texts in words of their own.
    ``is_follow_up``: it only says something about an earlier paper (a change, a withdrawal), and may lack its title. If
        no paper with one of its keys is known, it is ignored.
    ``is_removed``: such an entry says that the source has taken its record away. If other sources list the paper, it is
        ignored.
    """

    keys: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()
    forms: tuple[OtherForm, ...] = ()
    names_forms: bool = False
    listed: date | None = None
    rank: int | None = None
    upvotes: int | None = None
    comments: int | None = None
    is_secondhand: bool = False
    is_follow_up: bool = False
    is_removed: bool = False


NamedWork = tuple[str, str, str]
"""A paper that a source was asked for by id: (its key, the source's own id or "" if it knows none, its title)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a parser read from one page.

    ``day``: the digest day, None for pages without one.
    ``previous``: the digest day before that has a page, None if the page does not name it.
    ``is_newest``: the page names no next day.
    ``next``: address of the next page of the same list, None at the end.
    ``whole``: False if only titles without abstracts could be read.
    ``warnings``: what could not be read, in words.
    ``parts``: addresses of pages that show what this page only counts.
    ``remarks``: what the site says about what it was asked for.
    ``total``: how many records the whole list has by its own account, None if it does not say.
    ``records``: how many of them this page has, with those that are no papers; None for as many as ``entries``.
    ``reaches``: how far back the page goes in the order of its list; None if the days of the entries tell it.
    ``works``: what the source calls papers whose citations it is asked for. Such a page lists no papers.
    ``citing``: the source's own ids of papers; the page lists what cites one of them, by its day of publication.
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
    total: int | None = None
    records: int | None = None
    reaches: datetime | None = None
    works: tuple[NamedWork, ...] = ()
    citing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListedBefore:
    """What a source listed before a day.

    ``last``: key → first category ("" for none) of the papers of its last digest day before.
    ``lately``: keys of all papers of the weeks before.
    """

    last: Mapping[str, str] = field(default_factory=dict)
    lately: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The page is there and cannot be read.

    ``reason``: what was looked for, and what was found.
    """

    reason: str


class Verdict(StrEnum):
    """How one poll of a source went. A poll of several pages has the first of their verdicts in this order."""

    UNREACHABLE = "unreachable"
    BROKEN = "broken"
    PARTIAL = "partial"
    NEW = "new"
    UNCHANGED = "unchanged"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict with its reason.

    ``reason``: in words for people, "" if there is nothing to explain.
    """

    verdict: Verdict
    reason: str = ""
