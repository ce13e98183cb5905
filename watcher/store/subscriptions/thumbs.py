"""Store thumbs: what readers said of papers, useful or not for them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, delete, func, select, update

from watcher.model import Thumb
from watcher.store.database import schema
from watcher.store.database.batches import in_batches, insert_unless_there

_thumb = schema.thumb


class Thumbs:
    """The SQL statements on ``thumb``. There is one thumb for a subscription and a paper, the last that was given."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def give(self, subscription_id: int, paper_id: int, up: bool, now: datetime) -> bool:
        """Store a subscription's thumb for a paper in place of an earlier one; return whether it is new or changed.

        ``up``: True for useful, False for not for the reader.
        """
        row = {"subscription_id": subscription_id, "paper_id": paper_id, "up": up, "at": now}
        if insert_unless_there(self._connection, _thumb, [row]):
            return True
        other = update(_thumb).where(_is(subscription_id, paper_id), _thumb.c.up != up)
        return bool(self._connection.execute(other.values(up=up, at=now)).rowcount)

    def take_back(self, subscription_id: int, paper_id: int) -> bool:
        """Delete a subscription's thumb for a paper; return whether there was one."""
        return bool(self._connection.execute(delete(_thumb).where(_is(subscription_id, paper_id))).rowcount)

    def reset(self, subscription_id: int) -> int:
        """Delete all thumbs of a subscription; return how many."""
        return self._connection.execute(delete(_thumb).where(_thumb.c.subscription_id == subscription_id)).rowcount

    def of_subscription(self, subscription_id: int) -> list[Thumb]:
        """Return the thumbs of a subscription, oldest first."""
        query = select(_thumb.c.paper_id, _thumb.c.up, _thumb.c.at).where(_thumb.c.subscription_id == subscription_id)
        rows = self._connection.execute(query.order_by(_thumb.c.at, _thumb.c.paper_id))
        return [Thumb(*row) for row in rows]

    def of_papers(self, paper_ids: Collection[int]) -> dict[tuple[int, int], bool]:
        """Return (subscription id, paper id) → whether the thumb is up, of all thumbs for these papers."""
        found: dict[tuple[int, int], bool] = {}
        for batch in in_batches(paper_ids):
            query = select(_thumb.c.subscription_id, _thumb.c.paper_id, _thumb.c.up)
            for subscription_id, paper_id, up in self._connection.execute(query.where(_thumb.c.paper_id.in_(batch))):
                found[subscription_id, paper_id] = up
        return found

    def stamp(self, subscription_id: int) -> tuple[int, int, datetime | None]:
        """Return what changes with every thumb of a subscription: how many thumbs, how many up, the latest instant."""
        ups = func.count().filter(_thumb.c.up)
        last = func.max(_thumb.c.at, type_=_thumb.c.at.type)
        query = select(func.count(), ups, last).where(_thumb.c.subscription_id == subscription_id)
        row = self._connection.execute(query).one()
        return row[0], row[1], row[2]


def merge_thumbs(connection: Connection, kept: int, merged: int) -> None:
    """Move the thumbs of the paper ``merged`` to ``kept``. If a subscription has one for each, the newer one stays."""
    query = select(_thumb).where(_thumb.c.paper_id.in_([kept, merged])).order_by(_thumb.c.at.desc(), _thumb.c.id.desc())
    seen: set[int] = set()
    twice = []
    for row in connection.execute(query).all():
        if row.subscription_id in seen:
            twice.append(row.id)
        seen.add(row.subscription_id)
    connection.execute(delete(_thumb).where(_thumb.c.id.in_(twice)))
    connection.execute(update(_thumb).where(_thumb.c.paper_id == merged).values(paper_id=kept))


def _is(subscription_id: int, paper_id: int) -> ColumnElement[bool]:
    return and_(_thumb.c.subscription_id == subscription_id, _thumb.c.paper_id == paper_id)
