"""Check that a PostgreSQL server and its database can be used, when it is opened."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, text

from watcher.errors import StoreError

OLDEST = 13
"""Oldest supported major version of PostgreSQL. The tests run on the distribution's version."""

_ASK = """
SELECT current_setting('server_version_num')::int AS version, current_setting('server_version') AS shown,
       pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on' AS is_readonly,
       pg_encoding_to_char(encoding) AS encoding
FROM pg_database WHERE datname = current_database()
"""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a server says of itself.

    ``version``: as a number, 150004 for 15.4.
    ``shown``: as people write it.
    """

    version: int
    shown: str
    is_readonly: bool
    encoding: str


def unfit(facts: Facts, *, write: bool) -> str:
    """Return why the server cannot be used, with what to do; "" if it can."""
    if facts.version // 10_000 < OLDEST:
        return f"is on PostgreSQL {facts.shown}: watcher needs {OLDEST} or newer"
    if write and facts.is_readonly:
        return "is read-only: name the primary server, not a replica"
    if facts.encoding != "UTF8":
        return f"is encoded in {facts.encoding}: make one with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"
    return ""


def require_fit(connection: Connection, place: object, *, write: bool) -> None:
    """Raise ``StoreError`` for a server that is too old, a replica when writing, or an encoding other than UTF-8."""
    if connection.dialect.name != "postgresql":
        return
    row = connection.execute(text(_ASK)).one()
    if problem := unfit(Facts(row.version, row.shown, row.is_readonly, row.encoding), write=write):
        raise StoreError(f"the database {place} {problem}")
