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
    # One statement with many values would be compiled anew each time, which takes longer than the database does.
    statement = insert_of(connection)(table).on_conflict_do_nothing()
    return connection.execute(statement, rows, execution_options={"preserve_rowcount": True}).rowcount
