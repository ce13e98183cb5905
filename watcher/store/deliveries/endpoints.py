"""Record the health of endpoints, and lock their rows while their deliveries change."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, bindparam, or_, select, tuple_, update

from watcher.model import Endpoint
from watcher.policy.deliveries.retry import LONGEST_DELAY, Health
from watcher.store.database import schema
from watcher.store.database.batches import MOST_BOUND, in_batches, insert_unless_there

_endpoint = schema.endpoint
_PLACE = (_endpoint.c.receiver, _endpoint.c.label)

# Built once: every message needs them.
_HERE = (_endpoint.c.receiver == bindparam("receiver"), _endpoint.c.label == bindparam("label"))
_ONE = select(_endpoint).where(*_HERE)
_THESE = select(_endpoint).where(tuple_(*_PLACE).in_(bindparam("places", expanding=True))).order_by(*_PLACE)
_HELD = _THESE.with_for_update()
_HELD_IF_FREE = _THESE.with_for_update(skip_locked=True)
_SET_HEALTH = (
    update(_endpoint)
    .where(_endpoint.c.receiver == bindparam("of_receiver"), _endpoint.c.label == bindparam("of_label"))
    .values({name: bindparam(name) for name in ("failing_since", "failures", "next_try", "last_reason")})
)


class Endpoints:
    """The SQL statements on ``endpoint``: the health of each endpoint."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def lock(self, endpoint: Endpoint) -> Health:
        """Lock the row of an endpoint until the transaction ends; return the endpoint's health. Make a missing row."""
        found = self.hold([endpoint])
        if not found:
            self.add([endpoint])
            found = self.hold([endpoint])
        return found[endpoint]

    def add(self, endpoints: Iterable[Endpoint]) -> None:
        """Make rows for those endpoints that have none."""
        rows = [endpoint_columns(one) | {"failures": 0} for one in sorted(set(endpoints))]
        insert_unless_there(self._connection, _endpoint, rows)

    def hold(self, endpoints: Collection[Endpoint], *, skip_busy: bool = False) -> dict[Endpoint, Health]:
        """Lock the existing rows of endpoints until the transaction ends; return endpoint → health.

        ``skip_busy``: leave out rows that another transaction has locked (SKIP LOCKED), instead of waiting for them.
        """
        query = _HELD_IF_FREE if skip_busy else _HELD
        found: dict[Endpoint, Health] = {}
        for batch in in_batches(sorted(endpoints), MOST_BOUND // 2):
            places = [(one.receiver, one.label) for one in batch]
            for row in self._connection.execute(query, {"places": places}):
                found[Endpoint(row.receiver, row.label)] = _health(row)
        return found

    def health(self, endpoint: Endpoint) -> Health:
        """Return the health of an endpoint; without a row, that of a working endpoint."""
        row = self._connection.execute(_ONE, endpoint_columns(endpoint)).one_or_none()
        return Health() if row is None else _health(row)

    def try_now(self, endpoint: Endpoint | None = None) -> None:
        """End the backing off of an endpoint, or of all for None, because a person asked for it."""
        where = at(_endpoint, endpoint) if endpoint else ()
        self._connection.execute(update(_endpoint).where(*where).values(next_try=None))

    def failing(self) -> list[tuple[Endpoint, Health]]:
        """Return the endpoints whose last attempt failed, each with its health."""
        rows = self._connection.execute(select(_endpoint).where(_endpoint.c.failing_since.is_not(None))).all()
        return [(Endpoint(row.receiver, row.label), _health(row)) for row in rows]

    def set_health(self, endpoint: Endpoint, health: Health) -> None:
        """Store an endpoint's health."""
        self.set_healths([(endpoint, health)])

    def set_healths(self, healths: Sequence[tuple[Endpoint, Health]]) -> None:
        """Store the health of several endpoints."""
        rows = [
            {
                "of_receiver": endpoint.receiver,
                "of_label": endpoint.label,
                "failing_since": health.failing_since,
                "failures": health.failures,
                "next_try": health.next_try,
                "last_reason": health.last_reason,
            }
            for endpoint, health in healths
        ]
        if rows:
            self._connection.execute(_SET_HEALTH, rows)


def _health(row: Row[Any]) -> Health:
    return Health(row.failing_since, row.failures, row.next_try, row.last_reason)


def endpoint_columns(endpoint: Endpoint) -> dict[str, Any]:
    """Return column → value, for the columns that name an endpoint."""
    return {"receiver": endpoint.receiver, "label": endpoint.label}


def at(table: Table, endpoint: Endpoint) -> tuple[ColumnElement[bool], ...]:
    """Return the SQL condition for the rows of ``table`` that belong to an endpoint."""
    return table.c.receiver == endpoint.receiver, table.c.label == endpoint.label


def may_try(now: datetime) -> ColumnElement[bool]:
    """Return the SQL condition that an endpoint is not backing off, like ``Health.is_waiting``; true without a row."""
    next_try = _endpoint.c.next_try
    return or_(next_try.is_(None), next_try <= now, next_try > now + LONGEST_DELAY)
