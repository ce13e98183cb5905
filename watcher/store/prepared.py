"""Statements that every delivery needs, built once: SQLAlchemy takes four times as long to build one as to run it."""

from __future__ import annotations

from sqlalchemy import bindparam, exists, func, insert, select, update

from watcher.model import DeliveryState
from watcher.store import schema

_attempt, _delivery, _endpoint = schema.attempt, schema.delivery, schema.endpoint

UNKNOWN = "unknown"
"""The outcome of a try whose sender ended before it could say."""

HERE = (_delivery.c.receiver == bindparam("receiver"), _delivery.c.label == bindparam("label"))
"""Deliveries of one endpoint."""

HEALTH = select(_endpoint).where(_endpoint.c.receiver == bindparam("receiver"), _endpoint.c.label == bindparam("label"))
LOCKED = HEALTH.with_for_update()

IN_FLIGHT = select(exists().where(*HERE, _delivery.c.state == DeliveryState.SENDING))

LINK = select(_delivery.c.id, _delivery.c.receiver, _delivery.c.label, _delivery.c.replay_of).where(
    _delivery.c.id == bindparam("id")
)
"""What a delivery repeats."""

IS_RECORDED = select(
    exists().where(
        _attempt.c.delivery_id == bindparam("id"),
        _attempt.c.fence == bindparam("fence"),
        _attempt.c.outcome != UNKNOWN,
    )
)

IS_MINE = select(
    exists().where(
        _delivery.c.id == bindparam("id"),
        _delivery.c.fence == bindparam("fence"),
        _delivery.c.state.in_([DeliveryState.SENDING, DeliveryState.PENDING]),
    )
)
"""A claim that holds, or was freed and taken by nobody since."""

_NEXT = (
    select(func.coalesce(func.max(_attempt.c.n), 0) + 1)
    .where(_attempt.c.delivery_id == bindparam("of"))
    .scalar_subquery()
)
ADD_ATTEMPT = insert(_attempt).values(n=_NEXT)
"""With the columns' values, and ``of``: the delivery once more, to count its attempts."""

CHANGE = update(_delivery).where(_delivery.c.id == bindparam("which"))
"""Sets the columns that it is given of the delivery ``which``."""
