"""Assign alerts to deliveries, many in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, text, update

from watcher.model import Endpoint
from watcher.store.database import schema

_alert = schema.alert

_FROM_ARRAYS = text("""
UPDATE alert SET delivery_id = v.delivery_id, short = v.short
FROM unnest(CAST(:matches AS integer[]), CAST(:receivers AS text[]), CAST(:labels AS text[]), CAST(:ids AS text[]),
            CAST(:shorts AS boolean[])) AS v(match_id, receiver, label, delivery_id, short)
WHERE alert.match_id = v.match_id AND alert.receiver = v.receiver AND alert.label = v.label
""")


@dataclass(frozen=True, slots=True)
class AssignedAlert:
    """An alert, and the delivery that it is assigned to.

    ``match_id`` and ``endpoint``: identify the alert.
    ``short``: it is told in short form.
    """

    match_id: int
    endpoint: Endpoint
    delivery_id: str
    short: bool


def assign_alerts(connection: Connection, alerts: Sequence[AssignedAlert]) -> None:
    """Assign each alert to its delivery."""
    if connection.dialect.name == "postgresql":
        arrays = {
            "matches": [one.match_id for one in alerts],
            "receivers": [one.endpoint.receiver for one in alerts],
            "labels": [one.endpoint.label for one in alerts],
            "ids": [one.delivery_id for one in alerts],
            "shorts": [one.short for one in alerts],
        }
        connection.execute(_FROM_ARRAYS, arrays)
        return
    mine = (_alert.c.match_id == bindparam("m"), _alert.c.receiver == bindparam("r"), _alert.c.label == bindparam("l"))
    set_ = update(_alert).where(*mine).values(delivery_id=bindparam("d"), short=bindparam("s"))
    rows = [
        {"m": one.match_id, "r": one.endpoint.receiver, "l": one.endpoint.label, "d": one.delivery_id, "s": one.short}
        for one in alerts
    ]
    connection.execute(set_, rows)
