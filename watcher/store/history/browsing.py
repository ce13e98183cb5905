"""Read what the web pages show: digest days, a paper's matches and numbers, what a source listed day by day."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property

from sqlalchemy import Connection, and_, exists, func, select

from watcher.model import Because, DeliveryState, Endpoint, Fate, MatchedSpan, Verdict, is_strong
from watcher.policy.alerts.rising import VotesThen
from watcher.store.database import schema
from watcher.store.database.batches import in_batches
from watcher.store.database.values import because_of_row, score_of_row
from watcher.store.deliveries.endpoints import at
from watcher.store.subscriptions.never import is_kept_back

_alert, _delivery, _incident = schema.alert, schema.delivery, schema.incident
_listing, _match = schema.listing, schema.match
_metric, _paper, _poll, _subscription = schema.metric, schema.paper, schema.poll, schema.subscription

_thumb = schema.thumb
_of_match = and_(_thumb.c.subscription_id == _match.c.subscription_id, _thumb.c.paper_id == _match.c.paper_id)
_other = _listing.alias("other")

MOST_CHANGED = 1_000
"""Changed papers that a stamp looks at."""

SOON = 200
"""How many subscriptions, in the order in which they are due, are searched for the next digest."""


@dataclass(frozen=True, slots=True)
class PaperMatch:
    """A match of a paper, as people see it.

    ``subscription``: its full name.
    ``shown_as``: its display name, "" to show the full name.
    ``score``: how much the paper is about what the rule asks for, from 0 to 1.
    ``occasion``: ``first``, a version such as ``v2``, or another event.
    ``up``: whether its reader found the paper useful, None if they did not say.
    """

    paper_id: int
    subscription: str
    score: float
    places: tuple[MatchedSpan, ...]
    occasion: str
    fate: Fate
    shown_as: str = ""
    up: bool | None = None
    because: Because | None = None

    @property
    def strong(self) -> bool:
        """Whether the paper is about what the rule asks for, not only mentions it."""
        return is_strong(self.score)


@dataclass(frozen=True, slots=True)
class CountThen:
    """A paper's upvotes and comments at a source at one instant."""

    at: datetime
    source: str
    upvotes: int | None
    comments: int | None


@dataclass(frozen=True, slots=True)
class NextTold:
    """The next digest with papers: its subscription, endpoints, due instant and number of matches."""

    subscription: str
    endpoints: tuple[Endpoint, ...]
    due: datetime
    matches: int


class Browsing:
    """The SQL statements for the web pages. Each reads a bounded part of its tables, with their indexes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def stamp(self) -> tuple[object, ...]:
        """Return values that change whenever papers are added, listed again or changed, or a source was polled."""
        newest = [select(func.max(table.c.id)).scalar_subquery() for table in (_paper, _listing, _poll)]
        read = select(func.max(_metric.c.at)).scalar_subquery()
        changed = select(schema.unfolded).order_by(schema.unfolded.c.paper_id.desc()).limit(MOST_CHANGED).subquery()
        tickets = select(func.count(), func.sum(changed.c.ticket)).select_from(changed)
        return *self._connection.execute(select(*newest, read)).one(), *self._connection.execute(tickets).one()

    # --- digest days ---

    def papers_on(self, day: date) -> list[int]:
        """Return the ids of the papers of a digest day.

        A paper without a dated listing belongs to the day on which it was published, or else first seen.
        """
        found = set(self._connection.scalars(select(_listing.c.paper_id).where(_listing.c.day == day)))
        found.update(self._undated_papers.get(day, ()))
        return sorted(found)

    def day_before(self, day: date | None) -> date | None:
        """Return the last digest day with papers before ``day`` (None: of all days), None if there is none."""
        listed = select(func.max(_listing.c.day, type_=_listing.c.day.type))
        undated = set(self._undated_papers)
        if day is not None:
            listed, undated = listed.where(_listing.c.day < day), {one for one in undated if one < day}
        return max(filter(None, [self._connection.scalar(listed), *undated]), default=None)

    def day_after(self, day: date) -> date | None:
        """Return the first digest day with papers after ``day``, None if there is none."""
        listed = select(func.min(_listing.c.day, type_=_listing.c.day.type)).where(_listing.c.day > day)
        days = [self._connection.scalar(listed), min((one for one in self._undated_papers if one > day), default=None)]
        return min(filter(None, days), default=None)

    @cached_property
    def _undated_papers(self) -> dict[date, list[int]]:
        """Day → ids of the papers without a dated listing; read once."""
        dated = exists().where(_other.c.paper_id == _listing.c.paper_id, _other.c.day.is_not(None))
        query = (
            select(_paper.c.id, func.coalesce(_paper.c.published, _paper.c.first_seen, type_=_paper.c.first_seen.type))
            .join(_listing, _listing.c.paper_id == _paper.c.id)
            .where(_listing.c.day.is_(None), _paper.c.merged_into.is_(None), ~dated)
            .distinct()
        )
        found: dict[date, list[int]] = {}
        for id, instant in self._connection.execute(query):
            found.setdefault(instant.astimezone(UTC).date(), []).append(id)
        return found

    def listed_by_day(self, source: str, first: date) -> dict[date, int]:
        """Return digest day → number of papers that ``source`` listed on it, from ``first`` on."""
        query = select(_listing.c.day, func.count()).where(_listing.c.source == source, _listing.c.day >= first)
        return {row[0]: row[1] for row in self._connection.execute(query.group_by(_listing.c.day))}

    # --- one paper, one page of papers ---

    def matches_of(self, paper_ids: Collection[int]) -> list[PaperMatch]:
        """Return the matches of these papers, in the order of subscriptions and of matching."""
        found: list[PaperMatch] = []
        query = (
            select(_match, _subscription.c.owner, _subscription.c.name, schema.shown_as.label("shown_as"), _thumb.c.up)
            .join(_subscription, _subscription.c.id == _match.c.subscription_id)
            .outerjoin(_thumb, _of_match)
            .where(_match.c.same_as.is_(None))
            .order_by(_subscription.c.id, _match.c.id)
        )
        for batch in in_batches(paper_ids):
            for row in self._connection.execute(query.where(_match.c.paper_id.in_(batch))):
                places = tuple(MatchedSpan(*place) for place in row.places)
                name = _full_name(row.owner, row.name)
                score, fate = score_of_row(row), Fate(row.fate)
                because = because_of_row(row)
                found.append(
                    PaperMatch(row.paper_id, name, score, places, row.occasion, fate, row.shown_as, row.up, because)
                )
        return found

    def counts_of(self, paper_id: int) -> list[CountThen]:
        """Return a paper's upvotes and comments whenever they were read, oldest first."""
        query = (
            select(_metric.c.at, _listing.c.source, _metric.c.upvotes, _metric.c.comments)
            .join(_listing, _listing.c.id == _metric.c.listing_id)
            .where(_listing.c.paper_id == paper_id)
            .order_by(_metric.c.at, _listing.c.id)
        )
        return [CountThen(*row) for row in self._connection.execute(query)]

    def votes_until(self, paper_ids: Collection[int], until: datetime) -> dict[int, dict[str, list[VotesThen]]]:
        """Return paper id → source → upvotes read there until an instant."""
        found: dict[int, dict[str, list[VotesThen]]] = {}
        query = (
            select(_listing.c.paper_id, _listing.c.source, _metric.c.at, _metric.c.upvotes)
            .join(_listing, _listing.c.id == _metric.c.listing_id)
            .where(_metric.c.upvotes.is_not(None), _metric.c.at <= until)
            .order_by(_metric.c.at)
        )
        for batch in in_batches(paper_ids):
            for row in self._connection.execute(query.where(_listing.c.paper_id.in_(batch))):
                then = VotesThen(row.at, row.upvotes)
                found.setdefault(row.paper_id, {}).setdefault(row.source, []).append(then)
        return found

    # --- subscriptions, receivers, sources, incidents ---

    def next_told(self) -> NextTold | None:
        """Return the next digest that something is held for, None if the next ``SOON`` subscriptions hold nothing."""
        held = (_match.c.fate == Fate.HELD, _match.c.same_as.is_(None))
        soon = (
            select(_subscription)
            .where(_subscription.c.next_due.is_not(None), _subscription.c.gone_at.is_(None))
            .where(~schema.rests)
            .order_by(_subscription.c.next_due)
            .limit(SOON)
            .subquery()
        )
        has_held = exists().where(_match.c.subscription_id == soon.c.id, *held)
        row = self._connection.execute(
            select(soon).where(has_held).order_by(soon.c.next_due, soon.c.id).limit(1)
        ).first()
        if row is None:
            return None
        matches = self._connection.scalar(select(func.count()).where(_match.c.subscription_id == row.id, *held)) or 0
        endpoints = tuple(Endpoint(*one) for one in row.endpoints)
        return NextTold(_full_name(row.owner, row.name), endpoints, row.next_due, matches)

    def matched_since(self, subscription_ids: Collection[int], since: datetime) -> dict[int, list[datetime]]:
        """Return subscription id → instants at which it matched a paper since ``since``.

        Baseline matches are left out, and so are those that ``never:`` lists keep back.
        """
        found: dict[int, list[datetime]] = {}
        for batch in in_batches(subscription_ids):
            query = select(_match.c.subscription_id, _match.c.matched_at).where(
                _match.c.subscription_id.in_(batch), _match.c.matched_at >= since, _match.c.same_as.is_(None)
            )
            told = (_match.c.fate != Fate.BASELINE, ~is_kept_back())
            for id, matched_at in self._connection.execute(query.where(*told)):
                found.setdefault(id, []).append(matched_at)
        return found

    def matched_by(self, subscription_id: int, limit: int, skip: int = 0) -> list[int]:
        """Return the ids of the papers that a subscription matched last, newest first, each once.

        Baseline matches are left out, and so are those that ``never:`` lists keep back.

        ``limit``: number of papers.
        ``skip``: number of newer papers to leave out.
        """
        newest = func.max(_match.c.id).desc()
        query = (
            select(_match.c.paper_id)
            .where(
                _match.c.subscription_id == subscription_id, _match.c.same_as.is_(None), _match.c.fate != Fate.BASELINE
            )
            .where(~is_kept_back())
        )
        some = query.group_by(_match.c.paper_id).order_by(newest).limit(limit).offset(skip)
        return list(self._connection.scalars(some))

    def listed_by(self, source: str, limit: int, skip: int = 0) -> list[int]:
        """Return the ids of the papers that a source listed, those first listed last coming first.

        ``limit``: number of papers.
        ``skip``: number of newer papers to leave out.
        """
        first = func.min(_listing.c.id).desc()
        query = select(_listing.c.paper_id).where(_listing.c.source == source).group_by(_listing.c.paper_id)
        return list(self._connection.scalars(query.order_by(first).limit(limit).offset(skip)))

    def waiting(self) -> tuple[int, datetime | None]:
        """Return how many alerts are in no delivery, and when the first of them is due (None if there are none)."""
        oldest = func.min(_alert.c.due, type_=_alert.c.due.type)
        left = (_alert.c.delivery_id.is_(None), _alert.c.dropped.is_(None))
        row = self._connection.execute(select(func.count(), oldest).select_from(_alert).where(*left)).one()
        return row[0], row[1]

    def last_sent(self, endpoint: Endpoint) -> datetime | None:
        """Return when a message to an endpoint was last sent, None if none ever was."""
        sent = (*at(_delivery, endpoint), _delivery.c.state == DeliveryState.SENT)
        last: datetime | None = self._connection.scalar(
            select(func.max(_delivery.c.finished_at, type_=_utc)).where(*sent)
        )
        return last

    def last_read(self, source: str) -> datetime | None:
        """Return when a source was last polled without trouble, None if it never was."""
        well = (_poll.c.source == source, _poll.c.verdict.not_in([Verdict.BROKEN, Verdict.UNREACHABLE]))
        return self._connection.scalar(select(_poll.c.at).where(*well).order_by(_poll.c.at.desc()).limit(1))

    def incidents_ended(self, limit: int) -> Sequence[tuple[str, str, str, datetime, datetime]]:
        """Return (kind, subject, reason, began, ended) of the incidents that ended last."""
        columns = [_incident.c[name] for name in ("kind", "subject", "reason", "began", "ended")]
        ended = select(*columns).where(_incident.c.ended.is_not(None)).order_by(_incident.c.ended.desc())
        return [tuple(row) for row in self._connection.execute(ended.limit(limit))]


_utc = _delivery.c.finished_at.type


def _full_name(owner: str, name: str) -> str:
    return f"{owner}/{name}" if owner else name
