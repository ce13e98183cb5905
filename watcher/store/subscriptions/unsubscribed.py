"""Record which endpoints asked to be told nothing more of a subscription."""

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
    """An endpoint that is told nothing of a subscription, and since when. ``subscription``: its full name."""

    subscription: str
    endpoint: Endpoint
    since: datetime


class Unsubscribed:
    """Statements on ``unsubscribed``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def leave(self, subscription_id: int, endpoint: Endpoint, now: datetime) -> bool:
        """Tell an endpoint nothing more of a subscription; return whether it was told until now."""
        row = {"receiver": endpoint.receiver, "label": endpoint.label, "since": now}
        rows = [{"subscription_id": subscription_id} | row]
        return insert_unless_there(self._connection, _unsubscribed, rows) == 1

    def come_back(self, subscription_id: int, endpoint: Endpoint) -> bool:
        """Tell an endpoint of a subscription again; return whether it had left."""
        mine = (_unsubscribed.c.subscription_id == subscription_id, *at(_unsubscribed, endpoint))
        return bool(self._connection.execute(delete(_unsubscribed).where(*mine)).rowcount)

    def of(self, subscription_ids: Collection[int]) -> dict[int, dict[Endpoint, datetime]]:
        """Return subscription → the endpoints that have left it, and when."""
        found: dict[int, dict[Endpoint, datetime]] = {}
        for batch in in_batches(subscription_ids):
            rows = select(_unsubscribed).where(_unsubscribed.c.subscription_id.in_(batch))
            for row in self._connection.execute(rows):
                found.setdefault(row.subscription_id, {})[Endpoint(row.receiver, row.label)] = row.since
        return found

    def all(self) -> list[Left]:
        """Return who has left which subscription that is in force, by its name."""
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
