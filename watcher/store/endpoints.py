"""Endpoints: how each is doing, and the row that is held while its deliveries change."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, or_, select, tuple_, update

from watcher.alerts.retry import LONGEST_DELAY, Health
from watcher.model import Endpoint
from watcher.store import schema
from watcher.store.batches import insert_unless_there
from watcher.store.prepared import HEALTH, LOCKED

_endpoint = schema.endpoint


class Endpoints:
    """Rows of ``endpoint``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def lock(self, endpoint: Endpoint) -> Health:
        """Make sure the endpoint has a row, and hold it until the transaction ends; how it has been doing."""
        here = named(endpoint)
        row = self._connection.execute(LOCKED, here).one_or_none()
        if row is None:
            insert_unless_there(self._connection, _endpoint, [here | {"failures": 0}])
            row = self._connection.execute(LOCKED, here).one()
        return _health(row)

    def lock_free(self, endpoints: Collection[Endpoint]) -> list[Endpoint]:
        """Make sure that all have a row, and hold those that nobody else holds; which ones, in order."""
        rows = [{"receiver": one.receiver, "label": one.label, "failures": 0} for one in sorted(endpoints)]
        insert_unless_there(self._connection, _endpoint, rows)
        places = (_endpoint.c.receiver, _endpoint.c.label)
        query = select(*places).where(tuple_(*places).in_([(one.receiver, one.label) for one in endpoints]))
        held = self._connection.execute(query.order_by(*places).with_for_update(skip_locked=True))
        return [Endpoint(*row) for row in held]

    def health(self, endpoint: Endpoint) -> Health:
        row = self._connection.execute(HEALTH, named(endpoint)).one_or_none()
        return Health() if row is None else _health(row)

    def try_now(self, endpoint: Endpoint | None = None) -> None:
        """Forget the waiting time of one endpoint or of all: a person asked for a try."""
        where = at(_endpoint, endpoint) if endpoint else ()
        self._connection.execute(update(_endpoint).where(*where).values(next_try=None))

    def failing(self) -> list[tuple[Endpoint, Health]]:
        """Endpoints whose last try failed."""
        rows = self._connection.execute(select(_endpoint).where(_endpoint.c.failing_since.is_not(None))).all()
        return [(Endpoint(row.receiver, row.label), _health(row)) for row in rows]

    def set_health(self, endpoint: Endpoint, health: Health) -> None:
        self._connection.execute(
            update(_endpoint)
            .where(*at(_endpoint, endpoint))
            .values(
                failing_since=health.failing_since,
                failures=health.failures,
                next_try=health.next_try,
                last_reason=health.last_reason,
            )
        )


def _health(row: Row[Any]) -> Health:
    return Health(row.failing_since, row.failures, row.next_try, row.last_reason)


def named(endpoint: Endpoint) -> dict[str, Any]:
    """The values of a statement of ``prepared`` about one endpoint."""
    return {"receiver": endpoint.receiver, "label": endpoint.label}


def at(table: Table, endpoint: Endpoint) -> tuple[ColumnElement[bool], ...]:
    """The rows of ``table`` that belong to one endpoint."""
    return table.c.receiver == endpoint.receiver, table.c.label == endpoint.label


def may_try(now: datetime) -> ColumnElement[bool]:
    """Endpoints that are not left alone for now, as ``Health.is_waiting`` has it; also where there is no row."""
    next_try = _endpoint.c.next_try
    return or_(next_try.is_(None), next_try <= now, next_try > now + LONGEST_DELAY)
