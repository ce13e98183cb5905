"""What is found and told: matches, deliveries, messages, incidents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from watcher.model.display_names import DisplayNames
from watcher.model.papers import Because, Paper, RankablePaper
from watcher.model.subscriptions import FIRST, DigestOrder, Endpoint


@dataclass(frozen=True, slots=True, order=True)
class MatchedSpan:
    """Characters ``start`` to ``end`` of a paper's ``field`` at which a rule matched.

    ``term``: as the rule has it.
    """

    field: str
    start: int
    end: int
    term: str


STRONG_FROM = 0.5
"""Lowest score of a strong match: the paper is about what the rule asks for, not only mentions it."""


def is_strong(score: float) -> bool:
    """Return whether a match with this score is strong."""
    return score >= STRONG_FROM


Rank = tuple[bool, float, int, int]


def rank_of(paper: RankablePaper, score: float) -> Rank:
    """Return a sort key for matched papers, best first: strong ones, the score, most upvotes, the newest digest day."""
    upvotes, day = paper.precedence
    return not is_strong(score), -score, -upvotes, -day


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that holds for a paper, and where.

    ``score``: how much the paper is about what the rule asks for, or how like a library it is, from 0 to 1.
    ``because``: why it is like the library, None if no library was asked.
    """

    score: float
    places: tuple[MatchedSpan, ...] = ()
    because: Because | None = None

    @property
    def strong(self) -> bool:
        """Whether the paper is about what the rule asks for, not only mentions it."""
        return is_strong(self.score)


class Fate(StrEnum):
    HELD = "held"  # waits for its subscription's time
    OWED = "owed"  # alerts stand for it
    BASELINE = "baseline"  # known from before, never told
    DROPPED = "dropped"  # not told, for the reason beside it


@dataclass(frozen=True, slots=True)
class Decision:
    """The fate of a match.

    ``reason``: "" if there is nothing to explain.
    """

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
    """One message to one endpoint, claimed for sending.

    ``id``: the same at every attempt.
    ``fence``: number of this claim; a result is recorded only under the latest one.
    ``part`` and ``parts``: this is part 2 of 3, if a digest was too large for one message.
    ``replay_of``: id of the delivery that it repeats because somebody asked for it, None for none.
    ``is_probe``: the endpoint failed when last tried.
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
    """How one attempt ended. ``reason`` is for people, and holds no secret."""

    result: Result
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueAlert:
    """One match that a message tells.

    ``subscription`` and ``shown_as``: full name and display name ("" to show the full name).
    ``score``: how much the paper is about what the rule asks for, from 0 to 1.
    ``occasion``: why it is told: ``first``, a version such as ``v2``, or another event.
    ``short``: it is told in short form, one line without abstract and links.
    ``bundle``: it may share a message with other subscriptions.
    ``max_papers``, ``above``, ``top``, ``order``, ``sources``: of the subscription, see
        :class:`watcher.model.subscriptions.Subscription`.
    ``everything``: the rule asks for all papers.
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
    """A subscription that a paper is told for, and how its rule holds."""

    subscription: str
    hit: Hit


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestItem:
    """A paper in a message.

    ``score`` and ``places``: the best score and all places of its matches.
    ``told_before``: day on which the same endpoint was told of it for another subscription, None if it was not.
    ``short``: it is told in short form; ``also``: by its title alone.
    ``occasions``: all that is told of it, the gravest first: ``first`` alone, a version such as ``v2``, or events.
    ``matches``: each match by itself, for programs; people are shown all together.
    ``rise``: upvotes gained within a day, None if no subscription sorts by that.
    ``also_in``: display names of other subscriptions of the reader that match it, for one that asks for everything.
    ``thumbs``: addresses at which the reader gives a thumb, () for none.
    """

    paper: Paper
    subscriptions: tuple[str, ...]
    score: float
    places: tuple[MatchedSpan, ...] = ()
    told_before: date | None = None
    short: bool = False
    also: bool = False
    occasions: tuple[str, ...] = (FIRST,)
    matches: tuple[ItemMatch, ...] = ()
    rise: int | None = None
    also_in: tuple[str, ...] = ()
    thumbs: tuple[str, ...] = ()

    @property
    def occasion(self) -> str:
        """The gravest of its occasions."""
        return self.occasions[0]

    @property
    def strong(self) -> bool:
        """Whether the paper is about what one of the rules asks for, not only mentions it."""
        return is_strong(self.score)


@dataclass(frozen=True, slots=True, kw_only=True)
class Nothing:
    """A subscription that has nothing to tell, though its rule was tried on ``read`` papers since ``since``.

    ``sources``: names of its sources, empty for all. ``shown_as``: its display name, "" to show its name.
    """

    subscription: str
    read: int
    since: datetime
    timezone: str = "UTC"
    sources: tuple[str, ...] = ()
    shown_as: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A source that a message's subscriptions use and that has an open incident.

    ``since``: when the incident began.
    ``partly``: it shows only a part of its papers.
    ``missing``: what was missed, if it can be read again; "" otherwise.
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
    """Trouble that the operator should know of.

    ``subject``: what it is about, such as a source or an endpoint.
    ``ended``: None while it is open.
    """

    kind: IncidentKind
    subject: str
    reason: str
    began: datetime
    ended: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """All that a delivery says, before it is rendered.

    ``items``: its papers.
    ``incident``: what it reports, None for none.
    ``nothing``: subscriptions that have no papers: all of an empty digest or a sign of life, some of a shared digest.
    ``unread``: sources that cannot be read.
    ``incidents``: those that a summary reports.
    ``folded``: number of messages that it replaces.
    ``left``: sentences about what is still missing after an incident has ended.
    ``unsubscribe``: ``mailto:`` or web address at which a reader unsubscribes, "" for none.
    ``is_one_click``: a mail program may unsubscribe by itself (RFC 8058).
    ``names``: display names.
    ``is_to_operator``: an incident or recovery goes to the operator; False if it goes to receivers of a broken file.
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
    """Why a template of the config could not be used: ``what``, in words, on its ``line`` (0 if not known)."""

    template: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.template}{f':{self.line}' if self.line else ''}: {self.what}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A delivery in words.

    ``subscriptions``: names of those that it tells of.
    ``html``: a whole document.
    ``markdown``: CommonMark.
    ``flowing``: the text with one line for each paragraph, for phones, which break lines themselves.
    ``mrkdwn``: Slack's markup.
    ``chat_html``: HTML with the few tags that Telegram and Matrix know, and plain line ends.
    ``data``: the same as a JSON object, for programs.
    ``unsubscribe``: address for a mail's List-Unsubscribe, "" for none.
    ``is_one_click``: a mail program may unsubscribe by itself (RFC 8058).
    ``troubles``: templates of the config that failed, so that watcher's own were used.
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
