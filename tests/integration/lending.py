"""PostgreSQL databases for tests to borrow: a database that comes back changed in its rows alone is lent again.

Making a database costs more than most tests that want one, and so does dropping it. A database that comes back is
emptied instead. One whose schema or settings a test has changed, or that has grown, is dropped.
"""

from __future__ import annotations

from contextlib import suppress
from itertools import count
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from tests.postgres import Server

ROOM = 4_000_000
"""Bytes of tables beyond which a database is dropped: deleted rows keep their place in it."""

OTHERS_END: LiteralString = """
    SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""

FIRST_OF_OURS = 16384
"""The first number that PostgreSQL gives to what is not its own."""

CATALOGUES = {
    "pg_class": "oid",
    "pg_attribute": "attrelid",
    "pg_attrdef": "oid",
    "pg_constraint": "oid",
    "pg_index": "indexrelid",
    "pg_statistic": "starelid",
    "pg_sequence": "seqrelid",
    "pg_trigger": "oid",
    "pg_proc": "oid",
    "pg_type": "oid",
    "pg_extension": "oid",
    "pg_default_acl": "oid",
    "pg_largeobject_metadata": "oid",
    "pg_rewrite": "oid",
    "pg_policy": "oid",
}
"""Where PostgreSQL writes what a database consists of, and the number of the thing that a row is of.

What ANALYZE notes counts: plans follow from it.
"""

SHAPE: LiteralString = """
    SELECT count(*), sum(xmin::text::bigint) FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_t%'
    UNION ALL SELECT count(*), sum(xmin::text::bigint) FROM pg_database WHERE datname = current_database()
    UNION ALL SELECT count(*), sum(xmin::text::bigint) FROM pg_db_role_setting
              WHERE setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
    UNION ALL SELECT count(*), sum(xmin::text::bigint) FROM alembic_version
    UNION ALL SELECT count(*), sum(reltuples + relpages) FROM pg_class WHERE oid >= 16384
"""
"""Values that change with the schema, the settings or the revision of a database.

Each row has the number of the transaction that wrote it: whoever changes one, even back, leaves another number.
"""

WORDS: LiteralString = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename LIKE 'words\\_%'"
"""The tables that watcher makes when it needs them, with the words of papers."""

SIZE: LiteralString = """
    SELECT coalesce(sum(pg_relation_size(oid)), 0) FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
"""

SEQUENCES: LiteralString = """
    SELECT setval(format('%I.%I', schemaname, sequencename), start_value, false)
    FROM pg_sequences WHERE last_value IS NOT NULL
"""


class Lender:
    """Copies of ``template`` on a server; each is lent to a single test at a time."""

    def __init__(self, server: Server, template: str) -> None:
        self._server, self._template = server, template
        self._numbers = count(1)
        self._free: list[_Lent] = []
        self._lent: dict[str, _Lent] = {}

    def borrow(self) -> str:
        """Return the address of a database with the template's tables and no rows in them."""
        lent = self._free.pop() if self._free else self._make()
        self._lent[lent.address] = lent
        return lent.address

    def give_back(self, address: str) -> None:
        """End all connections to a database; empty it if it is as it was made, else drop it."""
        lent = self._lent.pop(address)
        if lent.is_emptied():
            self._free.append(lent)
        else:
            lent.close()
            self._server.execute(f"DROP DATABASE IF EXISTS {lent.name} WITH (FORCE)")

    def close(self) -> None:
        """Close the connections; the databases go with the server."""
        for lent in (*self._free, *self._lent.values()):
            lent.close()

    def _make(self) -> _Lent:
        name = f"lent{next(self._numbers)}"
        self._server.execute(f"CREATE DATABASE {name} TEMPLATE {self._template}")
        return _Lent(name, self._server.url(name))


class _Lent:
    """A database and a kept connection to it: a new connection costs more than the emptying."""

    def __init__(self, name: str, address: str) -> None:
        self.name, self.address = name, address
        self._connection = self._connected()
        tables = [name for (name,) in self._rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        self._tables = [sql.Identifier(name) for name in sorted(tables) if name != "alembic_version"]
        filled = sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})")
        asked = [filled.format(number, table) for number, table in enumerate(self._tables)]
        self._filled = sql.SQL(" UNION ALL ").join(asked)
        written = sql.SQL("SELECT count(*), sum(xmin::text::bigint) FROM {} WHERE {} >= {}")
        catalogues = [
            written.format(sql.Identifier(name), sql.Identifier(key), FIRST_OF_OURS) for name, key in CATALOGUES.items()
        ]
        self._asked = sql.SQL(" UNION ALL ").join([sql.SQL(SHAPE), *catalogues])
        self._shape = self._rows(self._asked)

    def is_emptied(self) -> bool:
        """Delete all rows; return whether the database is as it was made then."""
        try:
            return self._empty()
        except psycopg.OperationalError:  # a test may have ended all connections of the server
            self._connection.close()
        except psycopg.Error:
            return False
        with suppress(psycopg.Error):
            self._connection = self._connected()
            return self._empty()
        return False

    def close(self) -> None:
        self._connection.close()

    def _empty(self) -> bool:
        self._rows(OTHERS_END)
        for (name,) in self._rows(WORDS):
            self._connection.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(name)))
        if self._rows(self._asked) != self._shape or self._rows(SIZE)[0][0] > ROOM:
            return False
        filled = [self._tables[number] for (number,) in self._rows(self._filled)]
        if filled:
            delete = sql.SQL("; ").join(sql.SQL("DELETE FROM {}").format(table) for table in filled)
            self._connection.execute(
                sql.SQL("BEGIN; SET LOCAL session_replication_role = replica; {}; COMMIT").format(delete)
            )
        self._rows(SEQUENCES)
        return True

    def _rows(self, statement: LiteralString | sql.Composed) -> list[Any]:
        return self._connection.execute(statement, prepare=True).fetchall()

    def _connected(self) -> psycopg.Connection[Any]:
        url = make_url(self.address)
        return psycopg.connect(dbname=url.database, user=url.username, host=str(url.query["host"]), autocommit=True)
