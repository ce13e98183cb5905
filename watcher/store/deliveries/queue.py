"""Claim deliveries with a lease and a fence, and record the outcomes of attempts.

A claim locks the row of the endpoint, so that an endpoint is never sent two messages at a time. An outcome is recorded
under the fence of its claim: if another process has claimed the delivery since, nothing is changed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, func, select, tuple_, update

from watcher.model import Delivery, DeliveryKind, DeliveryState, Endpoint, Outcome, Rate
from watcher.policy.deliveries.lanes import WaitingEndpoint
from watcher.policy.deliveries.rate import Allowance
from watcher.policy.deliveries.retry import Consequence, Health
from watcher.store.database import schema
from watcher.store.deliveries.endpoints import Endpoints
from watcher.store.deliveries.queue_queries import (
    ADD_ATTEMPT,
    ARRIVED,
    CLAIM,
    END,
    LEFT_BEHIND,
    SUSPECTS,
    UNKNOWN,
    WAITING_AFTER,
    waiting_endpoint,
)
from watcher.store.deliveries.rates import allowance_of

_attempt, _delivery = schema.attempt, schema.delivery


@dataclass(frozen=True, slots=True)
class Rendered:
    """What is stored of a rendered message: enough to recognise it, nothing that can be read.

    ``subject``: its title.
    ``size``: of the text, in bytes (UTF-8).
    ``sha256``: of the text, in hexadecimal.
    """

    subject: str = ""
    size: int = 0
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Try:
    """An attempt at sending a claimed delivery, with its outcome."""

    delivery: Delivery
    outcome: Outcome
    rendered: Rendered = Rendered()


class Claim(Enum):
    """Whether a claim still counts when its outcome is recorded.

    ``HOLDS``: it does: it is still ours, or was freed and the delivery was not claimed again.
    ``RECORDED``: its outcome was stored already; only the answer to that commit was lost.
    ``LOST``: it does not: another sender has claimed the delivery.
    """

    HOLDS = "holds"
    RECORDED = "recorded"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Ended:
    """The result of recording an attempt. If its claim no longer holds, nothing was stored.

    ``before``: health of the endpoint before the attempt.
    ``consequence``: what the attempt means, even if it was not stored.
    """

    attempted: Try
    claim: Claim
    before: Health
    consequence: Consequence


class Queue:
    """The SQL statements on ``delivery`` and ``attempt`` for sending."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._endpoints = Endpoints(connection)

    # --- looking ---

    def waiting_after(self, last: Endpoint | None, most: int) -> list[WaitingEndpoint]:
        """Return up to ``most`` endpoints with pending deliveries that come after ``last``, in order.

        Each takes one step in an index, however many deliveries wait.

        ``last``: None to begin with the first.
        """
        begin = {"receiver": last.receiver, "label": last.label} if last else {"receiver": "", "label": ""}
        return [waiting_endpoint(row) for row in self._connection.execute(WAITING_AFTER, begin | {"most": most})]

    def left_behind(self, now: datetime) -> list[WaitingEndpoint]:
        """Return the endpoints with a claimed delivery whose lease has ended."""
        return [waiting_endpoint(row) for row in self._connection.execute(LEFT_BEHIND, {"now": now})]

    def suspects(self) -> list[WaitingEndpoint]:
        """Return the endpoints with a pending suspect delivery, least suspect first (see ``SUSPECT_AFTER``)."""
        rows = self._connection.execute(SUSPECTS).all()
        return list({waiting_endpoint(row): None for row in rows})

    # --- claiming ---

    def allowance(self, receiver: str, rate: Rate, now: datetime) -> Allowance:
        """Return how many messages a receiver's rate allows now. Others that ask wait until this transaction ends."""
        return allowance_of(self._connection, receiver, rate, now)

    def claim(
        self,
        waiting: Collection[WaitingEndpoint],
        now: datetime,
        lease: timedelta,
        after_start: timedelta = timedelta(0),
        *,
        suspects: bool = False,
    ) -> list[Delivery]:
        """Claim the oldest delivery of each endpoint that is free and not backing off; return them in this order.

        Deliveries whose lease has ended are freed first, unless the server was started less than ``after_start`` ago.

        ``lease``: how long the claims last.
        ``suspects``: claim suspect deliveries only; otherwise these are left out.
        """
        self._endpoints.add(one.endpoint for one in waiting if one.health is None)
        held = self._endpoints.hold([one.endpoint for one in waiting], skip_busy=True)
        free = {endpoint: health for endpoint, health in held.items() if not health.is_waiting(now)}
        if not free:
            return []
        if left := [one.endpoint for one in waiting if one.leased_until is not None and one.endpoint in free]:
            self._free(*self._expired(left, now, after_start), now=now)
        places = [(one.receiver, one.label) for one in free]
        rows = self._connection.execute(CLAIM[suspects], {"places": places, "until": now + lease}).mappings()
        claimed = {one.endpoint: one for one in (_claimed(row, free) for row in rows)}
        return [claimed[one.endpoint] for one in waiting if one.endpoint in claimed]

    def renew(self, deliveries: Iterable[Delivery], until: datetime) -> set[str]:
        """Extend the leases of claimed deliveries to ``until``; return the ids of those whose claim still holds."""
        return self._change(deliveries, lease=until)

    def release(self, deliveries: Iterable[Delivery]) -> set[str]:
        """Give claims up without an attempt; return the ids of those whose claim still held."""
        return self._change(deliveries, state=DeliveryState.PENDING.value, lease=None)

    def cancel(self, deliveries: Iterable[Delivery], reason: str, now: datetime) -> set[str]:
        """Cancel claimed deliveries for a ``reason`` in words; return the ids of those whose claim still held."""
        return self._change(deliveries, state=DeliveryState.CANCELLED.value, lease=None, reason=reason, finished_at=now)

    def free_interrupted(self, now: datetime) -> int:
        """Free every claimed delivery, whatever its lease; return how many.

        Only for SQLite, and while ``daemon.lock`` is held: then nobody else can be sending.
        """
        return self._free(_delivery.c.state == DeliveryState.SENDING, now=now)

    # --- what came of it ---

    def record_arrived(self, tries: Collection[Try], now: datetime) -> set[str]:
        """Record that messages arrived at endpoints that worked before.

        Return the ids of deliveries whose claim still held; nothing is recorded for the others. It takes one statement,
        on SQLite two, without a lock, since the endpoints' health does not change.
        """
        if not tries:
            return set()
        if self._connection.dialect.name == "postgresql":
            return set(self._connection.scalars(ARRIVED, {"now": now, **_arrays_of(tries)}))
        values = {"state": DeliveryState.SENT.value, "lease": None, "finished_at": now, "reason": ""}
        kept = self._change([one.delivery for one in tries], **values)
        self._add_attempts([one for one in tries if one.delivery.id in kept], now)
        return kept

    def record(self, tries: Sequence[Try], decide: Callable[[Try, Health], Consequence], now: datetime) -> list[Ended]:
        """Record attempts, with what they mean for deliveries and endpoints; return all of them with what was decided.

        Nothing is stored for an attempt whose claim does not hold. The endpoints' rows are locked.

        ``decide``: returns what an attempt means, given the health of the endpoint before.
        """
        before = self._endpoints.hold([one.delivery.endpoint for one in tries])
        claims = self._claims([one.delivery for one in tries])
        ended = [
            Ended(one, claims[one.delivery.id], health, decide(one, health))
            for one in tries
            for health in [before[one.delivery.endpoint]]
        ]
        kept = [one for one in ended if one.claim is Claim.HOLDS]
        self._add_attempts([one.attempted for one in kept], now)
        if kept:
            self._connection.execute(END, [_end_row(one, now) for one in kept])
        self._endpoints.set_healths(
            [
                (one.attempted.delivery.endpoint, one.consequence.health)
                for one in kept
                if one.consequence.health != one.before
            ]
        )
        return ended

    def _claims(self, deliveries: Collection[Delivery]) -> dict[str, Claim]:
        """Return delivery id → whether its claim still counts. The endpoints must be locked."""
        fences = {one.id: one.fence for one in deliveries}
        tries = select(_attempt.c.delivery_id, _attempt.c.fence).where(
            _attempt.c.delivery_id.in_(fences), _attempt.c.outcome != UNKNOWN
        )
        recorded = {row[0] for row in self._connection.execute(tries) if fences[row[0]] == row[1]}
        on_its_way = _delivery.c.state.in_([DeliveryState.SENDING, DeliveryState.PENDING])
        query = select(_delivery.c.id, _delivery.c.fence).where(_delivery.c.id.in_(fences), on_its_way)
        mine = {row[0] for row in self._connection.execute(query) if fences[row[0]] == row[1]}
        return {id: Claim.RECORDED if id in recorded else Claim.HOLDS if id in mine else Claim.LOST for id in fences}

    # --- rows ---

    def _change(self, deliveries: Iterable[Delivery], **values: Any) -> set[str]:
        """Change deliveries that are still claimed with the fences given; return their ids."""
        by_fence: dict[int, list[str]] = {}
        for one in deliveries:
            by_fence.setdefault(one.fence, []).append(one.id)
        changed: set[str] = set()
        for fence, ids in by_fence.items():
            mine = and_(_delivery.c.id.in_(ids), _delivery.c.fence == fence)
            query = update(_delivery).where(mine, _delivery.c.state == DeliveryState.SENDING.value).values(values)
            changed.update(self._connection.scalars(query.returning(_delivery.c.id)))
        return changed

    def _expired(
        self, endpoints: Collection[Endpoint], now: datetime, after_start: timedelta
    ) -> list[ColumnElement[bool]]:
        """Return the SQL conditions for deliveries of these endpoints whose lease has ended.

        While a server is down, senders can neither renew leases nor record outcomes. Once it is up, they are given
        ``after_start`` for that.
        """
        places = [(one.receiver, one.label) for one in endpoints]
        expired = [_delivery.c.state == DeliveryState.SENDING, _delivery.c.lease <= now]
        expired.append(tuple_(_delivery.c.receiver, _delivery.c.label).in_(places))
        if self._connection.dialect.name == "postgresql":
            expired.append(~func.pg_postmaster_start_time().between(now - after_start, now))
        return expired

    def _free(self, *where: ColumnElement[bool], now: datetime) -> int:
        rows = self._connection.execute(select(_delivery).where(*where)).mappings().all()
        if rows:
            outcome = {"outcome": UNKNOWN, "reason": "interrupted while sending: it may have arrived"}
            attempts = [_attempt_row(row["id"], row["fence"], Rendered(), now) | outcome for row in rows]
            self._connection.execute(ADD_ATTEMPT, attempts)
            freed = update(_delivery).where(_delivery.c.id.in_([row["id"] for row in rows]))
            self._connection.execute(freed.values(state=DeliveryState.PENDING.value, lease=None))
        return len(rows)

    def _add_attempts(self, tries: Iterable[Try], now: datetime) -> None:
        rows = [
            _attempt_row(one.delivery.id, one.delivery.fence, one.rendered, now)
            | {"outcome": one.outcome.result.value, "reason": one.outcome.reason}
            for one in tries
        ]
        if rows:
            self._connection.execute(ADD_ATTEMPT, rows)


def _attempt_row(id: str, fence: int, rendered: Rendered, now: datetime) -> dict[str, Any]:
    what = {"subject": rendered.subject, "size": rendered.size, "sha256": rendered.sha256}
    return {"of": id, "delivery_id": id, "fence": fence, "at": now, **what}


def _arrays_of(tries: Collection[Try]) -> dict[str, list[Any]]:
    """Return what ``ARRIVED`` is given of attempts."""
    return {
        "ids": [one.delivery.id for one in tries],
        "fences": [one.delivery.fence for one in tries],
        "outcomes": [one.outcome.result.value for one in tries],
        "reasons": [one.outcome.reason for one in tries],
        "subjects": [one.rendered.subject for one in tries],
        "sizes": [one.rendered.size for one in tries],
        "digests": [one.rendered.sha256 for one in tries],
    }


def _end_row(ended: Ended, now: datetime) -> dict[str, Any]:
    delivery, end = ended.attempted.delivery, ended.consequence
    return {
        "which": delivery.id,
        "kind": delivery.kind.value,
        "state": end.state.value,
        "reason": end.reason,
        "finished_at": None if end.state is DeliveryState.PENDING else now,
    }


def _claimed(row: RowMapping, healths: Mapping[Endpoint, Health]) -> Delivery:
    endpoint = Endpoint(row["receiver"], row["label"])
    return Delivery(
        id=row["id"],
        kind=DeliveryKind(row["kind"]),
        endpoint=endpoint,
        fence=row["fence"],
        part=row["part"],
        parts=row["parts"],
        created_at=row["created_at"],
        replay_of=row["replay_of"],
        is_probe=healths[endpoint].failing_since is not None,
    )
