"""The daemons that share a database: who lives, and on which version of the config they agree."""

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
"""Advisory lock of PostgreSQL ("conf"): one daemon lets its config take effect, the others wait."""


@dataclass(frozen=True, slots=True)
class KnownDaemon:
    """A daemon as it was last heard of; ``config`` is the digest of the config that it runs with."""

    id: str
    host: str
    pid: int
    release: str
    config: str
    started_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the config that took effect."""

    n: int
    digest: str
    applied_at: datetime


class Daemons:
    """Rows of ``daemon`` and ``config_version``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # --- who lives ---

    def beat(self, one: KnownDaemon) -> None:
        """Write down that this daemon lives; those that were not heard for a week are forgotten."""
        values = {name: getattr(one, name) for name in ("host", "pid", "release", "config", "seen_at")}
        known = self._connection.execute(update(_daemon).where(_daemon.c.id == one.id).values(values))
        if not known.rowcount:
            self._connection.execute(insert(_daemon).values(id=one.id, started_at=one.started_at, **values))
            self._connection.execute(delete(_daemon).where(_daemon.c.seen_at < one.seen_at - FORGOTTEN))

    def leave(self, id: str) -> None:
        """This daemon ends as it should."""
        self._connection.execute(delete(_daemon).where(_daemon.c.id == id))

    def alive(self, now: datetime, silent: timedelta = SILENT) -> list[KnownDaemon]:
        """Those that were heard within ``silent``, the oldest first."""
        query = select(_daemon).where(_daemon.c.seen_at > now - silent).order_by(_daemon.c.started_at, _daemon.c.id)
        return [KnownDaemon(**row) for row in self._connection.execute(query).mappings()]

    # --- on what they agree ---

    def hold_config(self) -> None:
        """Be the only one that lets a config take effect, until the transaction ends."""
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ONE_CONFIG})

    def version(self) -> Version | None:
        """The config that counts: the last one that took effect."""
        query = select(_version).order_by(_version.c.n.desc()).limit(1)
        row = self._connection.execute(query).mappings().one_or_none()
        return None if row is None else Version(**row)

    def was_replaced(self, digest: str) -> bool:
        """Whether this config counted once, and another one does since."""
        current = self.version()
        counted = select(func.count()).where(_version.c.digest == digest)
        return current is not None and current.digest != digest and bool(self._connection.scalar(counted))

    def set_version(self, digest: str, now: datetime) -> None:
        """This config counts from now on."""
        current = self.version()
        if current is None or current.digest != digest:
            n = current.n + 1 if current else 1
            self._connection.execute(insert(_version).values(n=n, digest=digest, applied_at=now))
