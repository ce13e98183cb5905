"""Count what waits to be sent and to be folded, and measure the database."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, and_, func, or_, select, text

from watcher.model import DeliveryState
from watcher.store.database import schema

_delivery, _endpoint, _unfolded, _version = schema.delivery, schema.endpoint, schema.unfolded, schema.config_version


class Measures:
    """The SQL statements for figures. Each reads a bounded part of its tables, with their indexes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def queue(self, now: datetime) -> int:
        """Return how many messages could be sent now: they wait, at endpoints that do not back off."""
        same = and_(_endpoint.c.receiver == _delivery.c.receiver, _endpoint.c.label == _delivery.c.label)
        is_free = or_(_endpoint.c.next_try.is_(None), _endpoint.c.next_try <= now)
        query = select(func.count()).select_from(_delivery.outerjoin(_endpoint, same))
        return self._connection.scalar(query.where(_delivery.c.state == DeliveryState.PENDING, is_free)) or 0

    def config_applied(self) -> datetime | None:
        """Return when the config in force was applied, None if no daemon ever ran."""
        found: datetime | None = self._connection.scalar(select(func.max(_version.c.applied_at, type_=_utc)))
        return found

    def unfolded(self) -> int:
        """Return how many papers have no stored words yet."""
        return self._connection.scalar(select(func.count()).select_from(_unfolded)) or 0

    def bytes(self) -> int:
        """Return the size of the database in bytes, without its write-ahead log."""
        if self._connection.dialect.name == "postgresql":
            return self._connection.scalar(text("SELECT pg_database_size(current_database())")) or 0
        pages = self._connection.scalar(text("PRAGMA page_count")) or 0
        return int(pages * (self._connection.scalar(text("PRAGMA page_size")) or 0))


_utc = _version.c.applied_at.type
