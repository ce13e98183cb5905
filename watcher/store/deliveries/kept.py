"""Record where papers are kept. Each paper has one delivery of its own for each place."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from watcher.model import DeliveryKind, DeliveryState, Endpoint
from watcher.store.database import schema
from watcher.store.database.batches import in_batches, insert_unless_there
from watcher.store.deliveries.outbox import Outbox

_kept, _delivery = schema.kept, schema.delivery
_GIVEN_UP = (DeliveryState.DEAD.value, DeliveryState.CANCELLED.value)


class KeptPapers:
    """The SQL statements on ``kept``: the deliveries that keep a paper at a place."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(self, paper_ids: Sequence[int], places: Sequence[str], now: datetime) -> int:
        """Make deliveries that keep papers at places; return how many.

        None is made if the place has the paper or is about to get it. A delivery that was given up does not count, so
        that a further request makes a new one.
        """
        made = 0
        for place in places:
            there = self._at(place, paper_ids)
            for id in (one for one in dict.fromkeys(paper_ids) if not there.get(one, False)):
                delivery = Outbox(self._connection).enqueue(Endpoint(place), DeliveryKind.KEEP, now)
                row = {"paper_id": id, "receiver": place, "at": now, "delivery_id": delivery}
                if id in there:
                    mine = (_kept.c.paper_id == id, _kept.c.receiver == place)
                    self._connection.execute(update(_kept).where(*mine).values(delivery_id=delivery))
                elif not insert_unless_there(self._connection, _kept, [row]):  # somebody else was quicker
                    self._connection.execute(delete(_delivery).where(_delivery.c.id == delivery))
                    continue
                made += 1
        return made

    def papers_of(self, delivery_ids: Collection[str]) -> dict[str, int]:
        """Return delivery id → id of the paper that it keeps."""
        found: dict[str, int] = {}
        for batch in in_batches(delivery_ids):
            query = select(_kept.c.delivery_id, _kept.c.paper_id).where(_kept.c.delivery_id.in_(batch))
            found |= {row.delivery_id: row.paper_id for row in self._connection.execute(query)}
        return found

    def places_of(self, paper_id: int) -> list[str]:
        """Return the places that have a paper or are about to get it."""
        query = select(_kept.c.receiver).join(_delivery, _delivery.c.id == _kept.c.delivery_id)
        query = query.where(_kept.c.paper_id == paper_id, _delivery.c.state.not_in(_GIVEN_UP))
        return list(self._connection.scalars(query.order_by(_kept.c.receiver)))

    def take(self, old: str, new: str, place: str, now: datetime) -> int:
        """Move the paper of the delivery ``old`` to the delivery ``new``; return how many papers were moved, 0 or 1.

        ``place``: the place of ``new``: that of ``old``, or one that may not have the paper yet.
        """
        rows = self._connection.execute(select(_kept.c.paper_id, _kept.c.receiver).where(_kept.c.delivery_id == old))
        row = rows.first()
        if row is None:
            return 0
        if row.receiver == place:
            self._connection.execute(update(_kept).where(_kept.c.delivery_id == old).values(delivery_id=new))
            return 1
        made = {"paper_id": row.paper_id, "receiver": place, "at": now, "delivery_id": new}
        return insert_unless_there(self._connection, _kept, [made])

    def _at(self, place: str, paper_ids: Collection[int]) -> dict[int, bool]:
        """Return paper id → whether a place has the paper or is about to get it.

        Papers that were never to be kept there are left out.
        """
        found: dict[int, bool] = {}
        for batch in in_batches(set(paper_ids)):
            query = select(_kept.c.paper_id, _delivery.c.state).join(_delivery, _delivery.c.id == _kept.c.delivery_id)
            query = query.where(_kept.c.paper_id.in_(batch), _kept.c.receiver == place)
            found |= {row.paper_id: row.state not in _GIVEN_UP for row in self._connection.execute(query)}
        return found


def merge_kept(connection: Connection, kept: int, merged: int) -> None:
    """Give the paper that stays the places at which the other paper, merged into it, was kept.

    ``kept``: id of the paper that stays; ``merged``: id of the one that becomes part of it.
    """
    held = select(_delivery.c.id).where(_delivery.c.state.not_in(_GIVEN_UP))
    rows = select(_kept.c.receiver).where(_kept.c.paper_id == merged, _kept.c.delivery_id.in_(held))
    receivers = list(connection.scalars(rows))
    lost = (_kept.c.paper_id == kept, _kept.c.receiver.in_(receivers), _kept.c.delivery_id.not_in(held))
    connection.execute(delete(_kept).where(*lost))
    mine = select(_kept.c.receiver).where(_kept.c.paper_id == kept)
    theirs = _kept.c.paper_id == merged
    connection.execute(delete(_kept).where(theirs, _kept.c.receiver.in_(mine)))
    connection.execute(update(_kept).where(theirs).values(paper_id=kept))
