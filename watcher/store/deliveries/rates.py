"""Count a receiver's recent attempts, over all its endpoints and all processes that use the database."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, null, or_, select, union_all

from watcher.model import DeliveryState, Rate
from watcher.policy.deliveries.rate import Allowance, allowance
from watcher.store.database import schema

_attempt, _delivery = schema.attempt, schema.delivery

_RATE_LOCK = 0x72617465
"""First half of PostgreSQL's advisory locks for rates ("rate"). The second half is a hash of the receiver's name."""


def allowance_of(connection: Connection, receiver: str, rate: Rate, now: datetime) -> Allowance:
    """Return how many messages a receiver may get now.

    Other transactions that ask for this receiver wait until this one ends, so that the last message is not allowed
    twice. To avoid deadlocks, ask in the order of names, and before endpoints are locked.

    ``receiver``: its name in the config.
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
    # In one statement: two would miss what is recorded between them.
    ends = connection.scalars(union_all(select(tries.c.at), busy)).all()
    sent = sorted((at for at in ends if at is not None), reverse=True)
    return allowance(rate, sent, len(ends) - len(sent), now)


def _is_of(receiver: str) -> ColumnElement[bool]:
    """Return the SQL condition for deliveries to a receiver: to ``mail`` as well as to ``mail:ana@lab.example``."""
    return or_(_delivery.c.receiver == receiver, _delivery.c.receiver.startswith(f"{receiver}:", autoescape=True))
