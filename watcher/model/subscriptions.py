"""What people ask for: subscriptions, schedules, the endpoints that they are told at, the places to keep papers."""

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

    ``at`` is local time, ``weekday`` 0 for Monday, ``cron`` five fields, ``every`` the number of days from one time to
    the next, ``month_day`` a day of the month, or its last day where the month has none of that number.
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
    """Local times between which nothing is sent, and whole local days (0 for Monday).

    ``start`` may lie after ``end`` (over midnight); equal to it there are days only.
    """

    start: time = time()
    end: time = time()
    days: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Rate:
    """At most so many messages within any span of this length."""

    most: int
    within: timedelta


@dataclass(frozen=True, slots=True, order=True)
class Endpoint:
    """One address that a message can go to: a receiver as ``to:`` names it (``mail:ana@lab.org``) and its label."""

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
    move the scores of its matches. ``keep`` names where what it tells is kept.

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
    library: str = ""
    liked: tuple[LikedPaper, ...] = field(default=(), compare=False, repr=False)

    @property
    def full_name(self) -> str:
        return f"{self.owner}/{self.name}" if self.owner else self.name


@dataclass(frozen=True, slots=True)
class NeverItem:
    """What nobody wants to hear of: an item of a ``never:`` list.

    ``owner``: the included file's stem whose subscriptions it holds for, empty for all subscriptions. ``written``: as
    the list has it. ``rule``: the rule that it stands for.
    """

    owner: str
    written: str
    rule: str

    def holds_for(self, subscription: Subscription) -> bool:
        """Return whether it says something of a subscription's papers."""
        return self.owner in ("", subscription.owner)


@dataclass(frozen=True, slots=True)
class Thumb:
    """What a reader said of a paper that a subscription told: ``up`` for useful, else not for them."""

    paper_id: int
    up: bool
    at: datetime


class Origin(StrEnum):
    """Where a subscription is kept: in the config's files, or in the database alone."""

    FILE = "file"
    DATABASE = "database"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSubscription:
    """A subscription as the database has it; ``rule_digest`` is of its rule and sources.

    ``last_due`` is when its last digest was made, empty or not; ``sign_due`` when it next shows a sign of life.
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


class KeepKind(StrEnum):
    FOLDER = "folder"  # notes in Markdown, one a paper
    BIB = "bib"  # a bibliography in BibTeX
    ZOTERO = "zotero"  # a library at Zotero
    WEBHOOK = "webhook"  # any service that takes JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepTarget:
    """A place where papers are kept, with its secrets put in.

    ``place``: a folder, a file, a Zotero library (``users/1``, ``groups/2``), or the address of a webhook.
    ``api``: the address of Zotero's API. ``key``: the key of a Zotero library.
    ``collection``: a Zotero collection, by its key or name; "" for none. ``tags``: of notes and of Zotero's items.
    ``headers``, ``body``: of a webhook. ``find``, ``find_body``: the address that says whether a paper is there.
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
        """What may be shown nowhere."""
        return tuple(one for one in (self.key, *self.headers.values()) if one)
