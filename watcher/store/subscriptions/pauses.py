"""Pause subscriptions; take back or drop alerts of which no attempt was made."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, exists, func, or_, select, update

from watcher.model import DeliveryState, Endpoint
from watcher.store.database import schema
from watcher.store.deliveries.endpoints import Endpoints, at

_alert, _attempt, _delivery = schema.alert, schema.attempt, schema.delivery
_match, _subscription = schema.match, schema.subscription


class Silence:
    """The SQL statements that pause a subscription, and that take back or drop its waiting alerts.

    An alert waits while it is in no delivery, or in one that was never attempted.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def set_paused(self, subscription_id: int, paused: bool) -> None:
        """Store whether a subscription is paused."""
        here = update(_subscription).where(_subscription.c.id == subscription_id)
        self._connection.execute(here.values(paused=paused))

    def take_back(self, subscription_id: int, endpoints: Collection[Endpoint]) -> None:
        """Take a subscription's alerts at these endpoints out of deliveries that were never attempted."""
        matches = select(_match.c.id).where(_match.c.subscription_id == subscription_id)
        for endpoint in sorted(endpoints):
            Endpoints(self._connection).lock(endpoint)
            mine = (*at(_alert, endpoint), _alert.c.match_id.in_(matches), _alert.c.dropped.is_(None))
            is_untried = _alert.c.delivery_id.in_(untried())
            self._connection.execute(update(_alert).where(*mine, is_untried).values(delivery_id=None))

    def drop(self, subscription_id: int, endpoints: Collection[Endpoint], reason: str) -> None:
        """Drop a subscription's waiting alerts at these endpoints.

        ``reason``: why they are not told, in words that `watcher history` shows.
        """
        drop_waiting(self._connection, _match.c.subscription_id == subscription_id, endpoints, reason)

    def waiting(self, subscription_id: int) -> int:
        """Return how many papers a subscription's waiting alerts are about."""
        query = (
            select(func.count(_match.c.paper_id.distinct()))
            .join(_alert, _alert.c.match_id == _match.c.id)
            .where(_match.c.subscription_id == subscription_id, _is_waiting())
        )
        return self._connection.scalar(query) or 0


def drop_waiting(
    connection: Connection,
    matches: ColumnElement[bool],
    endpoints: Collection[Endpoint],
    reason: str,
    until: datetime | None = None,
) -> None:
    """Drop the waiting alerts of some matches: those in no delivery, or in one that was never attempted.

    ``matches``: SQL condition on ``match``.
    ``reason``: stored with each alert.
    ``until``: only alerts due by then, None for all.
    """
    due = [_alert.c.due <= until] if until else []
    those = _alert.c.match_id.in_(select(_match.c.id).where(matches))
    for endpoint in sorted(endpoints):
        Endpoints(connection).lock(endpoint)
        mine = (*at(_alert, endpoint), those, _is_waiting(), *due)
        connection.execute(update(_alert).where(*mine).values(dropped=reason, delivery_id=None))


def _is_waiting() -> ColumnElement[bool]:
    return _alert.c.dropped.is_(None) & or_(_alert.c.delivery_id.is_(None), _alert.c.delivery_id.in_(untried()))


def untried() -> Select[Any]:
    """Return the SELECT for the ids of pending deliveries that were never attempted."""
    attempted = exists().where(_attempt.c.delivery_id == _delivery.c.id)
    return select(_delivery.c.id).where(_delivery.c.state == DeliveryState.PENDING, ~attempted)
