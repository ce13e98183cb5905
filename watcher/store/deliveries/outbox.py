"""Make deliveries of due alerts, fold them after an outage, give them up when their endpoint is gone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, Table, and_, func, insert, or_, select, union_all, update

from watcher.model import DeliveryKind, DeliveryState, DueAlert, Endpoint
from watcher.store.database import schema
from watcher.store.deliveries import folding
from watcher.store.deliveries.assignments import Standing, stand_in
from watcher.store.deliveries.endpoints import Endpoints, at, endpoint_columns, may_try
from watcher.store.deliveries.told import as_told, due_alerts, told, waiting

_alert, _attempt, _delivery = schema.alert, schema.attempt, schema.delivery
_blank, _endpoint = schema.blank, schema.endpoint


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest to be made.

    ``part`` / ``of``: it is the ``part``-th of ``of`` messages.
    ``short``: matches told in short form.
    """

    endpoint: Endpoint
    part: int
    of: int
    match_ids: Sequence[int]
    short: frozenset[int] = frozenset()


class Outbox:
    """Statements on due alerts and on deliveries that wait; :class:`Queue` has those of sending."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._endpoints = Endpoints(connection)

    # --- from alerts to deliveries ---

    def endpoints_with_due_alerts(self, now: datetime) -> list[Endpoint]:
        """Return endpoints with due alerts that are not backing off.

        For a failing endpoint alerts gather into one message.
        """
        query = (
            select(_alert.c.receiver, _alert.c.label)
            .outerjoin(_endpoint, _same_endpoint(_alert, _endpoint))
            .where(*waiting(now), may_try(now))
            .distinct()
            .order_by(_alert.c.receiver, _alert.c.label)
        )
        return [Endpoint(*row) for row in self._connection.execute(query)]

    def due_alerts(self, endpoints: Collection[Endpoint], now: datetime) -> dict[Endpoint, list[DueAlert]]:
        """Return the due alerts without a delivery at each of these endpoints, whose rows the caller has locked.

        Ordered by subscription, strong matches first. Endpoints without any are left out.
        """
        return due_alerts(self._connection, endpoints, now)

    def next_due(self, now: datetime) -> datetime | None:
        """Return the next instant at which something becomes due, None if nothing will.

        Counts subscriptions, signs of life, alerts, messages without papers, and failing endpoints.
        """
        waits = (_alert.c.due > now, _alert.c.delivery_id.is_(None), _alert.c.dropped.is_(None))
        subscription = schema.subscription
        laters = union_all(
            select(func.min(_alert.c.due)).where(*waits),
            select(func.min(_blank.c.due)).where(_blank.c.due > now, _blank.c.delivery_id.is_(None)),
            select(func.min(_endpoint.c.next_try)).where(_endpoint.c.next_try > now),
            select(func.min(subscription.c.next_due)).where(subscription.c.next_due > now),
            select(func.min(subscription.c.sign_due)).where(subscription.c.sign_due > now),
        )
        return min((at for at in self._connection.scalars(laters) if at), default=None)

    def enqueue_digests(self, digests: Sequence[Digest], now: datetime) -> list[str]:
        """Make deliveries, in few statements; return their ids.

        The ids ascend: deliveries that are made together are sent in the order of their ids.
        """
        if not digests:
            return []
        made = dict(zip(sorted(uuid4().hex for _ in digests), digests, strict=True))
        fixed = {"kind": DeliveryKind.DIGEST.value, "state": DeliveryState.PENDING.value, "created_at": now}
        rows = [
            fixed | endpoint_columns(one.endpoint) | {"id": id, "part": one.part, "parts": one.of}
            for id, one in made.items()
        ]
        self._connection.execute(insert(_delivery), rows)
        told = [
            Standing(match_id, one.endpoint, id, match_id in one.short)
            for id, one in made.items()
            for match_id in one.match_ids
        ]
        stand_in(self._connection, told)
        return list(made)

    def enqueue(self, endpoint: Endpoint, kind: DeliveryKind, now: datetime, *, incident_id: int | None = None) -> str:
        """Make a delivery without alerts (an incident, a recovery, a test …); return its id."""
        id = uuid4().hex
        row = {"id": id, "kind": kind.value, "state": DeliveryState.PENDING.value, "created_at": now}
        self._connection.execute(insert(_delivery).values(**row, **endpoint_columns(endpoint), incident_id=incident_id))
        return id

    def cancel(self, delivery_id: str, reason: str, now: datetime) -> None:
        """Cancel a delivery if it is still pending."""
        waits = (_delivery.c.id == delivery_id, _delivery.c.state == DeliveryState.PENDING)
        values = {"state": DeliveryState.CANCELLED.value, "reason": reason, "finished_at": now}
        self._connection.execute(update(_delivery).where(*waits).values(values))

    # --- after an outage ---

    def digests_in_backlog(self, endpoint: Endpoint) -> list[str]:
        """Return an endpoint's pending digests that were never attempted."""
        return folding.backlog(self._connection, endpoint, [DeliveryKind.DIGEST])

    def fold_digests(
        self, endpoint: Endpoint, ids: Sequence[str], enqueue: Callable[[], object], now: datetime
    ) -> None:
        """Fold these digests into new ones.

        Their alerts are taken out, and ``enqueue`` makes deliveries of all due alerts, which include them.
        """
        matches = folding.release(self._connection, ids)
        enqueue()
        for id in ids:
            into = folding.delivery_of(self._connection, endpoint, matches[id]) if id in matches else None
            folding.fold(self._connection, [id], into, now)

    def fold_notices(self, endpoint: Endpoint, now: datetime) -> None:
        """Fold an endpoint's unattempted incidents and recoveries into one summary, if there are several."""
        ids = folding.backlog(self._connection, endpoint, folding.NOTICES)
        if len(ids) > 1:
            folding.fold(self._connection, ids, self.enqueue(endpoint, DeliveryKind.SUMMARY, now), now)

    # --- what is left ---

    def endpoints_owed(self) -> set[Endpoint]:
        """Return endpoints with alerts without a delivery, or with pending deliveries."""
        alerts = select(_alert.c.receiver, _alert.c.label).where(
            _alert.c.dropped.is_(None), _alert.c.delivery_id.is_(None)
        )
        pending = select(_delivery.c.receiver, _delivery.c.label).where(_delivery.c.state == DeliveryState.PENDING)
        return {Endpoint(*row) for row in self._connection.execute(alerts.union(pending))}

    def give_up(self, endpoint: Endpoint, reason: str, now: datetime) -> int:
        """Make everything that an endpoint is owed dead, so that it can be replayed elsewhere.

        Return how many deliveries.
        """
        self._endpoints.lock(endpoint)
        owed = self._connection.scalars(
            select(_alert.c.match_id).where(
                *at(_alert, endpoint), _alert.c.delivery_id.is_(None), _alert.c.dropped.is_(None)
            )
        ).all()
        if owed:
            self.enqueue_digests([Digest(endpoint, 1, 1, owed)], now)
        return self._connection.execute(
            update(_delivery)
            .where(*at(_delivery, endpoint), _delivery.c.state == DeliveryState.PENDING)
            .values(state=DeliveryState.DEAD.value, reason=reason, finished_at=now)
        ).rowcount

    def give_up_due(self, reason: str, now: datetime) -> dict[Endpoint, int]:
        """Make what is due at all endpoints dead, so that it can be replayed; return how many deliveries at each.

        What subscriptions hold back while they are paused stays.
        """
        for endpoint, some in due_alerts(self._connection, self._with_due(now), now).items():
            self.enqueue_digests([Digest(endpoint, 1, 1, [one.match_id for one in some])], now)
        pending = _delivery.c.state == DeliveryState.PENDING
        counts = select(_delivery.c.receiver, _delivery.c.label, func.count()).where(pending)
        rows = self._connection.execute(counts.group_by(_delivery.c.receiver, _delivery.c.label)).all()
        dead = {"state": DeliveryState.DEAD.value, "reason": reason, "finished_at": now}
        self._connection.execute(update(_delivery).where(pending).values(dead))
        return {Endpoint(receiver, label): count for receiver, label, count in rows}

    def _with_due(self, now: datetime) -> list[Endpoint]:
        query = select(_alert.c.receiver, _alert.c.label).where(*waiting(now)).distinct()
        return [Endpoint(*row) for row in self._connection.execute(query)]

    # --- looking ---

    def owed(self, now: datetime) -> list[tuple[str, int]]:
        """Return (subscription, paper) of all that is due or on its way, without what paused subscriptions hold."""
        is_on_its_way = _alert.c.delivery_id.in_(
            select(_delivery.c.id).where(_delivery.c.state.in_([DeliveryState.PENDING, DeliveryState.SENDING]))
        )
        rows = self._connection.execute(
            told().where(_alert.c.dropped.is_(None), or_(and_(*waiting(now)), is_on_its_way))
        )
        return list(dict.fromkeys((one.subscription, one.paper_id) for one in map(as_told, rows)))

    def state_of(self, delivery_id: str) -> tuple[DeliveryState, str] | None:
        """Return a delivery's state with the reason of its end or last attempt, None for an unknown id."""
        row = self._connection.execute(
            select(_delivery.c.state, _delivery.c.reason).where(_delivery.c.id == delivery_id)
        ).one_or_none()
        if row is None:
            return None
        last = select(_attempt.c.reason).where(_attempt.c.delivery_id == delivery_id).order_by(_attempt.c.n.desc())
        return DeliveryState(row.state), row.reason or self._connection.scalar(last.limit(1)) or ""

    def states(self) -> dict[DeliveryState, int]:
        """Return how many deliveries are in each state."""
        query = select(_delivery.c.state, func.count()).group_by(_delivery.c.state)
        return {DeliveryState(row[0]): row[1] for row in self._connection.execute(query)}


def _same_endpoint(one: Table, other: Table) -> ColumnElement[bool]:
    return (one.c.receiver == other.c.receiver) & (one.c.label == other.c.label)
