"""The SQL statements of the queue, built once: SQLAlchemy takes four times as long to build one as to run it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    ScalarSelect,
    Text,
    and_,
    bindparam,
    exists,
    func,
    insert,
    or_,
    select,
    text,
    tuple_,
    update,
)

from watcher.model import DeliveryState, Endpoint
from watcher.policy.deliveries.lanes import WaitingEndpoint
from watcher.policy.deliveries.retry import SUSPECT_AFTER, Health
from watcher.store.database import schema
from watcher.store.database.schema import UtcDateTime

_attempt, _delivery, _endpoint = schema.attempt, schema.delivery, schema.endpoint

UNKNOWN = "unknown"
"""Outcome of an attempt whose sender ended before it could record the real one."""

_PENDING: ColumnElement[bool] = _delivery.c.state == text("'pending'")
_PLACES: Any = bindparam("places", expanding=True)


def _same(one: Any, other: Any) -> ColumnElement[bool]:
    return and_(one.c.receiver == other.c.receiver, one.c.label == other.c.label)


# --- looking ---

_COLUMNS: dict[str, Any] = {
    "receiver": Text,
    "label": Text,
    "known": Text,
    "failing_since": UtcDateTime,
    "failures": Integer,
    "next_try": UtcDateTime,
    "last_reason": Text,
    "lease": UtcDateTime,
}
_HEALTH = "endpoint.receiver AS known, failing_since, failures, next_try, last_reason"

WAITING_AFTER = text(f"""
WITH RECURSIVE walk(id, n) AS (
    SELECT (SELECT id FROM delivery WHERE state = 'pending' AND (receiver, label) > (:receiver, :label)
            ORDER BY receiver, label LIMIT 1), 1
    UNION ALL
    SELECT (SELECT id FROM delivery WHERE state = 'pending' AND (receiver, label) > (here.receiver, here.label)
            ORDER BY receiver, label LIMIT 1), walk.n + 1
    FROM walk JOIN delivery AS here ON here.id = walk.id WHERE walk.n < :most
)
SELECT here.receiver, here.label, {_HEALTH}, flying.lease
FROM walk JOIN delivery AS here ON here.id = walk.id
LEFT JOIN endpoint ON endpoint.receiver = here.receiver AND endpoint.label = here.label
LEFT JOIN delivery AS flying
    ON flying.state = 'sending' AND flying.receiver = here.receiver AND flying.label = here.label
ORDER BY walk.n
""").columns(**_COLUMNS)
"""Selects the endpoints with pending deliveries after a given one, with health and the lease of a claimed delivery."""

LEFT_BEHIND = (
    text(f"""
SELECT flying.receiver, flying.label, {_HEALTH}, flying.lease
FROM delivery AS flying
LEFT JOIN endpoint ON endpoint.receiver = flying.receiver AND endpoint.label = flying.label
WHERE flying.state = 'sending' AND flying.lease <= :now
""")
    .bindparams(bindparam("now", type_=UtcDateTime))
    .columns(**_COLUMNS)
)
"""Selects the same columns, of endpoints with a claimed delivery whose lease has ended."""


def waiting_endpoint(row: Any) -> WaitingEndpoint:
    """Convert a row of ``WAITING_AFTER`` or ``LEFT_BEHIND``."""
    health = None
    if row.known is not None:
        health = Health(row.failing_since, row.failures, row.next_try, row.last_reason)
    return WaitingEndpoint(Endpoint(row.receiver, row.label), health, row.lease)


# --- suspects ---


def _interruptions() -> ScalarSelect[int]:
    """Return an SQL expression for the number of a delivery's attempts with unknown outcome."""
    return (
        select(func.count())
        .where(_attempt.c.delivery_id == _delivery.c.id, _attempt.c.outcome == UNKNOWN)
        .scalar_subquery()
    )


# Each claim raises the fence: below the limit the attempts need not be counted.
_IS_SUSPECT = and_(_delivery.c.fence >= SUSPECT_AFTER, _interruptions() >= SUSPECT_AFTER)
_IS_NONE = or_(_delivery.c.fence < SUSPECT_AFTER, _interruptions() < SUSPECT_AFTER)

SUSPECTS = (
    select(
        _delivery.c.receiver,
        _delivery.c.label,
        _endpoint.c.receiver.label("known"),
        _endpoint.c.failing_since,
        _endpoint.c.failures,
        _endpoint.c.next_try,
        _endpoint.c.last_reason,
        text("NULL AS lease"),
    )
    .outerjoin(_endpoint, _same(_delivery, _endpoint))
    .where(_PENDING, schema.is_odd, _IS_SUSPECT)
    .order_by(_interruptions(), _delivery.c.receiver, _delivery.c.label)
)

# --- claiming ---

_other = _delivery.alias("other")
_IN_FLIGHT = exists().where(_same(_other, _endpoint), _other.c.state == text("'sending'"))


def _claim(is_wanted: ColumnElement[bool]) -> Any:
    """Return the UPDATE that claims the oldest delivery of each endpoint without a claimed one; parts come in order."""
    first = (
        select(_delivery.c.id)
        .where(_same(_delivery, _endpoint), _PENDING, is_wanted)
        .order_by(_delivery.c.created_at, _delivery.c.part, _delivery.c.id)
        .limit(1)
        .scalar_subquery()
        .correlate(_endpoint)
    )
    wanted = select(first).where(tuple_(_endpoint.c.receiver, _endpoint.c.label).in_(_PLACES), ~_IN_FLIGHT)
    values = {
        "state": DeliveryState.SENDING.value,
        "lease": bindparam("until", type_=UtcDateTime),
        "fence": _delivery.c.fence + 1,
    }
    return update(_delivery).where(_delivery.c.id.in_(wanted)).values(values).returning(_delivery)


CLAIM = {True: _claim(_IS_SUSPECT), False: _claim(_IS_NONE)}
"""Whether suspects are wanted → UPDATE that claims the next delivery of some endpoints, and returns the rows."""

# --- what came of it ---

_NEXT = (
    select(func.coalesce(func.max(_attempt.c.n), 0) + 1)
    .where(_attempt.c.delivery_id == bindparam("of"))
    .scalar_subquery()
)
ADD_ATTEMPT = insert(_attempt).values(n=_NEXT)
"""Inserts an attempt. Bind its columns, and as ``of`` the delivery's id, from which its number is counted."""

ARRIVED = (
    text("""
WITH tried AS (
    SELECT * FROM unnest(
        CAST(:ids AS text[]), CAST(:fences AS integer[]), CAST(:outcomes AS text[]), CAST(:reasons AS text[]),
        CAST(:subjects AS text[]), CAST(:sizes AS integer[]), CAST(:digests AS text[])
    ) AS tried(id, fence, outcome, reason, subject, size, sha256)
), ended AS (
    UPDATE delivery SET state = 'sent', lease = NULL, finished_at = :now, reason = ''
    FROM tried WHERE delivery.id = tried.id AND delivery.fence = tried.fence AND delivery.state = 'sending'
    RETURNING delivery.id
)
INSERT INTO attempt (delivery_id, n, fence, at, outcome, reason, subject, size, sha256)
SELECT id, (SELECT coalesce(max(n), 0) + 1 FROM attempt AS before WHERE before.delivery_id = tried.id),
       fence, :now, outcome, reason, subject, size, sha256
FROM tried JOIN ended USING (id)
RETURNING delivery_id
""")
    .bindparams(bindparam("now", type_=UtcDateTime))
    .columns(delivery_id=Text)
)
"""PostgreSQL: ends claimed deliveries as sent and inserts their attempts, given as arrays; selects which it ended."""

END = (
    update(_delivery)
    .where(_delivery.c.id == bindparam("which"))
    .values({name: bindparam(name) for name in ("kind", "state", "reason", "finished_at")} | {"lease": None})
)
"""Stores how the delivery ``which`` ended or goes on, and ends the claim."""
