"""Give turns to one process at a time, of all processes that use a database. A turn ends when its lease ends."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, or_, select, update

from watcher.store.database import schema
from watcher.store.database.batches import insert_unless_there

_lease = schema.lease


class Leases:
    """The SQL statements on ``lease``: which process has a turn, and until when.

    A ``holder`` is a text that is different for each turn taken, so that it serves as the fence.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def take(self, name: str, holder: str, now: datetime, lease: timedelta) -> bool:
        """Take the turn ``name`` for the time ``lease``; return False if another holder has it."""
        insert_unless_there(self._connection, _lease, [{"name": name, "holder": "", "until": now}])
        is_free = or_(_lease.c.until <= now, _lease.c.until > now + lease)
        taken = update(_lease).where(_lease.c.name == name, is_free).values(holder=holder, until=now + lease)
        return self._connection.execute(taken).rowcount == 1

    def renew(self, name: str, holder: str, until: datetime) -> bool:
        """Keep a turn that ``holder`` has until ``until``; return False if it was lost."""
        mine = update(_lease).where(_lease.c.name == name, _lease.c.holder == holder)
        return self._connection.execute(mine.values(until=until)).rowcount == 1

    def hold(self, name: str, holder: str) -> bool:
        """Return whether the holder still has the turn. If so, nobody else can take it until the transaction ends."""
        query = select(_lease.c.name).where(_lease.c.name == name, _lease.c.holder == holder)
        return self._connection.scalar(query.with_for_update()) is not None

    def give_back(self, name: str, holder: str, now: datetime) -> None:
        """End the turn ``name`` at once, if ``holder`` has it."""
        self._connection.execute(
            update(_lease).where(_lease.c.name == name, _lease.c.holder == holder).values(holder="", until=now)
        )
