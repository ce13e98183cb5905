"""Run statements over many rows in batches, within the databases' limits on bound values."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, bindparam, func, insert, select, update
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


def insert_numbered(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows after giving an ``id`` to each; with SQLite's RETURNING each would take a statement of its own."""
    if rows:
        for row, free_id in zip(rows, _free_ids(connection, table, len(rows)), strict=True):
            row["id"] = free_id
        connection.execute(insert(table), list(rows))


def _free_ids(connection: Connection, table: Table, n: int) -> Sequence[int]:
    if connection.dialect.name == "postgresql":
        sequence = func.nextval(func.pg_get_serial_sequence(table.name, "id"))
        return sorted(connection.scalars(select(sequence).select_from(func.generate_series(1, n))))
    last = connection.scalar(select(func.max(table.c.id))) or 0
    return range(last + 1, last + 1 + n)


def update_rows(connection: Connection, table: Table, keys: Sequence[str], rows: Sequence[dict[str, Any]]) -> None:
    """Update rows that are found by their columns ``keys``; all rows have the same columns."""
    if rows:
        where = [table.c[key] == bindparam(f"old_{key}") for key in keys]
        columns: dict[str, Any] = {name: bindparam(name) for name in rows[0] if name not in keys}
        values = [row | {f"old_{key}": row[key] for key in keys} for row in rows]
        connection.execute(update(table).where(*where).values(columns), values)
