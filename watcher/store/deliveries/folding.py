"""Replace the deliveries that piled up while an endpoint failed by a single one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, exists, func, select, update

from watcher.model import DeliveryKind, DeliveryState, Endpoint
from watcher.store.database import schema
from watcher.store.database.batches import MOST_BOUND, in_batches
from watcher.store.deliveries.endpoints import at

_alert, _attempt, _delivery = schema.alert, schema.attempt, schema.delivery

NOTICES = (DeliveryKind.INCIDENT, DeliveryKind.RECOVERY)


def backlog(connection: Connection, endpoint: Endpoint, kinds: Sequence[DeliveryKind]) -> list[str]:
    """Return the ids of an endpoint's pending deliveries that were never attempted, oldest first.

    Attempted ones are left out since they may have arrived: they keep their id, by which a receiver recognises a
    repeat.

    ``kinds``: only deliveries of these kinds.
    """
    attempted = exists().where(_attempt.c.delivery_id == _delivery.c.id)
    query = (
        select(_delivery.c.id)
        .where(*at(_delivery, endpoint), _delivery.c.state == DeliveryState.PENDING, ~attempted)
        .where(_delivery.c.kind.in_([kind.value for kind in kinds]), _delivery.c.replay_of.is_(None))
        .order_by(_delivery.c.created_at, _delivery.c.part, _delivery.c.id)
    )
    return list(connection.scalars(query))


def release(connection: Connection, ids: Sequence[str]) -> dict[str, list[int]]:
    """Take the alerts out of these deliveries; return delivery id → ids of its matches."""
    held: dict[str, list[int]] = {}
    for batch in in_batches(ids):
        rows = connection.execute(
            select(_alert.c.delivery_id, _alert.c.match_id).where(_alert.c.delivery_id.in_(batch))
        )
        for delivery_id, match_id in rows:
            held.setdefault(delivery_id, []).append(match_id)
        connection.execute(update(_alert).where(_alert.c.delivery_id.in_(batch)).values(delivery_id=None))
    return held


def delivery_of(connection: Connection, endpoint: Endpoint, match_ids: Sequence[int]) -> str | None:
    """Return the id of a delivery that has alerts of these matches now, None if there is none."""
    query = select(func.min(_alert.c.delivery_id)).where(*at(_alert, endpoint))
    found: str | None = connection.scalar(query.where(_alert.c.match_id.in_(match_ids[:MOST_BOUND])))
    return found


def fold(connection: Connection, ids: Sequence[str], into: str | None, now: datetime) -> None:
    """Mark the deliveries ``ids`` as folded (told by another one) into ``into``, or as cancelled if that is None."""
    reason = f"told by {into}" if into else "nothing left to tell"
    state = DeliveryState.FOLDED if into else DeliveryState.CANCELLED
    connection.execute(
        update(_delivery)
        .where(_delivery.c.id.in_(ids))
        .values(state=state.value, reason=reason, folded_into=into, finished_at=now)
    )


def count_folded(connection: Connection, id: str) -> int:
    """Return how many deliveries were folded into the one with this id."""
    return connection.scalar(select(func.count()).where(_delivery.c.folded_into == id)) or 0
