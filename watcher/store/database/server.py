"""Check, when a database is opened, that a PostgreSQL server can be used."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy import Connection, Engine, text

from watcher.errors import StoreError

OLDEST = 13
"""Oldest major version of PostgreSQL that is supported. The tests run on the distribution's version."""

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
    ``shown``: the version as people write it.
    ``is_readonly``: it takes no writes, as a replica.
    ``encoding``: of its texts; only ``UTF8`` will do.
    """

    version: int
    shown: str
    is_readonly: bool
    encoding: str


def unfit(facts: Facts, *, write: bool) -> str:
    """Return why the server cannot be used, with what to do about it; "" if it can.

    ``write``: it has to be written to.
    """
    if facts.version // 10_000 < OLDEST:
        return f"is on PostgreSQL {facts.shown}: watcher needs {OLDEST} or newer"
    if write and facts.is_readonly:
        return "is read-only: name the primary server, not a replica"
    if facts.encoding != "UTF8":
        return f"is encoded in {facts.encoding}: make one with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"
    return ""


def require_fit(connection: Connection, place: object, *, write: bool) -> None:
    """Raise ``StoreError`` if the server is too old, is a replica and has to be written to, or does not use UTF-8.

    ``place``: the database, as messages name it.
    ``write``: it has to be written to.
    """
    if connection.dialect.name != "postgresql":
        return
    row = connection.execute(text(_ASK)).one()
    if problem := unfit(Facts(row.version, row.shown, row.is_readonly, row.encoding), write=write):
        raise StoreError(f"the database {place} {problem}")


TRIES = 3
"""How often it is tried whether a session is kept: other users of a pooler may come in between."""


def require_sessions(engine: Engine, place: object) -> None:
    """Raise ``StoreError`` if a pooler gives each transaction another session (``pool_mode = transaction``).

    Prepared statements, advisory locks and ``NOTIFY`` need one session.

    ``place``: the database, as messages name it.
    """
    if not _keeps_sessions(engine):
        hint = "set pool_mode = session, or name the server itself"
        raise StoreError(f"the database {place} is behind a pooler that keeps no sessions: {hint}")


def _keeps_sessions(engine: Engine) -> bool:
    """Return whether a setting of one connection is still there in its next transaction, and in no other one's."""
    ask = text("SELECT current_setting('watcher.session', true)")
    with engine.connect() as first, engine.connect() as second:
        for _ in range(TRIES):
            mark = uuid4().hex
            first.exec_driver_sql(f"SET watcher.session = '{mark}'")
            first.commit()
            # The second's transaction stays open: its session is in use when the first asks again.
            if second.scalar(ask) == mark or first.scalar(ask) != mark:
                return False
            first.commit()
            second.commit()
        first.exec_driver_sql("RESET watcher.session")
        first.commit()
    return True
