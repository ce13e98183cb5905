"""Copy an SQLite database to PostgreSQL, table by table in batches. Each batch is committed with the place it reached.

While a copy is unfinished, the target has a table ``copying``. All other commands refuse such a database, and copying
the same file again continues there. The last commit removes the table. Rows are passed on in the databases' own forms
(SQLite's texts, PostgreSQL's COPY), not as Python values.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    Table,
    Text,
    cast,
    delete,
    func,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import AddConstraint, DropConstraint

from watcher.errors import StoreError
from watcher.store.database import schema
from watcher.store.database.database import Store
from watcher.store.database.engine import DatabaseAddress, explained, postgres_engine
from watcher.store.database.migrate import COPYING, migrate_database, revision_of

BATCH = 5_000
"""Rows that are read, written and committed together."""

_ONE_COPIER = 0x636F7079
"""PostgreSQL advisory lock ("copy"), held as long as the connection lives, so that only one copy is made at a time."""

_copying = Table(
    COPYING,
    MetaData(),
    Column("name", Text, primary_key=True),  # of a table; empty for the row that says what is copied
    Column("after", Text, nullable=False),  # the key of its last row here, as JSON; or the source's path
    Column("state", Text, nullable=False, default=""),  # of the source's file when the copy began
)

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Copied:
    """A table that was copied, and its number of rows, which is the same on both sides."""

    table: str
    rows: int


def copy_database(
    source: Store, target: DatabaseAddress, progress: Progress = lambda table, done, of: None
) -> list[Copied]:
    """Copy all tables of an SQLite database into an empty PostgreSQL database, or continue an unfinished copy.

    Nobody can write to the source until the copy ends. If the source has changed since an unfinished copy, that copy is
    deleted and begun anew. Return the copied tables.

    ``progress``: called after each batch with the table, the rows copied so far, and the rows in all.

    Raises ``DaemonRunning`` if a daemon uses the source, and ``StoreError`` if the target is not empty, holds another
    copy or cannot be reached.
    """
    if source.place.path is None or source.daemon_lock is None:
        raise StoreError(f"copy-to copies an SQLite file, and {source.place} is none: copy it with pg_dump")
    if target.path is not None:
        raise StoreError("copy-to copies to PostgreSQL; write postgresql+psycopg://user@host/name")
    source.daemon_lock.acquire()
    source.settle()
    with source.transaction() as tx, _target(target) as engine:
        path = source.place.path
        with engine.begin() as connection:
            _begin(connection, target, str(path.absolute()), _state_of(path))
        for table in schema.metadata.sorted_tables:
            _copy_table(tx.connection, engine, table, progress)
        with engine.begin() as connection:
            return _finish(tx.connection, connection, target)


@contextmanager
def _target(target: DatabaseAddress) -> Iterator[Engine]:
    """Open an engine on the target for this copy alone; raise its database errors as ``StoreError``."""
    engine = postgres_engine(target.url)
    try:
        with engine.connect() as guard:
            if not guard.scalar(select(func.pg_try_advisory_lock(_ONE_COPIER))):
                raise StoreError(f"another copy to {target} is under way: let it end")
            guard.commit()
            try:
                yield engine
            finally:
                _give_up(guard)
    except DBAPIError as error:
        if (understood := explained(error, target)) is None:
            raise
        raise understood from error
    finally:
        engine.dispose()


def _give_up(guard: Connection) -> None:
    """Release the lock of the only copier at once. The server notices later that a connection is closed."""
    with suppress(DBAPIError):  # a server that is gone holds no lock
        guard.execute(select(func.pg_advisory_unlock(_ONE_COPIER)))


def _state_of(path: Path) -> str:
    """Return a text that changes with every write to the file or its write-ahead log."""
    log = Path(f"{path}-wal")
    stats = [one.stat() for one in (path, log) if one.exists() and one.stat().st_size]
    return json.dumps([[one.st_size, one.st_mtime_ns] for one in stats])


# --- the target, made ready ---


def _begin(target: Connection, place: DatabaseAddress, path: str, state: str) -> None:
    """Prepare the target: make empty tables and the mark of a copy, or keep an unfinished copy of the same file.

    ``state``: as :func:`_state_of` gives it for the source.
    """
    tables = set(inspect(target).get_table_names())
    if COPYING in tables:
        before = target.execute(select(_copying).where(_copying.c.name == "")).one()
        if before.after != path:
            raise StoreError(f"the database {place} holds half of a copy of {before.after}: name an empty one")
        if before.state == state:
            return
        target.execute(text(f"DROP TABLE {', '.join(_quoted(target, tables))} CASCADE"))
    elif revision_of(target, place) is not None:
        _require_empty(target, place)
    migrate_database(target, place)
    for constraint in _to_itself():
        target.execute(DropConstraint(constraint))
    _copying.create(target)
    target.execute(insert(_copying).values(name="", after=path, state=state))


def _quoted(connection: Connection, names: set[str]) -> list[str]:
    return [connection.dialect.identifier_preparer.quote(name) for name in sorted(names)]


def _require_empty(target: Connection, place: DatabaseAddress) -> None:
    there = set(inspect(target).get_table_names())
    for table in schema.metadata.sorted_tables:
        if table.name in there and target.execute(select(func.count()).select_from(table)).scalar_one():
            raise StoreError(f"the database {place} is not empty (there are rows in {table.name}): name an empty one")


def _to_itself() -> list[ForeignKeyConstraint]:
    """Return the foreign keys that point into their own table.

    They are removed while the table fills, since a row may point to a later row. They come from copies of the tables:
    SQLAlchemy takes a constraint out of its table once it was added or dropped alone.
    """
    tables = MetaData(naming_convention=schema.metadata.naming_convention)
    return [
        constraint
        for table in [one.to_metadata(tables) for one in schema.metadata.sorted_tables]
        for constraint in sorted(table.foreign_key_constraints, key=lambda one: str(one.name))
        if constraint.referred_table is table
    ]


# --- rows ---


def _copy_table(source: Connection, engine: Engine, table: Table, progress: Progress) -> None:
    """Copy the rows that the target does not have yet, each batch in a transaction."""
    key = [column.name for column in table.primary_key]
    with engine.begin() as target:
        known = target.scalar(select(_copying.c.after).where(_copying.c.name == table.name))
        done = target.execute(select(func.count()).select_from(table)).scalar_one()
    total = source.execute(select(func.count()).select_from(table)).scalar_one()
    progress(table.name, done, total)
    rows = _rows(source, table, key, json.loads(known) if known else None)
    places = [table.columns.keys().index(name) for name in key]
    while batch := list(islice(rows, BATCH)):
        after = json.dumps([batch[-1][at] for at in places])
        with engine.begin() as target:
            _write(target, table, batch)
            target.execute(delete(_copying).where(_copying.c.name == table.name))
            target.execute(insert(_copying).values(name=table.name, after=after, state=""))
        done += len(batch)
        progress(table.name, done, total)


def _rows(source: Connection, table: Table, key: Sequence[str], after: Sequence[Any] | None) -> Iterator[Sequence[Any]]:
    """Yield the rows behind the key ``after`` in the order of their keys, with SQLite's own values; None yields all."""
    quote = source.dialect.identifier_preparer.quote
    names, keys = [quote(one.name) for one in table.columns], [quote(one) for one in key]
    where = f" WHERE ({', '.join(keys)}) > ({', '.join('?' * len(keys))})" if after else ""
    statement = f"SELECT {', '.join(names)} FROM {quote(table.name)}{where} ORDER BY {', '.join(keys)}"
    result = source.exec_driver_sql(statement, tuple(after or ()), execution_options={"yield_per": 1000})
    for rows in result.partitions():
        yield from rows


def _write(target: Connection, table: Table, rows: Sequence[Sequence[Any]]) -> None:
    """Write rows with PostgreSQL's COPY."""
    quote = target.dialect.identifier_preparer.quote
    names = ", ".join(quote(column.name) for column in table.columns)
    forms = [_form(column) for column in table.columns]
    cursor: Any = target.connection.cursor()
    with cursor, cursor.copy(f"COPY {quote(table.name)} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([form(value) for form, value in zip(forms, row, strict=True)])


def _form(column: Column[Any]) -> Callable[[Any], Any]:
    if isinstance(column.type, schema.UtcDateTime):
        return _instant
    return _text


def _instant(value: str | None) -> str | None:
    """Return an instant with the zone UTC added; SQLite stores instants without one."""
    return None if value is None else f"{value}+00"


def _text(value: Any) -> Any:
    # The one character that SQLite stores and PostgreSQL does not.
    return value.replace("\0", "\N{REPLACEMENT CHARACTER}") if isinstance(value, str) else value


# --- the end ---


def _finish(source: Connection, target: Connection, place: DatabaseAddress) -> list[Copied]:
    """Compare the row counts, restore constraints and number sequences, remove the mark; return the copied tables."""
    copied = []
    for table in schema.metadata.sorted_tables:
        count = select(func.count()).select_from(table)
        asked, there = source.execute(count).scalar_one(), target.execute(count).scalar_one()
        if asked != there:
            raise StoreError(f"{place} has {there} rows in {table.name} instead of {asked}: drop it and copy again")
        copied.append(Copied(table.name, there))
        _go_on_after(target, table)
    for constraint in _to_itself():
        target.execute(AddConstraint(constraint))
    _copying.drop(target)
    target.execute(text("ANALYZE"))
    return copied


def _go_on_after(target: Connection, table: Table) -> None:
    """Set PostgreSQL's number sequences so that they go on after the copied rows."""
    for column in table.primary_key:
        sequence = target.scalar(select(func.pg_get_serial_sequence(f'"{table.name}"', column.name)))
        if isinstance(column.type, Integer) and sequence is not None:
            highest = select(func.coalesce(func.max(column), 0) + 1).scalar_subquery()
            target.execute(select(func.setval(cast(sequence, postgresql.REGCLASS), highest, False)))
