"""What people ask for: subscriptions, schedules, endpoints, and the places where papers are kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum

from watcher.model.masking import with_its_end
from watcher.model.papers import LikedPaper
from watcher.model.words import ordinal


class Rhythm(StrEnum):
    IMMEDIATELY = "immediately"
    HOURLY = "hourly"
    DAILY = "daily"
    WEEKDAYS = "weekdays"
    WEEKLY = "weekly"
    EVERY_DAYS = "every days"
    MONTHLY = "monthly"
    CRON = "cron"


@dataclass(frozen=True, slots=True)
class When:
    """When a subscription is told.

    ``at``: local time.
    ``weekday``: 0 for Monday.
    ``cron``: five fields.
    ``every``: number of days from one time to the next.
    ``month_day``: a day of the month; the last day of a month that has no such day.
    """

    rhythm: Rhythm = Rhythm.IMMEDIATELY
    at: time | None = None
    weekday: int | None = None
    cron: str = ""
    every: int | None = None
    month_day: int | None = None

    def __str__(self) -> str:
        if self.cron:
            return f'cron "{self.cron}"'
        if self.at is None:
            return self.rhythm.value
        days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        on = f" on {days[self.weekday]}" if self.weekday is not None else ""
        on = f" on the {ordinal(self.month_day)}" if self.month_day is not None else on
        name = f"every {self.every} days" if self.every else self.rhythm.value
        return f"{name}{on} at {self.at:%H:%M}"


class DigestOrder(StrEnum):
    """In which order a subscription's papers are told; strong matches come first in each."""

    SCORE = "score"  # by how much they are about the rule, then the most upvoted
    UPVOTES = "upvotes"
    NEWEST = "newest"
    RISING = "rising"  # the most upvoted and what rose fastest, in turn


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Local hours and days in which nothing is sent.

    ``start``: may be later than ``end`` (over midnight). If both are equal, only ``days`` are quiet.
    ``days``: whole local days, 0 for Monday.
    """

    start: time = time()
    end: time = time()
    days: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Rate:
    """At most ``most`` messages within any span of the length ``within``."""

    most: int
    within: timedelta


@dataclass(frozen=True, slots=True, order=True)
class Endpoint:
    """One address that messages go to.

    ``receiver``: as ``to:`` names it, such as ``mail:ana@lab.org``.
    ``label``: which of the receiver's addresses, "" if it has only one.
    """

    receiver: str
    label: str = ""

    def __str__(self) -> str:
        return f"{self.receiver}/{self.label}" if self.label else self.receiver


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One saved rule of one person, as the config has it.

    ``rule``: its whole text, with lists and ``where`` joined in.
    ``to``: names of receivers.
    ``endpoints``: of all receivers in ``to``.
    ``owner``: the included file's name without ending, "" for the main file.
    ``sources``: names of sources, empty for all.
    ``backfill``: how many past days a new subscription is told, None for the source's look-back.
    ``bundle``: it may share a message with others.
    ``max_papers``: how many papers a message tells in full; the others are told in short form.
    ``above`` and ``top``: papers with a lower score, or after the first ``top`` in ``order``, are told by their title
        alone.
    ``learns``: thumbs move the scores of its matches.
    ``sends_empty``: a digest is sent even if there are no papers.
    ``shows_life``: a sign of life is sent each month in which nothing matched.
    ``tells_updates``: new versions and withdrawals of told papers are told.
    ``on``: names of events (``PaperEvent``) that are told of papers that it told or knows.
    ``shown_as``: its display name, "" to show its name.
    ``keep``: names of places where told papers are kept.
    ``is_unnamed``: ``allow`` forgets its file, so that it is held until the file is named.
    ``library``: name of the library, "" for none. With a rule, the library says how much a paper is wanted. Without one
        (``rule`` is empty or only excludes), it also says which papers are wanted.
    ``liked``: the papers of the library, if they were read; they do not count when subscriptions are compared.
    """

    name: str
    rule: str
    to: tuple[str, ...]
    endpoints: tuple[Endpoint, ...]
    owner: str = ""
    when: When = When()
    timezone: str = "UTC"
    sources: tuple[str, ...] = ()
    quiet_hours: QuietHours | None = None
    backfill: int | None = None
    bundle: bool = True
    max_papers: int | None = None
    above: float | None = None
    top: int | None = None
    order: DigestOrder = DigestOrder.SCORE
    learns: bool = False
    sends_empty: bool = False
    shows_life: bool = False
    tells_updates: bool = False
    on: tuple[str, ...] = ()
    shown_as: str = ""
    keep: tuple[str, ...] = ()
    is_unnamed: bool = False
    library: str = ""
    liked: tuple[LikedPaper, ...] = field(default=(), compare=False, repr=False)

    @property
    def full_name(self) -> str:
        return f"{self.owner}/{self.name}" if self.owner else self.name


@dataclass(frozen=True, slots=True)
class NeverItem:
    """An item of a ``never:`` list.

    ``owner``: the included file whose subscriptions it is for, "" for all subscriptions.
    ``written``: as the list has it.
    ``rule``: the rule that it stands for.
    """

    owner: str
    written: str
    rule: str

    def holds_for(self, subscription: Subscription) -> bool:
        """Return whether it keeps papers back from a subscription."""
        return self.owner in ("", subscription.owner)


@dataclass(frozen=True, slots=True)
class Thumb:
    """What a reader said of a paper that a subscription told.

    ``up``: True for useful, False for not for them.
    """

    paper_id: int
    up: bool
    at: datetime


class Origin(StrEnum):
    """Where a subscription is kept: in the config's files, or only in the database."""

    FILE = "file"
    DATABASE = "database"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSubscription:
    """A subscription as the database has it.

    ``rule_digest``: digest of its rule and sources.
    ``next_due``: when it is due next, None if it is told immediately.
    ``last_due``: when its last digest was made, even if that was empty.
    ``sign_due``: when its next sign of life is due, None if it sends none.
    ``paused``: somebody paused it; what it matches is held until they resume it.
    ``gone_at``: when it was removed, None while it is active.
    ``origin``: how it came: from the config or by a command.
    """

    id: int
    subscription: Subscription
    rule_digest: str
    next_due: datetime | None
    last_due: datetime | None = None
    sign_due: datetime | None = None
    paused: bool = False
    created_at: datetime
    gone_at: datetime | None = None
    origin: Origin = Origin.FILE

    @property
    def rests(self) -> bool:
        """Whether what it matches is held, whatever its schedule: somebody paused it, or ``allow`` forgets its file."""
        return self.paused or self.subscription.is_unnamed


class KeepKind(StrEnum):
    FOLDER = "folder"  # notes in Markdown, one a paper
    BIB = "bib"  # a bibliography in BibTeX
    ZOTERO = "zotero"  # a library at Zotero
    WEBHOOK = "webhook"  # any service that takes JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepTarget:
    """A place where papers are kept, with its secrets put in.

    ``place``: a folder, a file, a Zotero library (``users/1``, ``groups/2``), or the address of a webhook.
    ``api``: address of Zotero's API.
    ``key``: key of a Zotero library.
    ``collection``: a Zotero collection by key or name, "" for none.
    ``tags``: of notes and of Zotero's items.
    ``headers`` and ``body``: of a webhook.
    ``find`` and ``find_body``: address and body of the request that asks whether a paper is there.
    """

    name: str
    kind: KeepKind
    place: str = field(repr=False)
    api: str = field(default="", repr=False)
    key: str = field(default="", repr=False)
    collection: str = ""
    tags: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: str = field(default="", repr=False)
    find: str = field(default="", repr=False)
    find_body: str = field(default="", repr=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Texts that must not be shown."""
        headers = (one for value in self.headers.values() for one in with_its_end(value))
        return tuple(one for one in (self.key, *headers) if one)

    @property
    def addresses(self) -> tuple[str, ...]:
        """The addresses of a webhook; often they are as secret as a password. () for other places."""
        return tuple(one for one in (self.place, self.find) if one) if self.kind is KeepKind.WEBHOOK else ()


FIRST = "first"
"""The occasion of a match: the paper itself."""

WITHDRAWN = "withdrawn"
"""The occasion of a match: a paper that was told has been withdrawn. New versions are ``v2``, ``v3`` …"""


class PaperEvent(StrEnum):
    """What may become of a paper; each but ``VERSION`` is an occasion of matches, too."""

    VERSION = "version"
    ACCEPTED = "accepted"  # by a venue
    PUBLISHED = "published"  # there
    CODE = "code"  # its code is there
    WITHDRAWN = "withdrawn"  # by its authors or its site
    RETRACTED = "retracted"  # by its publisher


ENDS = (PaperEvent.RETRACTED, PaperEvent.WITHDRAWN)
"""Events after which a paper is not what it was, the graver one first."""

UPDATES = (PaperEvent.VERSION, *ENDS)
"""What ``on_update`` tells."""


_EVENTS = {event.value: event for event in PaperEvent}


def event_of(occasion: str) -> PaperEvent | None:
    """Return what became of a paper by the occasion of its match; None for the paper itself."""
    if occasion == FIRST:
        return None
    return _EVENTS.get(occasion, PaperEvent.VERSION)


def event_in_words(occasion: str) -> str:
    """Return what a message tells of a paper, such as ``its publication``; "" if it tells the paper itself.

    ``occasion``: of the match: ``first``, a version such as ``v2``, or another event.
    """
    match event_of(occasion):
        case None:
            return ""
        case PaperEvent.VERSION:
            return f"its version {occasion.removeprefix('v')[:20]}"
        case event:
            return _IN_WORDS[event]


_IN_WORDS = {
    PaperEvent.ACCEPTED: "its acceptance",
    PaperEvent.PUBLISHED: "its publication",
    PaperEvent.CODE: "its code",
    PaperEvent.WITHDRAWN: "its withdrawal",
    PaperEvent.RETRACTED: "its retraction",
}


def in_order_of_weight(occasions: Iterable[str]) -> tuple[str, ...]:
    """Return the occasions of which a message speaks, the gravest first: of several versions the newest alone.

    The paper itself makes all others needless.
    """
    found = set(occasions)
    if FIRST in found:
        return (FIRST,)
    versions = sorted((one for one in found if event_of(one) is PaperEvent.VERSION), key=version_of, reverse=True)
    told = [event.value for event in (*ENDS, PaperEvent.PUBLISHED, PaperEvent.ACCEPTED) if event.value in found]
    return (*told, *versions[:1], *(one for one in (PaperEvent.CODE.value,) if one in found))


def version_of(occasion: str) -> int:
    """Return the version of an occasion: 3 for ``v3``; 0 for what is none."""
    number = occasion.removeprefix("v")
    return int(number) if number.isdecimal() and len(number) < 10 else 0
