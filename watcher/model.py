"""The values that the program is about. All frozen; no IO, no clock, no library but the standard one.

Instants are timezone-aware and in UTC; days are plain dates (UTC days for Hugging Face).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum

# --- what is read ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A place that lists papers. ``url`` is the address that the config names, or None for the kind's own.

    ``look_back`` and ``follow`` count digest days.
    """

    name: str
    kind: str = "huggingface"
    listing: str = "daily"
    url: str | None = None
    every: timedelta = timedelta(hours=1)
    look_back: int = 3
    follow: int = 14


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server gave to ask "changed since?" with, verbatim."""

    etag: str | None = None
    modified: str | None = None

    def __bool__(self) -> bool:
        return bool(self.etag or self.modified)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One fetched answer. ``url`` is where the body was found, after redirects."""

    url: str
    body: bytes
    fetched_at: datetime
    validators: Validators = Validators()


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    """The server answered 304: the page at ``url`` is the one already read."""

    url: str
    fetched_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreachable:
    """No usable answer: no connection, a status of 400 and more, or over a bound. ``reason`` is for people."""

    url: str
    reason: str
    fetched_at: datetime
    retry_after: timedelta | None = None


Fetched = Page | NotModified | Unreachable


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One paper as one page shows it.

    ``keys`` are its identities, strongest first (``arxiv:2403.01779``, ``doi:10.…``, ``url:…``), empty where the
    page shows none and the title has to do. ``listed`` is the digest day; ``rank`` counts from 1.
    """

    title: str
    keys: tuple[str, ...] = ()
    abstract: str = ""
    authors: tuple[str, ...] = ()
    arxiv_id: str | None = None
    version: int | None = None
    doi: str | None = None
    url: str | None = None
    organization: str | None = None
    published: datetime | None = None
    listed: date | None = None
    rank: int | None = None
    upvotes: int | None = None
    comments: int | None = None
    submitter: str | None = None
    summary: str | None = None
    keywords: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    code_url: str | None = None
    project_url: str | None = None
    thumbnail: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a parser read from one page.

    ``day`` is the digest day, ``previous`` the day before it that has a page, ``is_newest`` whether the page names
    no next day. ``whole`` is false where only the page's cards could be read: titles without abstracts.
    """

    entries: tuple[Entry, ...]
    day: date | None = None
    previous: date | None = None
    is_newest: bool = False
    whole: bool = True
    warnings: tuple[str, ...] = ()


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


# --- what is known ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One paper on one source's list of one day, with the numbers last seen there (``read_at``)."""

    source: str
    day: date | None
    rank: int | None = None
    upvotes: int | None = None
    comments: int | None = None
    read_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A paper as it is stored: one, whatever lists it. ``key`` is its strongest identity."""

    id: int
    key: str
    title: str
    abstract: str = ""
    authors: tuple[str, ...] = ()
    arxiv_id: str | None = None
    version: int | None = None
    doi: str | None = None
    url: str | None = None
    organization: str | None = None
    published: datetime | None = None
    first_seen: datetime
    summary: str | None = None
    keywords: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    submitter: str | None = None
    code_url: str | None = None
    project_url: str | None = None
    thumbnail: str | None = None
    listings: tuple[Listing, ...] = ()

    @property
    def digest_day(self) -> date:
        """The day it was first announced, else published, else first seen."""
        days = [listing.day for listing in self.listings if listing.day]
        return min(days) if days else (self.published or self.first_seen).date()


# --- what people ask for ---------------------------------------------------------------------------------------


class Rhythm(StrEnum):
    IMMEDIATELY = "immediately"
    DAILY = "daily"
    WEEKLY = "weekly"


@dataclass(frozen=True, slots=True)
class When:
    """When a subscription is told; ``at`` is local time, ``weekday`` 0 for Monday."""

    rhythm: Rhythm = Rhythm.IMMEDIATELY
    at: time | None = None
    weekday: int | None = None

    def __str__(self) -> str:
        if self.at is None:
            return self.rhythm.value
        days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        on = f" on {days[self.weekday]}" if self.weekday is not None else ""
        return f"{self.rhythm.value}{on} at {self.at:%H:%M}"


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Local times between which nothing is sent; ``start`` may lie after ``end`` (over midnight)."""

    start: time
    end: time


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

    @property
    def full_name(self) -> str:
        return f"{self.owner}/{self.name}" if self.owner else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """A subscription as the database has it; ``rule_digest`` is of its rule and sources."""

    id: int
    subscription: Subscription
    rule_digest: str
    next_due: datetime | None
    paused: bool = False
    created_at: datetime
    gone_at: datetime | None = None


# --- what is found and told ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a rule matched: characters ``start`` to ``end`` of the paper's ``field``; ``term`` as the rule has it."""

    field: str
    start: int
    end: int
    term: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that holds for a paper, strongly or not, and where."""

    strong: bool
    places: tuple[Place, ...] = ()


class Fate(StrEnum):
    HELD = "held"  # waits for its subscription's time
    OWED = "owed"  # alerts stand for it
    BASELINE = "baseline"  # known from before, never told
    DROPPED = "dropped"  # not told, for the reason beside it


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a match, with the reason; empty where there is nothing to explain."""

    fate: Fate
    reason: str = ""


class DeliveryKind(StrEnum):
    DIGEST = "digest"
    INCIDENT = "incident"
    RECOVERY = "recovery"
    TEST = "test"


class DeliveryState(StrEnum):
    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    DEAD = "dead"
    CANCELLED = "cancelled"
    FOLDED = "folded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message to one endpoint, claimed for sending. ``id`` is stable over repeats; ``fence`` is this claim's."""

    id: str
    kind: DeliveryKind
    endpoint: Endpoint
    fence: int
    part: int = 1
    parts: int = 1
    created_at: datetime


class Result(StrEnum):
    SENT = "sent"
    FAILED = "failed"  # may work later
    REFUSED = "refused"  # this message will never be taken
    DOWN = "down"  # the endpoint as it is configured does not work (401, 403, 404)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one attempt ended; ``reason`` is for people and holds no secret."""

    result: Result
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One match that a message tells: its paper, the full name of its subscription, how it matched."""

    match_id: int
    paper_id: int
    subscription: str
    timezone: str
    strong: bool
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One paper in a message: which subscriptions it is told for, and what matched.

    ``told_before`` is set where the same endpoint was told of it on an earlier day, for another subscription.
    """

    paper: Paper
    subscriptions: tuple[str, ...]
    strong: bool
    places: tuple[Place, ...] = ()
    told_before: date | None = None


class IncidentKind(StrEnum):
    SOURCE_BROKEN = "source broken"
    SOURCE_UNREACHABLE = "source unreachable"
    SOURCE_PARTIAL = "source partial"
    ENDPOINT_FAILING = "endpoint failing"
    ENDPOINT_GONE = "endpoint gone"
    INCLUDE_BROKEN = "include broken"
    CONFIG_BROKEN = "config broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """Something that the operator should know, from when it began to when it ended."""

    kind: IncidentKind
    subject: str
    reason: str
    began: datetime
    ended: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """All that a delivery says, before it is put into words for one service."""

    delivery: Delivery
    items: tuple[Item, ...] = ()
    incident: Incident | None = None
    timezone: str = "UTC"
    source_urls: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A delivery put into words. ``html`` is a whole document, ``markdown`` is CommonMark."""

    subject: str
    text: str
    html: str
    markdown: str
