"""Deliveries: made from due alerts, claimed with a lease and a fence, marked after sending."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    ScalarSelect,
    Table,
    and_,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from watcher.alerts.retry import AFTER_START, LEASE, SUSPECT_AFTER, Consequence
from watcher.model import Delivery, DeliveryKind, DeliveryState, Endpoint, Incident, Outcome, Rate, Told
from watcher.store import folding, rates, schema
from watcher.store.batches import in_batches
from watcher.store.endpoints import Endpoints, at, may_try, named
from watcher.store.prepared import ADD_ATTEMPT, CHANGE, HERE, IN_FLIGHT, IS_MINE, IS_RECORDED, UNKNOWN
from watcher.store.standing import Standing, stand_in
from watcher.store.told import (
    due_alerts,
    due_alerts_of,
    incidents_of,
    repeated,
    told_before,
    told_by,
    waiting,
    what_is_left,
)

_alert, _attempt, _delivery = schema.alert, schema.attempt, schema.delivery
_endpoint = schema.endpoint


@dataclass(frozen=True, slots=True)
class Rendered:
    """What is kept of a message's body: enough to recognise it, nothing to read."""

    subject: str = ""
    size: int = 0
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Digest:
    """A delivery to be made: the ``part``-th ``of`` so many, of these matches, some of them told in short form."""

    endpoint: Endpoint
    part: int
    of: int
    match_ids: Sequence[int]
    short: frozenset[int] = frozenset()


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
            .where(*waiting(now), may_try(now))
            .distinct()
            .order_by(_alert.c.receiver, _alert.c.label)
        )
        return [Endpoint(*row) for row in self._connection.execute(query)]

    def due_alerts(self, endpoint: Endpoint, now: datetime) -> list[Told]:
        """What is due at ``endpoint`` and stands in no delivery yet; by subscription, then strong before weak."""
        self._endpoints.lock(endpoint)
        return due_alerts(self._connection, endpoint, now)

    def enqueue_digest(
        self,
        endpoint: Endpoint,
        match_ids: Collection[int],
        now: datetime,
        part: int,
        of: int,
        short: Collection[int] = (),
    ) -> str:
        """Make one delivery of these alerts; those of the matches ``short`` are told in short form."""
        id = self._insert(endpoint, DeliveryKind.DIGEST, now, part=part, parts=of)
        for values, ids in (({"delivery_id": id, "short": False}, match_ids), ({"short": True}, short)):
            for batch in in_batches(ids):
                here = (*at(_alert, endpoint), _alert.c.match_id.in_(batch))
                self._connection.execute(update(_alert).where(*here).values(values))
        return id

    def due_alerts_of(self, endpoints: Collection[Endpoint], now: datetime) -> dict[Endpoint, list[Told]]:
        """What is due at each of these endpoints, which the caller holds."""
        return due_alerts_of(self._connection, endpoints, now)

    def enqueue_digests(self, digests: Sequence[Digest], now: datetime) -> None:
        """Make many deliveries, in few statements."""
        ids = {uuid4().hex: one for one in digests}
        if not ids:
            return
        fixed = {"kind": DeliveryKind.DIGEST.value, "state": DeliveryState.PENDING.value, "created_at": now}
        rows = [
            {
                "id": id,
                "receiver": one.endpoint.receiver,
                "label": one.endpoint.label,
                "part": one.part,
                "parts": one.of,
            }
            for id, one in ids.items()
        ]
        self._connection.execute(insert(_delivery), [row | fixed for row in rows])
        told = [
            Standing(match_id, one.endpoint, id, match_id in one.short)
            for id, one in ids.items()
            for match_id in one.match_ids
        ]
        stand_in(self._connection, told)

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

    def endpoints_to_deliver(self, now: datetime, *, suspects: bool = False) -> list[Endpoint]:
        """Endpoints with a delivery that is pending or whose sender is gone, and not backing off.

        ``suspects`` asks for those with deliveries that may be what ended the program, the least suspect first.
        """
        is_left = and_(*self.expired(now))
        is_pending = and_(_delivery.c.state == DeliveryState.PENDING, _is_suspect() == suspects)
        query = (
            select(_delivery.c.receiver, _delivery.c.label)
            .outerjoin(_endpoint, _same_endpoint(_delivery, _endpoint))
            .where(is_pending if suspects else or_(is_pending, is_left), may_try(now))
            .order_by(*((_interruptions(),) if suspects else ()), _delivery.c.receiver, _delivery.c.label)
        )
        return list(dict.fromkeys(Endpoint(*row) for row in self._connection.execute(query)))

    def wait_for_turn(self, endpoint: Endpoint, receiver: str, rate: Rate, now: datetime) -> timedelta:
        """How long what is pending has to wait for the rate of its endpoint's receiver, which is held meanwhile."""
        pending = exists().where(*at(_delivery, endpoint), _delivery.c.state == DeliveryState.PENDING)
        if not self._connection.scalar(select(pending)):
            return timedelta()
        return rates.wait_of(self._connection, receiver, rate, now)

    def claim(self, endpoint: Endpoint, now: datetime, *, suspects: bool = False) -> Delivery | None:
        """Take the oldest pending delivery for sending, if the endpoint is free and not backing off.

        One that all it had to tell has left (merged, cancelled, paused) is cancelled on the way. Deliveries whose
        tries were cut off again and again are left alone, unless ``suspects`` asks for just those.
        """
        health = self._endpoints.lock(endpoint)
        self._free_expired(endpoint, now)
        here = named(endpoint)
        if health.is_waiting(now) or self._connection.scalar(IN_FLIGHT, here):
            return None
        while row := self._connection.execute(_OLDEST[suspects], here).mappings().one_or_none():
            if kind := what_is_left(self._connection, row["id"], DeliveryKind(row["kind"])):
                return self._claimed(row, kind, endpoint, now)
            self._finish(row["id"], DeliveryState.CANCELLED, "nothing left to tell", now)
        return None

    def _claimed(self, row: RowMapping, kind: DeliveryKind, endpoint: Endpoint, now: datetime) -> Delivery:
        fence = row["fence"] + 1
        self._set(row["id"], kind=kind.value, state=DeliveryState.SENDING.value, lease=now + LEASE, fence=fence)
        return Delivery(
            id=row["id"],
            kind=kind,
            endpoint=endpoint,
            fence=fence,
            part=row["part"],
            parts=row["parts"],
            created_at=row["created_at"],
        )

    def told(self, delivery_id: str) -> list[Told]:
        """The matches that a delivery tells."""
        return told_by(self._connection, delivery_id)

    def told_before(self, delivery: Delivery, paper_ids: Collection[int]) -> dict[int, date]:
        """Paper → the day on which other messages first told a delivery's endpoint of it, where they did."""
        return told_before(self._connection, delivery.endpoint, paper_ids, delivery.id)

    def was_told(self, endpoint: Endpoint, kinds: Collection[DeliveryKind], since: datetime) -> bool:
        """Whether a message of one of these kinds has been sent there since then."""
        sent = (*at(_delivery, endpoint), _delivery.c.state == DeliveryState.SENT, _delivery.c.finished_at >= since)
        query = select(exists().where(*sent, _delivery.c.kind.in_([kind.value for kind in kinds])))
        return bool(self._connection.scalar(query))

    def incidents_of(self, delivery_id: str) -> list[Incident]:
        """The incidents that a delivery tells of."""
        return incidents_of(self._connection, delivery_id)

    def folded(self, delivery_id: str) -> int:
        """How many deliveries this one stands for."""
        same = repeated(self._connection, delivery_id, anywhere=True)
        return sum(folding.folded(self._connection, id) for id in same)

    def renew(self, delivery: Delivery, now: datetime) -> bool:
        """Keep the claim for another lease; False where it was lost."""
        mine = (_delivery.c.id == delivery.id, _delivery.c.fence == delivery.fence)
        renewed = update(_delivery).where(*mine, _delivery.c.state == DeliveryState.SENDING).values(lease=now + LEASE)
        return self._connection.execute(renewed).rowcount == 1

    def record_attempt(
        self, delivery: Delivery, outcome: Outcome, consequence: Consequence, rendered: Rendered, now: datetime
    ) -> bool:
        """Write down one try and what follows from it; False, and nothing written, where the claim was lost.

        Written already is well too: the answer to a commit may be lost with its connection.
        """
        health = self._endpoints.lock(delivery.endpoint)
        if self._is_recorded(delivery):
            return True
        # Freed, but claimed by nobody since: what came of the try is still the truth.
        if not self._connection.scalar(IS_MINE, {"id": delivery.id, "fence": delivery.fence}):
            return False
        self._add_attempt(delivery.id, delivery.fence, outcome.result.value, outcome.reason, rendered, now)
        if consequence.state is DeliveryState.PENDING:
            self._set(delivery.id, state=DeliveryState.PENDING.value, lease=None)
        else:
            self._finish(delivery.id, consequence.state, consequence.reason, now)
        if consequence.health != health:
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
        self._free(*at(_delivery, endpoint), *self.expired(now), now=now)

    def expired(self, now: datetime) -> list[ColumnElement[bool]]:
        """Deliveries whose sender is gone.

        While a server was down no sender could renew its lease, nor write down what it had sent: when it is back,
        they have a moment to do so.
        """
        expired = [_delivery.c.state == DeliveryState.SENDING, _delivery.c.lease <= now]
        if self._connection.dialect.name == "postgresql":
            expired.append(~func.pg_postmaster_start_time().between(now - AFTER_START, now))
        return expired

    def _free(self, *where: ColumnElement[bool], now: datetime) -> int:
        rows = self._connection.execute(select(_delivery.c.id, _delivery.c.fence).where(*where)).all()
        for row in rows:
            reason = "interrupted while sending: it may have arrived"
            self._add_attempt(row.id, row.fence, UNKNOWN, reason, Rendered(), now)
            self._set(row.id, state=DeliveryState.PENDING.value, lease=None)
        return len(rows)

    # --- after an outage ---

    def digests_in_backlog(self, endpoint: Endpoint) -> list[str]:
        """Digests that wait at an endpoint and were never attempted."""
        return folding.backlog(self._connection, endpoint, [DeliveryKind.DIGEST])

    def fold_digests(
        self, endpoint: Endpoint, ids: Sequence[str], enqueue: Callable[[], object], now: datetime
    ) -> None:
        """Take the alerts of these digests back; ``enqueue`` makes deliveries of what is due, which tell them all."""
        matches = folding.release(self._connection, ids)
        enqueue()
        for id in ids:
            into = folding.delivery_of(self._connection, endpoint, matches[id]) if id in matches else None
            folding.fold(self._connection, [id], into, now)

    def fold_notices(self, endpoint: Endpoint, now: datetime) -> None:
        """Let one summary take the place of the incidents and recoveries that wait and were never attempted."""
        ids = folding.backlog(self._connection, endpoint, folding.NOTICES)
        if len(ids) > 1:
            folding.fold(self._connection, ids, self.enqueue(endpoint, DeliveryKind.SUMMARY, now), now)

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
        owed = self._connection.scalars(
            select(_alert.c.match_id).where(
                *at(_alert, endpoint), _alert.c.delivery_id.is_(None), _alert.c.dropped.is_(None)
            )
        ).all()
        if owed:
            self.enqueue_digest(endpoint, owed, now, 1, 1)
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

    def _is_recorded(self, delivery: Delivery) -> bool:
        return bool(self._connection.scalar(IS_RECORDED, {"id": delivery.id, "fence": delivery.fence}))

    def _add_attempt(
        self, delivery_id: str, fence: int, outcome: str, reason: str, rendered: Rendered, now: datetime
    ) -> None:
        self._connection.execute(
            ADD_ATTEMPT,
            {
                "of": delivery_id,
                "delivery_id": delivery_id,
                "fence": fence,
                "at": now,
                "outcome": outcome,
                "reason": reason,
                "subject": rendered.subject,
                "size": rendered.size,
                "sha256": rendered.sha256,
            },
        )

    def _finish(self, id: str, state: DeliveryState, reason: str, now: datetime) -> None:
        self._set(id, state=state.value, reason=reason, lease=None, finished_at=now)

    def _set(self, id: str, **values: Any) -> None:
        self._connection.execute(CHANGE, values | {"which": id})


def _interruptions() -> ScalarSelect[int]:
    """How many tries of a delivery ended with its sender's end."""
    return (
        select(func.count())
        .where(_attempt.c.delivery_id == _delivery.c.id, _attempt.c.outcome == UNKNOWN)
        .scalar_subquery()
    )


def _is_suspect() -> ColumnElement[bool]:
    return _interruptions() >= SUSPECT_AFTER


_OLDEST = {
    suspects: select(_delivery)
    .where(*HERE, _delivery.c.state == DeliveryState.PENDING, _is_suspect() == suspects)
    .order_by(_delivery.c.created_at, _delivery.c.part, _delivery.c.id)
    .limit(1)
    for suspects in (False, True)
}
"""The next delivery of an endpoint, by whether it may be what ended the program."""


def _same_endpoint(one: Table, other: Table) -> ColumnElement[bool]:
    return (one.c.receiver == other.c.receiver) & (one.c.label == other.c.label)
