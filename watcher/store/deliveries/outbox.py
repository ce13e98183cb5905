"""Make deliveries of due alerts, fold them after an outage, give them up if their endpoint is gone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, Table, and_, func, insert, or_, select, union, union_all, update

from watcher.model import DeliveryKind, DeliveryState, DueAlert, Endpoint, StoredSubscription
from watcher.store.database import schema
from watcher.store.deliveries import folding
from watcher.store.deliveries.assignments import AssignedAlert, assign_alerts
from watcher.store.deliveries.endpoints import Endpoints, at, endpoint_columns, may_try
from watcher.store.deliveries.told import as_told, due_alerts, told, waiting
from watcher.store.subscriptions.rows import saved_of

_alert, _attempt, _delivery = schema.alert, schema.attempt, schema.delivery
_blank, _endpoint = schema.blank, schema.endpoint


MOST_LATER = 500
"""Most subscriptions that are looked at, at a time, because they are due late."""


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest to be made.

    ``part``: its number among the messages that are made together.
    ``of``: how many these are.
    ``match_ids``: the matches that it tells.
    ``short``: those of them that are told in short form.
    """

    endpoint: Endpoint
    part: int
    of: int
    match_ids: Sequence[int]
    short: frozenset[int] = frozenset()


class Outbox:
    """The SQL statements on due alerts and waiting deliveries; :class:`Queue` has those for sending."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._endpoints = Endpoints(connection)

    # --- from alerts to deliveries ---

    def endpoints_due(self, now: datetime) -> list[Endpoint]:
        """Return the endpoints, in order, that have due alerts or blanks in no delivery and are not backing off.

        While an endpoint backs off, its alerts gather and are then told in one message.
        """
        alerts = select(_alert.c.receiver, _alert.c.label).outerjoin(_endpoint, _same_endpoint(_alert, _endpoint))
        blanks = select(_blank.c.receiver, _blank.c.label).outerjoin(_endpoint, _same_endpoint(_blank, _endpoint))
        unsaid = (_blank.c.due <= now, _blank.c.delivery_id.is_(None))
        found = union(alerts.where(*waiting(now), may_try(now)), blanks.where(*unsaid, may_try(now)))
        return sorted(Endpoint(*row) for row in self._connection.execute(found))

    def due_alerts(self, endpoints: Collection[Endpoint], now: datetime) -> dict[Endpoint, list[DueAlert]]:
        """Return endpoint → its due alerts that are in no delivery. Endpoints without any are left out.

        Alerts are ordered by subscription, strong matches first. The caller must have locked the endpoints' rows.
        """
        return due_alerts(self._connection, endpoints, now)

    def next_due(self, now: datetime) -> datetime | None:
        """Return the next instant at which anything becomes due, None if nothing will.

        That is a subscription, a sign of life, an alert, a message without papers, or the next try of a failing
        endpoint.
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

    def due_after(self, at: datetime, *, everyone: bool = False) -> list[StoredSubscription]:
        """Return the subscriptions that are next due later than an instant: the ``MOST_LATER`` latest, or everyone."""
        return self._later(schema.subscription.c.next_due, at, None if everyone else MOST_LATER)

    def signs_after(self, at: datetime) -> list[StoredSubscription]:
        """Return those whose next sign of life is due later than an instant: the ``MOST_LATER`` latest."""
        return self._later(schema.subscription.c.sign_due, at)

    def _later(
        self, due: ColumnElement[datetime | None], at: datetime, most: int | None = MOST_LATER
    ) -> list[StoredSubscription]:
        # Ordered by the same column, so that its index is used.
        query = select(schema.subscription).where(schema.subscription.c.gone_at.is_(None), due > at)
        found = self._connection.execute(query.order_by(due.desc()).limit(most))
        return [saved_of(row) for row in found.mappings()]

    def enqueue_digests(self, digests: Sequence[Digest], now: datetime) -> list[str]:
        """Make deliveries of digests; return their ids in the same order.

        The ids ascend, since deliveries that were made together are sent in the order of their ids.
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
            AssignedAlert(match_id, one.endpoint, id, match_id in one.short)
            for id, one in made.items()
            for match_id in one.match_ids
        ]
        assign_alerts(self._connection, told)
        return list(made)

    def enqueue(self, endpoint: Endpoint, kind: DeliveryKind, now: datetime, *, incident_id: int | None = None) -> str:
        """Make a delivery without alerts, such as an incident, a recovery or a test; return its id."""
        id = uuid4().hex
        row = {"id": id, "kind": kind.value, "state": DeliveryState.PENDING.value, "created_at": now}
        self._connection.execute(insert(_delivery).values(**row, **endpoint_columns(endpoint), incident_id=incident_id))
        return id

    def cancel(self, delivery_id: str, reason: str, now: datetime) -> None:
        """Cancel a delivery, if it is still pending, for a ``reason`` in words."""
        waits = (_delivery.c.id == delivery_id, _delivery.c.state == DeliveryState.PENDING)
        values = {"state": DeliveryState.CANCELLED.value, "reason": reason, "finished_at": now}
        self._connection.execute(update(_delivery).where(*waits).values(values))

    # --- after an outage ---

    def digests_in_backlog(self, endpoint: Endpoint) -> list[str]:
        """Return the ids of an endpoint's pending digests that were never attempted."""
        return folding.backlog(self._connection, endpoint, [DeliveryKind.DIGEST])

    def fold_digests(
        self, endpoint: Endpoint, ids: Sequence[str], enqueue: Callable[[], object], now: datetime
    ) -> None:
        """Fold digests into new ones: take their alerts out, and have deliveries made of all due alerts.

        ``ids``: of the digests.
        ``enqueue``: makes these deliveries.
        """
        matches = folding.release(self._connection, ids)
        enqueue()
        for id in ids:
            into = folding.delivery_of(self._connection, endpoint, matches[id]) if id in matches else None
            folding.fold(self._connection, [id], into, now)

    def fold_notices(self, endpoint: Endpoint, now: datetime) -> None:
        """Fold an endpoint's incidents and recoveries that were never attempted into one summary, if several wait."""
        ids = folding.backlog(self._connection, endpoint, folding.NOTICES)
        if len(ids) > 1:
            folding.fold(self._connection, ids, self.enqueue(endpoint, DeliveryKind.SUMMARY, now), now)

    # --- what is left ---

    def endpoints_owed(self) -> set[Endpoint]:
        """Return the endpoints that have alerts without a delivery, or pending deliveries."""
        alerts = select(_alert.c.receiver, _alert.c.label).where(
            _alert.c.dropped.is_(None), _alert.c.delivery_id.is_(None)
        )
        pending = select(_delivery.c.receiver, _delivery.c.label).where(_delivery.c.state == DeliveryState.PENDING)
        return {Endpoint(*row) for row in self._connection.execute(alerts.union(pending))}

    def give_up(self, endpoint: Endpoint, reason: str, now: datetime) -> int:
        """Make everything that an endpoint is owed dead, so that it can be replayed; return how many deliveries.

        ``reason``: why, in words that `watcher deliveries` shows.
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
        """Make everything that is due dead, so that it can be replayed; return endpoint → number of deliveries.

        What paused subscriptions hold is left as it is.

        ``reason``: as of :meth:`give_up`.
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
        """Return (full name of the subscription, paper id) of everything that is due or in a delivery.

        What paused subscriptions hold is left out.
        """
        is_on_its_way = _alert.c.delivery_id.in_(
            select(_delivery.c.id).where(_delivery.c.state.in_([DeliveryState.PENDING, DeliveryState.SENDING]))
        )
        rows = self._connection.execute(
            told().where(_alert.c.dropped.is_(None), or_(and_(*waiting(now)), is_on_its_way))
        )
        return list(dict.fromkeys((one.subscription, one.paper_id) for one in map(as_told, rows)))

    def state_of(self, delivery_id: str) -> tuple[DeliveryState, str] | None:
        """Return a delivery's state, with the reason of its end or of its last attempt; None for an unknown id."""
        row = self._connection.execute(
            select(_delivery.c.state, _delivery.c.reason).where(_delivery.c.id == delivery_id)
        ).one_or_none()
        if row is None:
            return None
        last = select(_attempt.c.reason).where(_attempt.c.delivery_id == delivery_id).order_by(_attempt.c.n.desc())
        return DeliveryState(row.state), row.reason or self._connection.scalar(last.limit(1)) or ""

    def states(self) -> dict[DeliveryState, int]:
        """Return state → number of deliveries."""
        query = select(_delivery.c.state, func.count()).group_by(_delivery.c.state)
        return {DeliveryState(row[0]): row[1] for row in self._connection.execute(query)}


def _same_endpoint(one: Table, other: Table) -> ColumnElement[bool]:
    return (one.c.receiver == other.c.receiver) & (one.c.label == other.c.label)
