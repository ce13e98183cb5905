"""Delete old attempts of finished deliveries, old polls and old numbers, in batches.

Papers, keys, matches, alerts and deliveries are never deleted, since they say what was told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    and_,
    bindparam,
    delete,
    exists,
    func,
    literal,
    select,
    text,
    tuple_,
)

from watcher.model import DeliveryState
from watcher.store.database import schema

_attempt, _delivery, _metric, _poll = schema.attempt, schema.delivery, schema.metric, schema.poll

LAST_POLLS = 100
"""Newest polls of each source that are kept, however old they are."""

_ONE_SWEEPER = 0x73776570
"""PostgreSQL advisory lock ("swep"), so that one process deletes while the others do nothing."""


class ForgettableTable(StrEnum):
    """A table whose old rows may be deleted."""

    ATTEMPTS = "attempts"
    POLLS = "polls"
    METRICS = "metrics"


@dataclass(frozen=True, slots=True)
class Batch:
    """The result of deleting a batch.

    ``deleted``: number of rows.
    ``after``: key behind which the next batch begins, None if this was the last one.
    """

    deleted: int
    after: tuple[Any, ...] | None


class Retention:
    """The SQL statements that delete old rows of ``attempt``, ``poll`` and ``metric``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def count(self, history: ForgettableTable, before: datetime) -> int:
        """Return how many rows older than ``before`` may be deleted."""
        where = and_(_tables[history].c.at < before, *_forgettable(history, before))
        return self._connection.execute(select(func.count()).select_from(_tables[history]).where(where)).scalar_one()

    def delete(self, history: ForgettableTable, before: datetime, after: Sequence[Any] | None, limit: int) -> Batch:
        """Delete those of the next ``limit`` rows older than ``before`` that may be deleted, oldest first.

        ``after``: key behind which to begin, None to begin with the oldest.
        """
        if not self._is_alone():
            return Batch(0, None)
        table = _tables[history]
        order = (table.c.at, *(column for column in table.primary_key if column is not table.c.at))
        query = _rows(table, order, before, limit)
        if after is not None:
            values = [literal(value, column.type) for value, column in zip(after, order, strict=True)]
            query = query.where(tuple_(*order) > tuple_(*values))
        old = self._connection.execute(query).all()
        if not old:
            return Batch(0, None)
        # Row by row: for a list of pairs SQLite would read the whole table.
        mine = [column == bindparam(f"old_{column.name}") for column in table.primary_key]
        keys = [{f"old_{column.name}": getattr(row, column.name) for column in table.primary_key} for row in old]
        statement = delete(table).where(*mine, *_forgettable(history, before))
        gone = self._connection.execute(statement, keys, execution_options={"preserve_rowcount": True})
        return Batch(gone.rowcount, tuple(old[-1]) if len(old) == limit else None)

    def _is_alone(self) -> bool:
        """Return whether this process may delete, and keep others from it until the transaction ends.

        On SQLite the write lock does that.
        """
        if self._connection.dialect.name != "postgresql":
            return True
        return bool(self._connection.scalar(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": _ONE_SWEEPER}))


_tables: dict[ForgettableTable, Table] = {
    ForgettableTable.ATTEMPTS: _attempt,
    ForgettableTable.POLLS: _poll,
    ForgettableTable.METRICS: _metric,
}


def _rows(table: Table, order: Sequence[ColumnElement[Any]], before: datetime, limit: int) -> Select[Any]:
    return select(*order).where(table.c.at < before).order_by(*order).limit(limit)


def _forgettable(history: ForgettableTable, before: datetime) -> list[ColumnElement[bool]]:
    """Return the SQL conditions, in addition to its age, under which a row may be deleted."""
    if history is ForgettableTable.ATTEMPTS:
        mine = _delivery.c.id == _attempt.c.delivery_id
        is_open = (_delivery.c.state == DeliveryState.PENDING) | (_delivery.c.state == DeliveryState.SENDING)
        return [exists().where(mine, ~is_open, _delivery.c.finished_at < before)]
    if history is ForgettableTable.POLLS:
        other = _poll.alias("other")
        newest = select(other.c.at).where(other.c.source == _poll.c.source).order_by(other.c.at.desc())
        return [_poll.c.at < newest.offset(LAST_POLLS - 1).limit(1).scalar_subquery()]
    return []
