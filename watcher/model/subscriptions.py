"""What people ask for: subscriptions, schedules, endpoints, and the places where papers are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum

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

    ``owner`` is the included file's stem, empty for the main file. ``rule`` is the rule's whole text, lists and
    ``where`` joined in. ``sources`` is empty for all. ``backfill`` counts days of the past that a new subscription
    tells, None for the source's look-back. ``endpoints`` are those of all receivers in ``to:``.
    ``shown_as`` is what messages and pages call it, "" for its name. ``bundle`` lets it share a message with
    others, ``max_papers`` are shown in full in one message, the rest in short. Papers with a score below ``above``, and
    those behind the first ``top`` of a message in its ``order``, have no more than their titles. It may send also
    empty digests, a sign of life once a month, and new versions of papers that it told. With ``learns`` its thumbs
    move the scores of its matches. ``keep`` names where what it tells is kept. One that ``is_unnamed``, of a file that
    ``allow`` forgets, is held until it is named.

    ``library`` is the name of the papers that it likes, "" where it has none: with a rule they say how much each paper
    is wanted, without one (``rule`` is empty, or has nothing but exclusions) they also say which. ``liked`` are those
    papers, as far as they were read with it; two subscriptions with the same ``library`` are equal either way.
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
    ``gone_at``: when it was removed, None while it is active.
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
    place: str
    api: str = ""
    key: str = field(default="", repr=False)
    collection: str = ""
    tags: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: str = ""
    find: str = field(default="", repr=False)
    find_body: str = ""

    @property
    def secrets(self) -> tuple[str, ...]:
        """Texts that must not be shown."""
        return tuple(one for one in (self.key, *self.headers.values()) if one)
