"""Wake the other daemons of a server with LISTEN and NOTIFY.

A daemon that misses a call finds the work at its next tick.
"""

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
"""Seconds between checks whether listening has to stop."""

AGAIN = 5.0
"""Seconds before a lost connection is opened again."""


def wake_others(connection: Connection, sender: str) -> None:
    """Wake the other daemons when this transaction is committed. Does nothing on SQLite.

    ``sender``: id of the daemon that wakes them.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_notify(:channel, :sender)"), {"channel": CHANNEL, "sender": sender})


def listen(engine: Engine, stopping: Event, heard: Callable[[str], None]) -> None:
    """Call ``heard`` with the id of each daemon that has made work, until ``stopping`` is set.

    ``heard`` is also called with "" after each connect, since calls may have been missed before.
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
