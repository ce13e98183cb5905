"""Give turns at a site to one process at a time, of all processes that use a database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select, update

from watcher.model import SiteTurn
from watcher.store.database import schema
from watcher.store.database.batches import insert_unless_there

_site = schema.site

LOOK_AGAIN = 0.5
"""Seconds until the next try to take the turn of a site that another process has."""

LONGEST = timedelta(days=1)
"""Instants further ahead than this were written by a wrong clock, and are ignored."""


@dataclass(frozen=True, slots=True)
class Spending:
    """What one request costs, in the site's own unit, and the limit for a day.

    ``a_day``: most that all requests of a day (UTC) may cost together, 0 for no limit.
    """

    cost: int = 0
    a_day: int = 0


FREE = Spending()


class Sites:
    """The SQL statements on ``site``: whose turn it is at a site, and when the next one may begin.

    ``holder``: a text that no other process uses.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def take(
        self,
        name: str,
        holder: str,
        interval: timedelta,
        lease: timedelta,
        now: datetime,
        spending: Spending = FREE,
    ) -> SiteTurn:
        """Take the turn for one request to the site ``name``; if it is not free, return how long to wait.

        The next request may begin after ``interval``, and only after :meth:`give_back` or the end of ``lease``. No
        request begins that costs more than is left of the day. Requests with another limit, such as those with a
        user's key, are counted apart.

        ``holder``: id of the process that asks.
        """
        row = self._held(name)
        if (closed := _left(row.closed_until, now)) > 0:
            return SiteTurn(closed, is_closed=True, is_public=row.is_public)
        today = now.astimezone(UTC).date()
        account = f"{name}, {spending.a_day} a day"
        before = self._held(account) if spending.a_day else row
        spent = spending.cost + (before.spent if before.spent_on == today else 0)
        if spending.a_day and spent > spending.a_day:
            midnight = datetime.combine(today + timedelta(days=1), time(), UTC)
            return SiteTurn((midnight - now).total_seconds(), is_public=row.is_public, is_spent=True)
        asking = _left(row.lease, now, longest=lease) if row.holder != holder else 0.0
        if asking > 0:
            return SiteTurn(min(asking, LOOK_AGAIN), is_public=row.is_public)
        if (early := _left(row.free_at, now)) > 0:
            return SiteTurn(early, is_public=row.is_public)
        if spending.a_day:
            self._set(account, spent=spent, spent_on=today)
        self._set(name, free_at=now + interval, holder=holder, lease=now + lease)
        return SiteTurn(is_public=row.is_public)

    def give_back(self, name: str, holder: str, *, is_public: bool) -> None:
        """End the turn of ``holder`` at the site ``name``.

        ``is_public``: the site's answer came from the public Internet.
        """
        mine = update(_site).where(_site.c.name == name, _site.c.holder == holder)
        self._connection.execute(mine.values(holder=None, lease=None))
        if is_public:
            self._set(name, is_public=True)

    def pause(self, name: str, until: datetime, *, closed: bool) -> None:
        """Let no request begin before ``until``. A later instant that was set before stays.

        ``closed``: the site itself asked for the pause.
        """
        column = _site.c.closed_until if closed else _site.c.free_at
        earlier = column.is_(None) | (column < until)
        self._connection.execute(update(_site).where(_site.c.name == name, earlier).values({column.name: until}))

    def _held(self, name: str) -> Row[Any]:
        """Return the row of this name, made if there is none, locked until the transaction ends."""
        insert_unless_there(self._connection, _site, [{"name": name}])
        return self._connection.execute(select(_site).where(_site.c.name == name).with_for_update()).one()

    def _set(self, name: str, **values: object) -> None:
        self._connection.execute(update(_site).where(_site.c.name == name).values(**values))


def _left(at: datetime | None, now: datetime, longest: timedelta = LONGEST) -> float:
    """Return the seconds until ``at``; 0 if it has passed, or is more than ``longest`` ahead (a wrong clock)."""
    left = at - now if at else timedelta(0)
    return max(left.total_seconds(), 0.0) if left <= longest else 0.0
