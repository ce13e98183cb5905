"""What a receiver was sent of late, over all its endpoints and all who send from this database."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, null, or_, select, union_all

from watcher.alerts.rate import Allowance, allowance
from watcher.model import DeliveryState, Rate
from watcher.store.database import schema

_attempt, _delivery = schema.attempt, schema.delivery

_RATE_LOCK = 0x72617465
"""First half of PostgreSQL's advisory locks for this ("rate"); the second is the receiver's."""


def allowance_of(connection: Connection, receiver: str, rate: Rate, now: datetime) -> Allowance:
    """What a receiver, by its name in the config, may get now.

    Holds the receiver until the transaction ends: two that ask at the same time do not both get the last turn. Whoever
    asks for several receivers asks in the order of their names, and before it holds endpoints.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_RATE_LOCK, func.hashtext(receiver))))
    theirs = _is_of(receiver)
    tries = (
        select(_attempt.c.at)
        .join(_delivery, _delivery.c.id == _attempt.c.delivery_id)
        .where(theirs, _attempt.c.at > now - rate.within, _attempt.c.at <= now + rate.within)
        .order_by(_attempt.c.at.desc())
        .limit(rate.most)
        .subquery()
    )
    busy = select(null()).where(theirs, _delivery.c.state == DeliveryState.SENDING)
    # In one statement: what is written down between two would be seen by neither.
    ends = connection.scalars(union_all(select(tries.c.at), busy)).all()
    sent = sorted((at for at in ends if at is not None), reverse=True)
    return allowance(rate, sent, len(ends) - len(sent), now)


def _is_of(receiver: str) -> ColumnElement[bool]:
    """Deliveries to ``mail`` and to ``mail:ana@lab.example``."""
    return or_(_delivery.c.receiver == receiver, _delivery.c.receiver.startswith(f"{receiver}:", autoescape=True))
