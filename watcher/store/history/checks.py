"""Find matches, alerts and deliveries that are later than they can be while a daemon runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select

from watcher.model import DeliveryState, Endpoint, Fate
from watcher.store.database import schema
from watcher.store.deliveries.told import is_paused

_alert, _attempt, _delivery = schema.alert, schema.attempt, schema.delivery
_endpoint, _match, _subscription = schema.endpoint, schema.match, schema.subscription

LATE = timedelta(seconds=60)
"""How late something must be to be reported: two ticks of the daemon."""


@dataclass(frozen=True, slots=True)
class Lost:
    """Something that is too late.

    ``what``: in words.
    ``count``: number of matches, alerts or deliveries.
    ``since``: when the first of them was due.
    ``subject``: the subscription or endpoint concerned.
    """

    what: str
    count: int
    since: datetime
    subject: str


def find_lost(connection: Connection, now: datetime) -> list[Lost]:
    """Return everything that should have been told or sent ``LATE`` ago; empty while a daemon keeps up."""
    before = now - LATE
    checks: list[Callable[[Connection, datetime], list[Lost]]] = [_held, _owed, _pending, _sending]
    return [lost for check in checks for lost in check(connection, before)]


def _held(connection: Connection, before: datetime) -> list[Lost]:
    """Return held matches of active, unpaused subscriptions that were due before ``before``."""
    due = func.coalesce(_subscription.c.next_due, _match.c.matched_at)
    query = (
        select(_subscription.c.owner, _subscription.c.name, func.count(), func.min(due, type_=due.type))
        .join(_subscription, _subscription.c.id == _match.c.subscription_id)
        .where(_match.c.fate == Fate.HELD, _match.c.same_as.is_(None), due <= before)
        .where(~schema.rests, _subscription.c.gone_at.is_(None))
        .group_by(_subscription.c.id, _subscription.c.owner, _subscription.c.name)
        .order_by(_subscription.c.id)
    )
    return [
        Lost("matches held past their time", count, since, f"{owner}/{name}" if owner else name)
        for owner, name, count, since in connection.execute(query)
    ]


def _owed(connection: Connection, before: datetime) -> list[Lost]:
    """Return due alerts of unpaused subscriptions that are in no delivery, at endpoints that are not backing off."""
    query = (
        select(_alert.c.receiver, _alert.c.label, func.count(), func.min(_alert.c.due))
        .outerjoin(_endpoint, _of(_alert))
        .where(_alert.c.due <= before, _alert.c.delivery_id.is_(None), _alert.c.dropped.is_(None))
        .where(_is_free(before), ~is_paused())
        .group_by(_alert.c.receiver, _alert.c.label)
        .order_by(_alert.c.receiver, _alert.c.label)
    )
    return _by_endpoint(connection, query, "alerts due in no delivery")


def _pending(connection: Connection, before: datetime) -> list[Lost]:
    """Return pending deliveries at endpoints that are free and were not sent anything lately."""
    other = _delivery.alias("other")
    same = and_(other.c.receiver == _delivery.c.receiver, other.c.label == _delivery.c.label)
    in_flight = exists().where(same, other.c.state == DeliveryState.SENDING)
    lately = exists().where(same, _attempt.c.delivery_id == other.c.id, _attempt.c.at > before)
    query = (
        select(_delivery.c.receiver, _delivery.c.label, func.count(), func.min(_delivery.c.created_at))
        .outerjoin(_endpoint, _of(_delivery))
        .where(_delivery.c.state == DeliveryState.PENDING, _delivery.c.created_at <= before)
        .where(_is_free(before), ~in_flight, ~lately)
        .group_by(_delivery.c.receiver, _delivery.c.label)
        .order_by(_delivery.c.receiver, _delivery.c.label)
    )
    return _by_endpoint(connection, query, "deliveries pending that nobody sends")


def _sending(connection: Connection, before: datetime) -> list[Lost]:
    """Return claimed deliveries whose lease has ended and that nobody has freed."""
    query = (
        select(_delivery.c.receiver, _delivery.c.label, func.count(), func.min(_delivery.c.lease))
        .where(_delivery.c.state == DeliveryState.SENDING, _delivery.c.lease <= before)
        .group_by(_delivery.c.receiver, _delivery.c.label)
        .order_by(_delivery.c.receiver, _delivery.c.label)
    )
    return _by_endpoint(connection, query, "deliveries whose sender is gone")


def _by_endpoint(connection: Connection, query: Any, what: str) -> list[Lost]:
    rows = connection.execute(query)
    return [Lost(what, count, since, str(Endpoint(receiver, label))) for receiver, label, count, since in rows]


def _of(table: Any) -> ColumnElement[bool]:
    return and_(_endpoint.c.receiver == table.c.receiver, _endpoint.c.label == table.c.label)


def _is_free(before: datetime) -> ColumnElement[bool]:
    """Return the SQL condition that an endpoint was not backing off at ``before``."""
    return or_(_endpoint.c.next_try.is_(None), _endpoint.c.next_try <= before)
