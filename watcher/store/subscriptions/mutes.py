"""Record which subscriptions and papers are muted."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select

from watcher.model import Endpoint
from watcher.store.database import schema
from watcher.store.subscriptions.pauses import drop_waiting

_alert, _match, _mute = schema.alert, schema.match, schema.mute
_paper, _subscription = schema.paper, schema.subscription


@dataclass(frozen=True, slots=True)
class Mute:
    """A muted subscription or paper.

    ``subject``: the subscription's full name, or the paper's key.
    ``title``: the paper's title, None for a subscription.
    ``since`` and ``until``: nothing is told of it between these instants.
    """

    subject: str
    title: str | None
    since: datetime
    until: datetime


class Mutes:
    """The SQL statements on ``mute``. A row mutes one subscription or one paper; after ``until`` it has no effect."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def begin(
        self, now: datetime, until: datetime, *, subscription_id: int | None = None, paper_id: int | None = None
    ) -> None:
        """Mute a subscription or a paper until ``until``. An earlier mute of it is replaced."""
        self.end(now, subscription_id=subscription_id, paper_id=paper_id)
        self._connection.execute(delete(_mute).where(_mute.c.until <= now))
        values = {"subscription_id": subscription_id, "paper_id": paper_id, "since": now, "until": until}
        self._connection.execute(insert(_mute).values(**values))

    def end(self, now: datetime, *, subscription_id: int | None = None, paper_id: int | None = None) -> bool:
        """End the mute of a subscription or a paper; return whether there was one."""
        query = select(_mute.c.until).where(_is(subscription_id, paper_id))
        until = self._connection.scalar(query)
        self._connection.execute(delete(_mute).where(_is(subscription_id, paper_id)))
        return until is not None and until > now

    def all(self, now: datetime) -> list[Mute]:
        """Return all mutes in the order in which they end."""
        columns = (
            _mute.c.since,
            _mute.c.until,
            _subscription.c.owner,
            _subscription.c.name,
            _paper.c.key,
            _paper.c.title,
        )
        query = (
            select(*columns)
            .outerjoin(_subscription, _subscription.c.id == _mute.c.subscription_id)
            .outerjoin(_paper, _paper.c.id == _mute.c.paper_id)
            .where(_mute.c.until > now)
            .order_by(_mute.c.until, _mute.c.id)
        )
        return [
            Mute(row.key or (f"{row.owner}/{row.name}" if row.owner else row.name), row.title, row.since, row.until)
            for row in self._connection.execute(query)
        ]

    def of_subscription(self, subscription_id: int, now: datetime) -> datetime | None:
        """Return the end of a subscription's mute, None if it is not muted."""
        query = select(_mute.c.until).where(_mute.c.subscription_id == subscription_id, _mute.c.until > now)
        found: datetime | None = self._connection.scalar(query)
        return found

    def of_subscriptions(self, now: datetime) -> dict[str, datetime]:
        """Return full name → end of the mute, of all muted subscriptions."""
        return {one.subject: one.until for one in self.all(now) if one.title is None}

    def of_papers(self, now: datetime) -> dict[int, datetime]:
        """Return paper id → end of the mute, of all muted papers."""
        query = select(_mute.c.paper_id, _mute.c.until).where(_mute.c.paper_id.is_not(None), _mute.c.until > now)
        return {row.paper_id: row.until for row in self._connection.execute(query)}

    def drop_waiting_of_subscription(
        self, id: int, endpoints: Collection[Endpoint], reason: str, until: datetime
    ) -> None:
        """Drop those alerts of a subscription that are due by ``until`` and were never attempted."""
        drop_waiting(self._connection, _match.c.subscription_id == id, endpoints, reason, until)

    def drop_waiting_of_paper(self, id: int, reason: str, until: datetime) -> None:
        """Drop those alerts of a paper that are due by ``until`` and were never attempted."""
        query = (
            select(_alert.c.receiver, _alert.c.label)
            .join(_match, _match.c.id == _alert.c.match_id)
            .where(_match.c.paper_id == id)
            .distinct()
        )
        endpoints = [Endpoint(*row) for row in self._connection.execute(query)]
        drop_waiting(self._connection, _match.c.paper_id == id, endpoints, reason, until)


def merge_mutes(connection: Connection, kept: int, merged: int) -> None:
    """Merge the mutes of two papers that are one: the later end counts.

    ``kept``: id of the paper that stays; ``merged``: id of the one that becomes part of it.
    """
    both = _mute.c.paper_id.in_([kept, merged])
    until = connection.scalar(select(func.max(_mute.c.until, type_=_mute.c.until.type)).where(both))
    if until is None:
        return
    since = connection.scalar(select(func.min(_mute.c.since, type_=_mute.c.since.type)).where(both))
    connection.execute(delete(_mute).where(both))
    connection.execute(insert(_mute).values(paper_id=kept, since=since, until=until))


def _is(subscription_id: int | None, paper_id: int | None) -> ColumnElement[bool]:
    return _mute.c.paper_id == paper_id if subscription_id is None else _mute.c.subscription_id == subscription_id
