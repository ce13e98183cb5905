"""Run statements over many rows in batches, within the databases' limits on bound values."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import sqlite

T = TypeVar("T")

MOST_BOUND = 500
"""Most values in one IN list: far below the limits of SQLite and PostgreSQL, and enough to be worth a statement."""


def in_batches(things: Collection[T], size: int = MOST_BOUND) -> Iterator[list[T]]:
    """Yield ``things`` in lists of at most ``size``."""
    rest = iter(things)
    while batch := list(islice(rest, size)):
        yield batch


def insert_of(connection: Connection) -> Any:
    """Return what makes a database's own ``INSERT``, which knows conflicts."""
    if connection.dialect.name != "postgresql":
        return sqlite.insert
    from sqlalchemy.dialects import postgresql  # takes long to import

    return postgresql.insert


def insert_unless_there(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> int:
    """Insert those rows that violate no unique constraint; return how many were inserted."""
    if not rows:
        return 0
    make = insert_of(connection)
    added = 0
    for batch in in_batches(rows, MOST_BOUND // max(len(rows[0]), 1) or 1):
        statement = make(table).values(batch).on_conflict_do_nothing()
        added += connection.execute(statement, execution_options={"preserve_rowcount": True}).rowcount
    return added
