"""Words between daemons over one server: LISTEN and NOTIFY. Whoever misses one finds the work at the next look."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Event
from typing import Any

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

log = logging.getLogger(__name__)

CHANNEL = "watcher_wake"

LOOK_UP = 1.0
"""Seconds between looks at whether to end."""

AGAIN = 5.0
"""Seconds before a connection that ended is made anew."""


def wake_others(connection: Connection, sender: str) -> None:
    """Let the others look for work when the transaction is committed. Nothing on SQLite: there are no others."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_notify(:channel, :sender)"), {"channel": CHANNEL, "sender": sender})


def listen(engine: Engine, stopping: Event, heard: Callable[[str], None]) -> None:
    """Call ``heard`` with the name of each daemon that says that there is work, until ``stopping`` is set.

    With an empty name after each time that the connection was made: what was said before was not heard.
    """
    import psycopg

    while not stopping.is_set():
        try:
            _listen_once(engine, stopping, heard)
        except (psycopg.Error, DBAPIError) as error:
            log.debug("nothing is heard from other daemons: %s", error)
            stopping.wait(AGAIN)


def _listen_once(engine: Engine, stopping: Event, heard: Callable[[str], None]) -> None:
    pooled = engine.raw_connection()
    raw: Any = pooled.driver_connection
    pooled.detach()
    try:
        raw.autocommit = True
        raw.execute(f"LISTEN {CHANNEL}")
        heard("")
        while not stopping.is_set():
            for word in raw.notifies(timeout=LOOK_UP, stop_after=1):
                heard(word.payload)
    finally:
        raw.close()
