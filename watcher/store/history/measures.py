"""Count what was done lately: attempts by receiver and outcome, delays, matches; and the size of the database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select, text

from watcher.model import Endpoint, Result
from watcher.store.database import schema

_attempt, _delivery, _match, _version = schema.attempt, schema.delivery, schema.match, schema.config_version
_unfolded = schema.unfolded

MOST_DELAYS = 20_000
"""Most sent messages whose delays are read, the newest ones."""


class Measures:
    """The SQL statements for figures. Each reads a bounded part of its tables, with their indexes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def attempts(self, since: datetime) -> dict[tuple[Endpoint, Result], int]:
        """Return (endpoint, result) → number of attempts since ``since``."""
        by = (_delivery.c.receiver, _delivery.c.label, _attempt.c.outcome)
        query = (
            select(*by, func.count())
            .select_from(_attempt.join(_delivery, _delivery.c.id == _attempt.c.delivery_id))
            .where(_attempt.c.at >= since)
            .group_by(*by)
        )
        return {(Endpoint(row[0], row[1]), Result(row[2])): row[3] for row in self._connection.execute(query)}

    def delays(self, since: datetime) -> Sequence[timedelta]:
        """Return how long each message took from being made to being sent, of messages sent since ``since``."""
        query = (
            select(_attempt.c.at, _delivery.c.created_at)
            .join(_delivery, _delivery.c.id == _attempt.c.delivery_id)
            .where(_attempt.c.at >= since, _attempt.c.outcome == Result.SENT.value)
            .order_by(_attempt.c.at.desc())
            .limit(MOST_DELAYS)
        )
        return [max(at - created, timedelta()) for at, created in self._connection.execute(query)]

    def matches(self, newest: int, since: datetime) -> int:
        """Return how many of the ``newest`` matches were made since ``since``."""
        last = select(_match.c.matched_at).order_by(_match.c.id.desc()).limit(newest).subquery()
        return self._connection.scalar(select(func.count()).where(last.c.matched_at >= since)) or 0

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
