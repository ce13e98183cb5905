"""Take turns at storing papers, on a server that several processes write to."""

from __future__ import annotations

from sqlalchemy import Connection, text

_ONE_RECORDER = 0x70617065
"""PostgreSQL advisory lock ("pape")."""


def hold_papers(connection: Connection) -> None:
    """Wait until no other transaction stores papers, and make others wait until this one ends.

    Two sources may show the same new paper at the same time. Besides, whoever locks the rows of several subscriptions
    calls this before: two that lock the same ones in another order would wait for each other. The order of all locks
    is the rules' generation, this one, subscriptions, their matches.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ONE_RECORDER})
