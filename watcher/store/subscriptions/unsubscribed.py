"""Record which endpoints have unsubscribed from which subscriptions."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select

from watcher.model import Endpoint
from watcher.store.database import schema
from watcher.store.database.batches import in_batches, insert_unless_there
from watcher.store.deliveries.endpoints import at

_subscription, _unsubscribed = schema.subscription, schema.unsubscribed


@dataclass(frozen=True, slots=True)
class Left:
    """An endpoint that has unsubscribed, and since when.

    ``subscription``: full name.
    """

    subscription: str
    endpoint: Endpoint
    since: datetime


class Unsubscribed:
    """The SQL statements on ``unsubscribed``: the endpoints that have left a subscription by a link in a mail."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def leave(self, subscription_id: int, endpoint: Endpoint, now: datetime) -> bool:
        """Record that an endpoint has unsubscribed from a subscription; return False if it had done so before."""
        row = {"receiver": endpoint.receiver, "label": endpoint.label, "since": now}
        rows = [{"subscription_id": subscription_id} | row]
        return insert_unless_there(self._connection, _unsubscribed, rows) == 1

    def come_back(self, subscription_id: int, endpoint: Endpoint) -> bool:
        """Forget that an endpoint has unsubscribed from a subscription; return whether it had."""
        mine = (_unsubscribed.c.subscription_id == subscription_id, *at(_unsubscribed, endpoint))
        return bool(self._connection.execute(delete(_unsubscribed).where(*mine)).rowcount)

    def of(self, subscription_ids: Collection[int]) -> dict[int, dict[Endpoint, datetime]]:
        """Return subscription id → endpoints that have unsubscribed, and when."""
        found: dict[int, dict[Endpoint, datetime]] = {}
        for batch in in_batches(subscription_ids):
            rows = select(_unsubscribed).where(_unsubscribed.c.subscription_id.in_(batch))
            for row in self._connection.execute(rows):
                found.setdefault(row.subscription_id, {})[Endpoint(row.receiver, row.label)] = row.since
        return found

    def all(self) -> list[Left]:
        """Return all endpoints that have unsubscribed from active subscriptions, by the subscription's name."""
        query = (
            select(_unsubscribed, _subscription.c.owner, _subscription.c.name)
            .join(_subscription, _subscription.c.id == _unsubscribed.c.subscription_id)
            .where(_subscription.c.gone_at.is_(None))
            .order_by(_subscription.c.owner, _subscription.c.name, _unsubscribed.c.receiver, _unsubscribed.c.label)
        )
        return [
            Left(f"{row.owner}/{row.name}" if row.owner else row.name, Endpoint(row.receiver, row.label), row.since)
            for row in self._connection.execute(query)
        ]
