"""Deliveries: made from due alerts, claimed with a lease and a fence, marked after sending."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, Select, Table, exists, func, insert, or_, select, update

from watcher.alerts.retry import LEASE, Consequence
from watcher.model import (
    Delivery,
    DeliveryKind,
    DeliveryState,
    Endpoint,
    Outcome,
    Place,
    Told,
)
from watcher.store import schema
from watcher.store.batches import in_batches
from watcher.store.endpoints import Endpoints, at

_alert, _attempt, _delivery = schema.alert, schema.attempt, schema.delivery
_endpoint, _match, _subscription = schema.endpoint, schema.match, schema.subscription


@dataclass(frozen=True, slots=True)
class Rendered:
    """What is kept of a message's body: enough to recognise it, nothing to read."""

    subject: str = ""
    size: int = 0
    sha256: str = ""


class Outbox:
    """Rows of ``alert`` (once due), ``delivery`` and ``attempt``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._endpoints = Endpoints(connection)

    # --- from alerts to deliveries ---

    def endpoints_with_due_alerts(self, now: datetime) -> list[Endpoint]:
        """Endpoints that alerts wait for, but for those that are backing off: what piles up there is one message."""
        query = (
            select(_alert.c.receiver, _alert.c.label)
            .outerjoin(_endpoint, _same_endpoint(_alert, _endpoint))
            .where(*_waiting(now), or_(_endpoint.c.next_try.is_(None), _endpoint.c.next_try <= now))
            .distinct()
            .order_by(_alert.c.receiver, _alert.c.label)
        )
        return [Endpoint(*row) for row in self._connection.execute(query)]

    def due_alerts(self, endpoint: Endpoint, now: datetime) -> list[Told]:
        """What is due at ``endpoint`` and stands in no delivery yet; by subscription, then strong before weak."""
        self._endpoints.lock(endpoint)
        query = _told().where(*at(_alert, endpoint), *_waiting(now))
        return [_as_told(row) for row in self._connection.execute(query)]

    def enqueue_digest(self, endpoint: Endpoint, match_ids: Collection[int], now: datetime, part: int, of: int) -> str:
        """Make one delivery of these alerts."""
        id = self._insert(endpoint, DeliveryKind.DIGEST, now, part=part, parts=of)
        for batch in in_batches(match_ids):
            self._connection.execute(
                update(_alert).where(*at(_alert, endpoint), _alert.c.match_id.in_(batch)).values(delivery_id=id)
            )
        return id

    def enqueue(self, endpoint: Endpoint, kind: DeliveryKind, now: datetime, *, incident_id: int | None = None) -> str:
        """Make one delivery that carries no alerts: an incident, a recovery, a test."""
        return self._insert(endpoint, kind, now, incident_id=incident_id)

    def _insert(self, endpoint: Endpoint, kind: DeliveryKind, now: datetime, **more: Any) -> str:
        id = uuid4().hex
        self._connection.execute(
            insert(_delivery).values(
                id=id,
                kind=kind.value,
                receiver=endpoint.receiver,
                label=endpoint.label,
                state=DeliveryState.PENDING.value,
                created_at=now,
                **more,
            )
        )
        return id

    # --- sending ---

    def endpoints_to_deliver(self, now: datetime) -> list[Endpoint]:
        """Endpoints with a pending delivery, none in flight, and not backing off."""
        query = (
            select(_delivery.c.receiver, _delivery.c.label)
            .outerjoin(_endpoint, _same_endpoint(_delivery, _endpoint))
            .where(_delivery.c.state == DeliveryState.PENDING)
            .where(or_(_endpoint.c.next_try.is_(None), _endpoint.c.next_try <= now))
            .distinct()
            .order_by(_delivery.c.receiver, _delivery.c.label)
        )
        return [Endpoint(*row) for row in self._connection.execute(query)]

    def claim(self, endpoint: Endpoint, now: datetime) -> Delivery | None:
        """Take the oldest pending delivery for sending, if the endpoint is free and not backing off.

        A digest that all alerts have left (merged, cancelled) is cancelled on the way.
        """
        self._endpoints.lock(endpoint)
        self._free_expired(endpoint, now)
        health = self._endpoints.health(endpoint)
        in_flight = exists().where(*at(_delivery, endpoint), _delivery.c.state == DeliveryState.SENDING)
        if (health.next_try and health.next_try > now) or self._connection.scalar(select(in_flight)):
            return None
        query = (
            select(_delivery)
            .where(*at(_delivery, endpoint), _delivery.c.state == DeliveryState.PENDING)
            .order_by(_delivery.c.created_at, _delivery.c.part, _delivery.c.id)
        )
        for row in self._connection.execute(query).mappings().all():
            if row["kind"] == DeliveryKind.DIGEST and not self._has_alerts(row["id"]):
                self._finish(row["id"], DeliveryState.CANCELLED, "nothing left to tell", now)
                continue
            fence = row["fence"] + 1
            self._set(row["id"], state=DeliveryState.SENDING.value, lease=now + LEASE, fence=fence)
            return Delivery(
                id=row["id"],
                kind=DeliveryKind(row["kind"]),
                endpoint=endpoint,
                fence=fence,
                part=row["part"],
                parts=row["parts"],
                created_at=row["created_at"],
            )
        return None

    def told(self, delivery_id: str) -> list[Told]:
        """The matches that a delivery tells."""
        query = _told().where(_alert.c.delivery_id == delivery_id, _alert.c.dropped.is_(None))
        return [_as_told(row) for row in self._connection.execute(query)]

    def told_before(self, endpoint: Endpoint, paper_ids: Collection[int]) -> dict[int, date]:
        """Paper → the day on which this endpoint was first told of it, for the papers that it was told of."""
        found: dict[int, date] = {}
        for batch in in_batches(paper_ids):
            query = (
                select(_match.c.paper_id, func.min(_delivery.c.finished_at).label("at"))
                .join(_alert, _alert.c.match_id == _match.c.id)
                .join(_delivery, _delivery.c.id == _alert.c.delivery_id)
                .where(*at(_alert, endpoint), _match.c.paper_id.in_(batch))
                .where(_delivery.c.state == DeliveryState.SENT)
                .group_by(_match.c.paper_id)
            )
            for row in self._connection.execute(query):
                found[row.paper_id] = row.at.date()
        return found

    def incident_of(self, delivery_id: str) -> int | None:
        return self._connection.scalar(select(_delivery.c.incident_id).where(_delivery.c.id == delivery_id))

    def record_attempt(
        self, delivery: Delivery, outcome: Outcome, consequence: Consequence, rendered: Rendered, now: datetime
    ) -> bool:
        """Write down one try and what follows from it; False, and nothing written, where the claim was lost."""
        self._endpoints.lock(delivery.endpoint)
        mine = (_delivery.c.id == delivery.id, _delivery.c.fence == delivery.fence)
        if not self._connection.scalar(select(func.count()).where(*mine, _delivery.c.state == DeliveryState.SENDING)):
            return False
        self._add_attempt(delivery.id, delivery.fence, outcome.result.value, outcome.reason, rendered, now)
        if consequence.state is DeliveryState.PENDING:
            self._set(delivery.id, state=DeliveryState.PENDING.value, lease=None)
        else:
            self._finish(delivery.id, consequence.state, consequence.reason, now)
        self._endpoints.set_health(delivery.endpoint, consequence.health)
        return True

    def cancel(self, delivery_id: str, reason: str, now: datetime) -> None:
        """Do not send it after all."""
        self._finish(delivery_id, DeliveryState.CANCELLED, reason, now)

    def free_interrupted(self, now: datetime) -> int:
        """Free what a daemon that is gone was sending, whatever its lease says; how many.

        Only for SQLite with daemon.lock held: nobody else can be sending.
        """
        return self._free(_delivery.c.state == DeliveryState.SENDING, now=now)

    def _free_expired(self, endpoint: Endpoint, now: datetime) -> None:
        expired = (_delivery.c.state == DeliveryState.SENDING, _delivery.c.lease <= now)
        self._free(*at(_delivery, endpoint), *expired, now=now)

    def _free(self, *where: ColumnElement[bool], now: datetime) -> int:
        rows = self._connection.execute(select(_delivery.c.id, _delivery.c.fence).where(*where)).all()
        for row in rows:
            reason = "interrupted while sending: it may have arrived"
            self._add_attempt(row.id, row.fence, "unknown", reason, Rendered(), now)
            self._set(row.id, state=DeliveryState.PENDING.value, lease=None)
        return len(rows)

    # --- what is left ---

    def endpoints_owed(self) -> set[Endpoint]:
        """Endpoints that something unsent waits for."""
        alerts = select(_alert.c.receiver, _alert.c.label).where(
            _alert.c.dropped.is_(None), _alert.c.delivery_id.is_(None)
        )
        pending = select(_delivery.c.receiver, _delivery.c.label).where(_delivery.c.state == DeliveryState.PENDING)
        return {Endpoint(*row) for row in self._connection.execute(alerts.union(pending))}

    def give_up(self, endpoint: Endpoint, reason: str, now: datetime) -> int:
        """The endpoint is gone from the config: its alerts become deliveries, all dead, to be replayed elsewhere."""
        self._endpoints.lock(endpoint)
        waiting = self._connection.scalars(
            select(_alert.c.match_id).where(
                *at(_alert, endpoint), _alert.c.delivery_id.is_(None), _alert.c.dropped.is_(None)
            )
        ).all()
        if waiting:
            self.enqueue_digest(endpoint, waiting, now, 1, 1)
        return self._connection.execute(
            update(_delivery)
            .where(*at(_delivery, endpoint), _delivery.c.state == DeliveryState.PENDING)
            .values(state=DeliveryState.DEAD.value, reason=reason, finished_at=now)
        ).rowcount

    # --- looking ---

    def state_of(self, delivery_id: str) -> tuple[DeliveryState, str] | None:
        """A delivery's state, and the reason of its last attempt or of its end."""
        row = self._connection.execute(
            select(_delivery.c.state, _delivery.c.reason).where(_delivery.c.id == delivery_id)
        ).one_or_none()
        if row is None:
            return None
        last = select(_attempt.c.reason).where(_attempt.c.delivery_id == delivery_id).order_by(_attempt.c.n.desc())
        return DeliveryState(row.state), row.reason or self._connection.scalar(last.limit(1)) or ""

    def states(self) -> dict[DeliveryState, int]:
        """How many deliveries are in each state."""
        query = select(_delivery.c.state, func.count()).group_by(_delivery.c.state)
        return {DeliveryState(row[0]): row[1] for row in self._connection.execute(query)}

    # --- rows ---

    def _has_alerts(self, delivery_id: str) -> bool:
        query = select(exists().where(_alert.c.delivery_id == delivery_id, _alert.c.dropped.is_(None)))
        return bool(self._connection.scalar(query))

    def _add_attempt(
        self, delivery_id: str, fence: int, outcome: str, reason: str, rendered: Rendered, now: datetime
    ) -> None:
        n = select(func.coalesce(func.max(_attempt.c.n), 0) + 1).where(_attempt.c.delivery_id == delivery_id)
        self._connection.execute(
            insert(_attempt).values(
                delivery_id=delivery_id,
                n=n.scalar_subquery(),
                fence=fence,
                at=now,
                outcome=outcome,
                reason=reason,
                subject=rendered.subject,
                size=rendered.size,
                sha256=rendered.sha256,
            )
        )

    def _finish(self, id: str, state: DeliveryState, reason: str, now: datetime) -> None:
        self._set(id, state=state.value, reason=reason, lease=None, finished_at=now)

    def _set(self, id: str, **values: Any) -> None:
        self._connection.execute(update(_delivery).where(_delivery.c.id == id).values(**values))


def _told() -> Select[Any]:
    return (
        select(
            _match.c.id,
            _match.c.paper_id,
            _match.c.strong,
            _match.c.places,
            _subscription.c.owner,
            _subscription.c.name,
            _subscription.c.settings,
        )
        .join(_alert, _alert.c.match_id == _match.c.id)
        .join(_subscription, _subscription.c.id == _match.c.subscription_id)
        .order_by(_subscription.c.id, _match.c.strong.desc(), _match.c.id)
    )


def _as_told(row: Any) -> Told:
    return Told(
        match_id=row.id,
        paper_id=row.paper_id,
        subscription=f"{row.owner}/{row.name}" if row.owner else row.name,
        timezone=row.settings["timezone"],
        strong=row.strong,
        places=tuple(Place(*place) for place in row.places),
    )


def _waiting(now: datetime) -> Sequence[ColumnElement[bool]]:
    return _alert.c.due <= now, _alert.c.delivery_id.is_(None), _alert.c.dropped.is_(None)


def _same_endpoint(one: Table, other: Table) -> ColumnElement[bool]:
    return (one.c.receiver == other.c.receiver) & (one.c.label == other.c.label)
