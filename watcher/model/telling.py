"""What is found and told: matches, deliveries, messages, incidents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from watcher.model.display_names import DisplayNames
from watcher.model.papers import Because, Paper, RankablePaper
from watcher.model.subscriptions import DigestOrder, Endpoint


@dataclass(frozen=True, slots=True, order=True)
class MatchedSpan:
    """Where a rule matched: characters ``start`` to ``end`` of the paper's ``field``; ``term`` as the rule has it."""

    field: str
    start: int
    end: int
    term: str


STRONG_FROM = 0.5
"""The score from which on a match is strong: the paper is about what the rule asks for, and more than mentions it."""


def is_strong(score: float) -> bool:
    """Return whether a match with this score is strong."""
    return score >= STRONG_FROM


Rank = tuple[bool, float, int, int]


def rank_of(paper: RankablePaper, score: float) -> Rank:
    """Return what sorts matched papers, best first: strong ones, the score, most upvotes, the newest digest day."""
    upvotes, day = paper.precedence
    return not is_strong(score), -score, -upvotes, -day


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that holds for a paper, and where.

    ``score``: how much the paper is about it, or how close to a library, from 0 to 1.
    ``because``: what makes it close to the library; None where no library was asked.
    """

    score: float
    places: tuple[MatchedSpan, ...] = ()
    because: Because | None = None

    @property
    def strong(self) -> bool:
        """Whether the paper is about it, and more than mentions it."""
        return is_strong(self.score)


FIRST = "first"
"""The occasion of a match: the paper itself."""

WITHDRAWN = "withdrawn"
"""The occasion of a match: a paper that was told has been withdrawn. New versions are ``v2``, ``v3`` …"""


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
    EMPTY = "empty"  # a digest without papers, where a subscription asks for one
    SIGN_OF_LIFE = "sign of life"
    SUMMARY = "summary"  # of incidents and recoveries that an endpoint missed
    TEST = "test"
    KEEP = "keep"  # one paper, to where somebody keeps papers


class DeliveryState(StrEnum):
    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    DEAD = "dead"
    CANCELLED = "cancelled"
    FOLDED = "folded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message to one endpoint, claimed for sending. ``id`` is stable over repeats; ``fence`` is this claim's.

    ``replay_of`` is the delivery that it repeats because somebody asked; ``is_probe`` where its endpoint failed when
    last tried.
    """

    id: str
    kind: DeliveryKind
    endpoint: Endpoint
    fence: int
    part: int = 1
    parts: int = 1
    created_at: datetime
    replay_of: str | None = None
    is_probe: bool = False


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
class DueAlert:
    """One match that a message tells: its paper, the full and the display name of its subscription, how it matched.

    ``short`` where it goes over its subscription's ``max_papers``, ``bundle`` where it may share a message with other
    subscriptions; ``sources`` are those that the subscription looks at, empty for all. ``above`` and ``top`` say for
    which papers its title is enough, ``order`` which papers come first, as in
    :class:`watcher.model.subscriptions.Subscription`; ``everything`` where the rule asks for all papers.
    """

    match_id: int
    paper_id: int
    subscription: str
    timezone: str
    score: float
    places: tuple[MatchedSpan, ...]
    because: Because | None = None
    occasion: str = FIRST
    short: bool = False
    bundle: bool = True
    max_papers: int | None = None
    above: float | None = None
    top: int | None = None
    order: DigestOrder = DigestOrder.SCORE
    everything: bool = False
    sources: tuple[str, ...] = ()
    shown_as: str = ""


@dataclass(frozen=True, slots=True)
class ItemMatch:
    """A subscription that a paper is told for: how its rule holds, and where."""

    subscription: str
    hit: Hit


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestItem:
    """A paper in a message: its subscriptions, the best score of its matches, and the words that matched.

    ``matches`` has each of them by itself, for programs; people are shown what holds for all together.
    ``told_before`` is set where the same endpoint was told of it on an earlier day, for another subscription.
    ``short`` asks for one line: it goes over ``max_papers``; ``also`` for its title alone. ``occasion`` is ``first``
    for the paper itself, ``v2`` and so on for a new version of a paper that was told, ``withdrawn`` for its end.
    ``rise`` is how many upvotes it gained within a day, where the order asks for that, and ``also_in`` are other
    subscriptions of the reader that it matches, for one that asks for everything. ``thumbs`` are the addresses at which
    the reader says that it was useful, or not for them; () where there are none.
    """

    paper: Paper
    subscriptions: tuple[str, ...]
    score: float
    places: tuple[MatchedSpan, ...] = ()
    told_before: date | None = None
    short: bool = False
    also: bool = False
    occasion: str = FIRST
    matches: tuple[ItemMatch, ...] = ()
    rise: int | None = None
    also_in: tuple[str, ...] = ()
    thumbs: tuple[str, ...] = ()

    @property
    def strong(self) -> bool:
        """Whether the paper is about what one of the rules asks for, and more than mentions it."""
        return is_strong(self.score)


@dataclass(frozen=True, slots=True, kw_only=True)
class Nothing:
    """A subscription that has nothing to tell though ``read`` papers were read for it since ``since``."""

    subscription: str
    read: int
    since: datetime
    timezone: str = "UTC"
    sources: tuple[str, ...] = ()
    shown_as: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A source that the message's subscriptions use and that cannot be read since ``since``, wholly or partly.

    ``missing``: for a source that can be read again, what was missed of it; "" otherwise.
    """

    source: str
    since: datetime
    partly: bool = False
    missing: str = ""


class IncidentKind(StrEnum):
    SOURCE_BROKEN = "source broken"
    SOURCE_UNREACHABLE = "source unreachable"
    SOURCE_PARTIAL = "source partial"
    SOURCE_GAP = "source gap"  # something was missed that is not read any more without being asked for
    ENDPOINT_FAILING = "endpoint failing"
    ENDPOINT_GONE = "endpoint gone"
    INCLUDE_BROKEN = "include broken"
    CONFIG_BROKEN = "config broken"
    TEMPLATE_BROKEN = "template broken"
    STEP_FAILED = "step failed"  # for one subscription, receiver or table: an error that nobody foresaw
    DATABASE_LOST = "database lost"
    DATABASE_RESTORED = "database restored"  # of a source that was not read since


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
    """All that a delivery says, before it is put into words for one service.

    ``nothing`` has the subscriptions without papers that say so: all of an empty digest or a sign of life, some of a
    digest that they share with others. ``unread`` says what may be missing, ``left`` what an end of trouble leaves
    unread or taken as it is, in sentences. ``unsubscribe`` is the mailto or web address where a reader ends a
    subscription; empty where there is none. With ``is_one_click`` a mail program may do so by itself, as RFC 8058 has
    it. ``names`` are what readers are shown.
    ``is_to_operator``: an incident or a recovery goes to the operator, and not to those whom a broken file tells.
    """

    delivery: Delivery
    items: tuple[DigestItem, ...] = ()
    incident: Incident | None = None
    timezone: str = "UTC"
    nothing: tuple[Nothing, ...] = ()
    unread: tuple[Unread, ...] = ()
    incidents: tuple[Incident, ...] = ()  # of a summary
    folded: int = 0  # messages that this one stands for, since they could not be sent
    left: tuple[str, ...] = ()  # of a recovery, and of a summary
    source_urls: Mapping[str, str] = field(default_factory=dict)
    unsubscribe: str = ""
    is_one_click: bool = False
    names: DisplayNames = field(default_factory=DisplayNames)
    is_to_operator: bool = True


@dataclass(frozen=True, slots=True)
class TemplateTrouble:
    """Why one of the config's templates could not be used; ``line`` is 0 where it is not known."""

    template: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.template}{f':{self.line}' if self.line else ''}: {self.what}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A delivery put into words. ``html`` is a whole document, ``markdown`` is CommonMark.

    ``flowing`` is the text with a line for each paragraph, for phones, which break lines themselves.
    ``mrkdwn`` is Slack's markup, ``chat_html`` the few tags that Telegram and Matrix know, with line ends as they
    are. ``data`` is the same as an object of JSON, for programs. ``unsubscribe`` is an address for mail's
    List-Unsubscribe, empty where there is none. ``troubles`` says which of the config's templates failed, so that
    watcher's own was used.
    """

    subject: str
    text: str
    html: str
    markdown: str
    flowing: str = ""
    mrkdwn: str = ""
    chat_html: str = ""
    data: Mapping[str, object] = field(default_factory=dict)
    subscriptions: tuple[str, ...] = ()
    unsubscribe: str = ""
    is_one_click: bool = False
    troubles: tuple[TemplateTrouble, ...] = ()
