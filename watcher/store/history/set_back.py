"""Correct the instants that were stored by a clock ahead of time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select, union_all, update

from watcher.model import Endpoint
from watcher.store.database import schema
from watcher.store.database.batches import in_batches
from watcher.store.deliveries.endpoints import at

_alert, _blank, _match, _site = schema.alert, schema.blank, schema.match, schema.site

_IS_UNTOLD = (_alert.c.delivery_id.is_(None), _alert.c.dropped.is_(None))

APART = timedelta(minutes=1)
"""Instants no further ahead than this are left alone: daemons of one database read its clock at different moments."""

LATELY = timedelta(days=30)
"""Where a clock was ahead for a while, a source was read within this time before ``now``. Where none was, ``now`` is
wrong: a machine that has lost its time begins in some past year, and all that is stored is later than that."""

SEEN = (
    schema.poll.c.at,
    schema.page.c.read_at,
    schema.page.c.short_since,
    schema.cited.c.looked_at,
    schema.paper.c.waiting_since,
    schema.endpoint.c.failing_since,
    schema.incident.c.began,
    schema.daemon.c.started_at,
    schema.daemon.c.seen_at,
)
"""Columns that say since when something is so, or when it was last done. What is decided next is counted from them."""

SEEN_WITH_THEM = (
    schema.paper.c.first_seen,
    schema.listing.c.read_at,
    schema.subscription.c.created_at,
    schema.subscription.c.last_due,
)
"""Columns of the same kind in large tables. A clock that is ahead stores nothing in them without one of ``SEEN``."""


@dataclass(frozen=True, slots=True)
class PutOff:
    """What one subscription's alerts, or its messages without papers, to an endpoint wait for.

    ``due``: the latest instant at which any of them is due.
    ``is_blank``: they are messages without papers.
    """

    subscription_id: int
    endpoint: Endpoint
    due: datetime
    is_blank: bool


class SetBack:
    """The SQL statements that correct instants which only a clock ahead of ``now`` can have stored."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def seen_by_now(self, now: datetime) -> timedelta:
        """Put everything that was seen after ``now`` at ``now``; return how far ahead the clock was.

        Sites that wait are asked as much earlier. Return zero, and change nothing, if no clock was ahead, or if it is
        the present one that is behind.
        """
        asked = union_all(*(select(func.max(one, type_=one.type)).where(one > now + APART) for one in SEEN))
        latest: datetime = max((at for at in self._connection.scalars(asked) if at), default=now)
        if latest == now or not self._is_read_lately(now):
            return timedelta(0)
        for column in (*SEEN, *SEEN_WITH_THEM):
            later = update(column.table).where(column > now + APART)
            self._connection.execute(later.values({column.name: now}))
        self._free_sites(now, latest - now)
        return latest - now

    def waiting(self, later: datetime) -> list[PutOff]:
        """Return what is in no message yet and is due later than ``later``."""
        apart = (_match.c.subscription_id, _alert.c.receiver, _alert.c.label)
        alerts = (
            select(*apart, func.max(_alert.c.due, type_=_alert.c.due.type))
            .join(_match, _match.c.id == _alert.c.match_id)
            .where(_alert.c.due > later, *_IS_UNTOLD)
            .group_by(*apart)
        )
        blanks = select(_blank.c.subscription_id, _blank.c.receiver, _blank.c.label, _blank.c.due).where(
            _blank.c.due > later, _blank.c.delivery_id.is_(None)
        )
        return [
            PutOff(id, Endpoint(receiver, label), due, is_blank)
            for query, is_blank in ((alerts, False), (blanks, True))
            for id, receiver, label, due in self._connection.execute(query)
        ]

    def bring_forward(self, one: PutOff, due: datetime) -> int:
        """Make what waits due at an earlier instant, unless it is due before that; return the number of rows."""
        if one.is_blank:
            later = (*at(_blank, one.endpoint), _blank.c.due > due, _blank.c.delivery_id.is_(None))
            theirs = update(_blank).where(_blank.c.subscription_id == one.subscription_id, *later)
            return self._connection.execute(theirs.values(due=due)).rowcount
        ids = self._connection.scalars(
            select(_alert.c.match_id)
            .join(_match, _match.c.id == _alert.c.match_id)
            .where(*at(_alert, one.endpoint), _alert.c.due > due, *_IS_UNTOLD)
            .where(_match.c.subscription_id == one.subscription_id)
        ).all()
        for batch in in_batches(ids):
            theirs = update(_alert).where(*at(_alert, one.endpoint), _alert.c.match_id.in_(batch))
            self._connection.execute(theirs.values(due=due))
        return len(ids)

    def _is_read_lately(self, now: datetime) -> bool:
        lately = select(schema.poll.c.id).where(schema.poll.c.at.between(now - LATELY, now)).limit(1)
        return self._connection.scalar(lately) is not None

    def _free_sites(self, now: datetime, ahead: timedelta) -> None:
        query = select(_site).where((_site.c.free_at > now) | (_site.c.closed_until > now))
        for row in self._connection.execute(query).all():
            waits = {"free_at": row.free_at, "closed_until": row.closed_until}
            earlier = {name: max(until - ahead, now) for name, until in waits.items() if until and until > now}
            self._connection.execute(update(_site).where(_site.c.name == row.name).values(earlier))
