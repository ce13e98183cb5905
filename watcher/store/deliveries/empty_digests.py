"""Store messages without papers (empty digests, signs of life): first as rows that are owed, then in deliveries."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, delete, or_, select, update

from watcher.model import DeliveryKind, Endpoint, Nothing
from watcher.store.database import schema
from watcher.store.database.batches import in_batches, insert_unless_there
from watcher.store.deliveries import folding
from watcher.store.deliveries.endpoints import at, may_try
from watcher.store.subscriptions.pauses import untried

_blank, _endpoint, _subscription = schema.blank, schema.endpoint, schema.subscription


@dataclass(frozen=True, slots=True)
class Blank:
    """A message without papers that an endpoint is owed.

    ``bundle``: it may be part of a digest of other subscriptions.
    """

    id: int
    kind: DeliveryKind
    nothing: Nothing
    bundle: bool


class Blanks:
    """The SQL statements on ``blank``: the empty digests and signs of life that endpoints are owed."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def owe(
        self, subscription_id: int, kind: DeliveryKind, dues: dict[Endpoint, datetime], since: datetime, read: int
    ) -> None:
        """Owe endpoints a message without papers. Nothing is added if one for the same ``since`` is owed already.

        ``dues``: endpoint → when the message is due.
        ``since``: the beginning of the time without papers.
        ``read``: number of papers read since then.
        """
        rows = [
            {
                "subscription_id": subscription_id,
                "receiver": endpoint.receiver,
                "label": endpoint.label,
                "kind": kind.value,
                "due": due,
                "since": since,
                "read": read,
            }
            for endpoint, due in dues.items()
        ]
        insert_unless_there(self._connection, _blank, rows)

    def endpoints(self, now: datetime, among: Container[Endpoint]) -> list[Endpoint]:
        """Return those ``among`` some endpoints that are owed a message without papers now and are not backing off."""
        same = (_endpoint.c.receiver == _blank.c.receiver) & (_endpoint.c.label == _blank.c.label)
        query = (
            select(_blank.c.receiver, _blank.c.label)
            .outerjoin(_endpoint, same)
            .where(_blank.c.due <= now, _blank.c.delivery_id.is_(None), may_try(now))
            .distinct()
        )
        found = [Endpoint(*row) for row in self._connection.execute(query)]
        return [one for one in found if one in among]

    def due(self, endpoint: Endpoint, now: datetime) -> list[Blank]:
        """Return the blanks that ``endpoint`` is owed now, oldest first."""
        query = blanks().where(*at(_blank, endpoint), _blank.c.due <= now, _blank.c.delivery_id.is_(None))
        return [as_blank(row) for row in self._connection.execute(query)]

    def tell(self, ids: Collection[int], delivery_id: str) -> None:
        """Assign blanks, given by id, to a delivery."""
        for batch in in_batches(ids):
            self._connection.execute(update(_blank).where(_blank.c.id.in_(batch)).values(delivery_id=delivery_id))

    def release_missed(self, endpoint: Endpoint) -> list[str]:
        """Take the blanks out of an endpoint's pending deliveries that were never attempted.

        Return the ids of these deliveries.
        """
        missed = folding.backlog(self._connection, endpoint, [DeliveryKind.EMPTY, DeliveryKind.SIGN_OF_LIFE])
        for batch in in_batches(missed):
            self._connection.execute(update(_blank).where(_blank.c.delivery_id.in_(batch)).values(delivery_id=None))
        return missed

    def fold(self, missed: Sequence[str], made: Sequence[str], now: datetime) -> None:
        """Mark the deliveries ``missed`` as folded into the last of the deliveries ``made``."""
        if missed:
            folding.fold(self._connection, missed, made[-1], now)

    def drop(self, subscription_id: int, endpoints: Iterable[Endpoint]) -> None:
        """Delete the blanks of a subscription at these endpoints of which no attempt was made."""
        is_unsaid = or_(_blank.c.delivery_id.is_(None), _blank.c.delivery_id.in_(untried()))
        for endpoint in endpoints:
            mine = (_blank.c.subscription_id == subscription_id, is_unsaid, *at(_blank, endpoint))
            self._connection.execute(delete(_blank).where(*mine))

    def drop_due(self, now: datetime) -> None:
        """Delete all blanks that are due and in no delivery."""
        self._connection.execute(delete(_blank).where(_blank.c.due <= now, _blank.c.delivery_id.is_(None)))


def blanks() -> Select[Any]:
    """Return the SELECT for rows of ``blank`` with their subscriptions."""
    columns = (_subscription.c.owner, _subscription.c.name, _subscription.c.sources, _subscription.c.settings)
    return (
        select(_blank, *columns)
        .join(_subscription, _subscription.c.id == _blank.c.subscription_id)
        .order_by(_blank.c.due, _blank.c.id)
    )


def as_blank(row: Any) -> Blank:
    """Convert a row of :func:`blanks`."""
    nothing = Nothing(
        subscription=f"{row.owner}/{row.name}" if row.owner else row.name,
        read=row.read,
        since=row.since,
        timezone=row.settings["timezone"],
        sources=tuple(row.sources),
        shown_as=row.settings.get("shown_as", ""),
    )
    return Blank(row.id, DeliveryKind(row.kind), nothing, row.settings.get("bundle", True))
