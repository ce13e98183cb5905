"""Record which daemons share the database, and which version of the config is in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select, text, update

from watcher.model import Tuning
from watcher.store.database import schema

_daemon, _version = schema.daemon, schema.config_version

SILENT = Tuning().silent
FORGOTTEN = timedelta(days=7)

_ONE_CONFIG = 0x636F6E66
"""PostgreSQL advisory lock ("conf"), so that one daemon applies its config while the others wait."""


@dataclass(frozen=True, slots=True)
class KnownDaemon:
    """A daemon, as it last reported.

    ``host`` and ``pid``: its machine's name, and its process there.
    ``release``: watcher's version that it runs.
    ``config``: digest of the config that it runs with.
    ``seen_at``: when it last reported.
    """

    id: str
    host: str
    pid: int
    release: str
    config: str
    started_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the config that was applied.

    ``n``: number of the version; the highest is in force.
    ``digest``: changes with the config's text.
    """

    n: int
    digest: str
    applied_at: datetime


class Daemons:
    """The SQL statements on ``daemon`` (the processes that run) and ``config_version`` (the config in force)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # --- who lives ---

    def beat(self, one: KnownDaemon) -> None:
        """Record that a daemon lives. At a daemon's first call, delete the rows of daemons silent for a week."""
        values = {name: getattr(one, name) for name in ("host", "pid", "release", "config", "seen_at")}
        known = self._connection.execute(update(_daemon).where(_daemon.c.id == one.id).values(values))
        if not known.rowcount:
            self._connection.execute(insert(_daemon).values(id=one.id, started_at=one.started_at, **values))
            self._connection.execute(delete(_daemon).where(_daemon.c.seen_at < one.seen_at - FORGOTTEN))

    def leave(self, id: str) -> None:
        """Delete the row of a daemon that stops."""
        self._connection.execute(delete(_daemon).where(_daemon.c.id == id))

    def alive(self, now: datetime, silent: timedelta = SILENT) -> list[KnownDaemon]:
        """Return the daemons that reported within ``silent``, oldest first.

        What is further ahead than that was noted before the clock was set back.
        """
        is_alive = (_daemon.c.seen_at > now - silent, _daemon.c.seen_at <= now + silent)
        query = select(_daemon).where(*is_alive).order_by(_daemon.c.started_at, _daemon.c.id)
        return [KnownDaemon(**row) for row in self._connection.execute(query).mappings()]

    # --- on what they agree ---

    def hold_config(self) -> None:
        """Wait until no other daemon applies a config, and keep others from applying one until the transaction ends."""
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ONE_CONFIG})

    def version(self) -> Version | None:
        """Return the version of the config that is in force, None before the first."""
        query = select(_version).order_by(_version.c.n.desc()).limit(1)
        row = self._connection.execute(query).mappings().one_or_none()
        return None if row is None else Version(**row)

    def was_replaced(self, digest: str) -> bool:
        """Return whether the config with this digest was in force before, and another one is now."""
        current = self.version()
        counted = select(func.count()).where(_version.c.digest == digest)
        return current is not None and current.digest != digest and bool(self._connection.scalar(counted))

    def set_version(self, digest: str, now: datetime) -> None:
        """Put the config with this digest in force."""
        current = self.version()
        if current is None or current.digest != digest:
            n = current.n + 1 if current else 1
            self._connection.execute(insert(_version).values(n=n, digest=digest, applied_at=now))
