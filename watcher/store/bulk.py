"""Many deliveries in few statements: what daemons over one PostgreSQL do with the messages that nothing is odd about.

Plain is a digest that was never tried and repeats nothing, at an endpoint that works. All else (probes of endpoints
that fail, incidents, replays, what was interrupted) goes one by one, by the outbox.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, exists, func, insert, select, text, tuple_, union, update
from sqlalchemy import or_ as any_of

from watcher.alerts.retry import LEASE
from watcher.model import Delivery, DeliveryKind, DeliveryState, Endpoint, Nothing, Told
from watcher.store import schema
from watcher.store.blanks import nothing_told
from watcher.store.endpoints import may_try
from watcher.store.outbox import Outbox, Rendered
from watcher.store.told import told_by_each

_alert, _attempt, _delivery = schema.alert, schema.attempt, schema.delivery
_endpoint, _match = schema.endpoint, schema.match

FIRST_FENCE = 1
"""The fence of a delivery that was claimed for the first time."""

_PENDING = _delivery.c.state == DeliveryState.PENDING.value
_IS_ODD = any_of(
    _delivery.c.fence > 0, _delivery.c.kind != DeliveryKind.DIGEST.value, _delivery.c.replay_of.is_not(None)
)


_WALK = text("""
WITH RECURSIVE walk(receiver, label, n) AS (
    (SELECT receiver, label, 1 FROM delivery
     WHERE state = 'pending' AND (receiver, label) > (:receiver, :label) ORDER BY receiver, label LIMIT 1)
    UNION ALL
    SELECT following.receiver, following.label, walk.n + 1 FROM walk CROSS JOIN LATERAL (
        SELECT receiver, label FROM delivery
        WHERE state = 'pending' AND (receiver, label) > (walk.receiver, walk.label) ORDER BY receiver, label LIMIT 1
    ) AS following WHERE walk.n < :most
)
SELECT receiver, label FROM walk
""")


@dataclass(frozen=True, slots=True)
class Gathered:
    """What deliveries say, each by its id; ``before`` has (endpoint, paper) and the day on which it was told."""

    told: Mapping[str, Sequence[Told]]
    nothing: Mapping[str, Sequence[Nothing]]
    folded: Mapping[str, int]
    before: Mapping[tuple[Endpoint, int], date]


class Bulk:
    """Rows of ``delivery`` and ``attempt``, many at a time. PostgreSQL only."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # --- which ---

    def endpoints_after(self, last: Endpoint | None, most: int) -> list[Endpoint]:
        """Endpoints with something pending, in order, behind ``last``: one step of an index each, whatever waits."""
        begin = {"receiver": last.receiver, "label": last.label} if last else {"receiver": "", "label": ""}
        rows = self._connection.execute(_WALK, begin | {"most": most})
        return [Endpoint(*row) for row in rows]

    def endpoints_to_serve_singly(self, now: datetime) -> list[Endpoint]:
        """Endpoints that something odd waits for, that fail, or whose sender is gone; not those that back off."""
        places = (_delivery.c.receiver, _delivery.c.label)
        here = and_(_delivery.c.receiver == _endpoint.c.receiver, _delivery.c.label == _endpoint.c.label)
        failing = select(_endpoint.c.receiver, _endpoint.c.label).where(
            _endpoint.c.failing_since.is_not(None), exists().where(here, _PENDING)
        )
        odd = select(*places).where(_PENDING, _IS_ODD)
        left = select(*places).where(*Outbox(self._connection).expired(now))
        wanted = union(failing, odd, left).subquery()
        same = and_(_endpoint.c.receiver == wanted.c.receiver, _endpoint.c.label == wanted.c.label)
        query = select(wanted.c.receiver, wanted.c.label).outerjoin(_endpoint, same).where(may_try(now))
        return sorted(Endpoint(*row) for row in self._connection.execute(query))

    # --- sending ---

    def claim(self, endpoints: Collection[Endpoint], now: datetime) -> list[Delivery]:
        """Take the oldest delivery of each of these endpoints that is free, where that is a plain one."""
        if not endpoints or not (held := self._hold(endpoints)):
            return []
        oldest = (
            select(_delivery)
            .where(_same(_delivery, _endpoint), _PENDING)
            .order_by(_delivery.c.created_at, _delivery.c.part, _delivery.c.id)
            .limit(1)
            .lateral()
        )
        other = _delivery.alias("other")
        in_flight = exists().where(_same(other, _endpoint), other.c.state == DeliveryState.SENDING)
        query = select(oldest).select_from(_endpoint).join(oldest, _at_any(_endpoint, held)).where(~in_flight)
        rows = [row for row in self._connection.execute(query).mappings() if _is_plain(row)]
        if rows:
            ids = [row["id"] for row in rows]
            claimed = update(_delivery).where(_delivery.c.id.in_(ids))
            values = {"state": DeliveryState.SENDING.value, "lease": now + LEASE, "fence": FIRST_FENCE}
            self._connection.execute(claimed.values(values))
        return [_claimed(row) for row in rows]

    def gather(self, deliveries: Collection[Delivery]) -> Gathered:
        """All that is needed to put these into words, but for the papers themselves."""
        ids = [one.id for one in deliveries]
        told = told_by_each(self._connection, ids)
        papers = {one.paper_id for some in told.values() for one in some}
        stands_for = select(_delivery.c.folded_into, func.count()).where(_delivery.c.folded_into.in_(ids))
        folded = self._connection.execute(stands_for.group_by(_delivery.c.folded_into))
        before = self._told_before({one.endpoint for one in deliveries}, papers, ids)
        return Gathered(told, nothing_told(self._connection, ids), {row[0]: row[1] for row in folded}, before)

    def renew(self, deliveries: Collection[Delivery], now: datetime) -> set[str]:
        """Keep these claims for another lease; the ids of those that were not lost."""
        mine = self._mine([one.id for one in deliveries])
        return set(self._connection.scalars(mine.values(lease=now + LEASE).returning(_delivery.c.id)))

    def mark_sent(self, sent: Mapping[str, Rendered], now: datetime) -> set[str]:
        """Write down that these arrived; the ids of those whose claim was kept to the end, no other is written."""
        values = {"state": DeliveryState.SENT.value, "lease": None, "finished_at": now, "reason": ""}
        marked = self._mine(list(sent)).values(values).returning(_delivery.c.id)
        ids = set(self._connection.scalars(marked))
        rows = [_attempt_row(id, sent[id], now) for id in sorted(ids)]
        if rows:
            self._connection.execute(insert(_attempt).values(rows))
        return ids

    def release(self, deliveries: Collection[Delivery]) -> None:
        """Give back what was claimed and not tried; it keeps its fence, and is odd from now on."""
        mine = self._mine([one.id for one in deliveries])
        self._connection.execute(mine.values(state=DeliveryState.PENDING.value, lease=None))

    def cancel(self, deliveries: Collection[Delivery], reason: str, now: datetime) -> None:
        """Do not send these after all."""
        values = {"state": DeliveryState.CANCELLED.value, "lease": None, "reason": reason, "finished_at": now}
        self._connection.execute(self._mine([one.id for one in deliveries]).values(values))

    # --- rows ---

    def _hold(self, endpoints: Collection[Endpoint]) -> list[Endpoint]:
        """Those of the endpoints that work and that nobody else holds; they are held until the transaction ends."""
        query = (
            select(_endpoint.c.receiver, _endpoint.c.label)
            .where(_at_any(_endpoint, endpoints), _endpoint.c.failing_since.is_(None))
            .order_by(_endpoint.c.receiver, _endpoint.c.label)
            .with_for_update(skip_locked=True)
        )
        return [Endpoint(*row) for row in self._connection.execute(query)]

    def _told_before(
        self, endpoints: Collection[Endpoint], papers: Collection[int], ids: Collection[str]
    ) -> dict[tuple[Endpoint, int], date]:
        query = (
            select(_alert.c.receiver, _alert.c.label, _match.c.paper_id, func.min(_delivery.c.finished_at).label("at"))
            .join(_match, _match.c.id == _alert.c.match_id)
            .join(_delivery, _delivery.c.id == _alert.c.delivery_id)
            .where(_at_any(_alert, endpoints), _match.c.paper_id.in_(papers), _delivery.c.id.not_in(ids))
            .where(_delivery.c.state == DeliveryState.SENT)
            .group_by(_alert.c.receiver, _alert.c.label, _match.c.paper_id)
        )
        rows = self._connection.execute(query)
        return {(Endpoint(row.receiver, row.label), row.paper_id): row.at.date() for row in rows}

    def _mine(self, ids: Collection[str]) -> Any:
        is_claimed = and_(_delivery.c.state == DeliveryState.SENDING.value, _delivery.c.fence == FIRST_FENCE)
        return update(_delivery).where(_delivery.c.id.in_(ids), is_claimed)


def _at_any(table: Table, endpoints: Iterable[Endpoint]) -> ColumnElement[bool]:
    return tuple_(table.c.receiver, table.c.label).in_([(one.receiver, one.label) for one in endpoints])


def _same(one: Any, other: Any) -> ColumnElement[bool]:
    return and_(one.c.receiver == other.c.receiver, one.c.label == other.c.label)


def _is_plain(row: Mapping[Any, Any]) -> bool:
    return bool(row["kind"] == DeliveryKind.DIGEST and row["fence"] == 0 and row["replay_of"] is None)


def _claimed(row: Mapping[Any, Any]) -> Delivery:
    return Delivery(
        id=row["id"],
        kind=DeliveryKind.DIGEST,
        endpoint=Endpoint(row["receiver"], row["label"]),
        fence=FIRST_FENCE,
        part=row["part"],
        parts=row["parts"],
        created_at=row["created_at"],
    )


def _attempt_row(id: str, rendered: Rendered, now: datetime) -> dict[str, Any]:
    what = {"subject": rendered.subject, "size": rendered.size, "sha256": rendered.sha256}
    return {"delivery_id": id, "n": 1, "fence": FIRST_FENCE, "at": now, "outcome": "sent", "reason": "", **what}
