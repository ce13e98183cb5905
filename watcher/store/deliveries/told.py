"""Read the matches that wait as alerts, or that deliveries tell."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, exists, select, tuple_

from watcher.model import DigestOrder, DueAlert, Endpoint, Fate, MatchedSpan
from watcher.rules import is_for_everything
from watcher.store.database import schema
from watcher.store.database.batches import MOST_BOUND, in_batches
from watcher.store.database.values import because_of_row, score_of_row

_alert, _match, _subscription = schema.alert, schema.match, schema.subscription


def waiting(now: datetime) -> Sequence[ColumnElement[bool]]:
    """Return the SQL conditions for alerts that are due, in no delivery, and not of a paused subscription."""
    return _alert.c.due <= now, _alert.c.delivery_id.is_(None), _alert.c.dropped.is_(None), ~is_paused()


# Built once: every look for what is due needs it.
_of_alert, _asking = _match.alias(), _subscription.alias()
_IS_PAUSED = exists().where(
    _of_alert.c.id == _alert.c.match_id, _asking.c.id == _of_alert.c.subscription_id, schema.rests_of(_asking)
)


def is_paused() -> ColumnElement[bool]:
    """Return the SQL condition that an alert's subscription is paused, or held since ``allow`` forgets its file."""
    return _IS_PAUSED


def due_alerts(
    connection: Connection, endpoints: Collection[Endpoint], now: datetime
) -> dict[Endpoint, list[DueAlert]]:
    """Return endpoint → its due alerts that are in no delivery. Endpoints without any are left out.

    They are ordered by subscription, then by match. :func:`watcher.policy.alerts.order.in_message_order` decides how
    they are told.
    """
    places = (_alert.c.receiver, _alert.c.label)
    found: dict[Endpoint, list[DueAlert]] = {}
    for batch in in_batches(endpoints, MOST_BOUND // 2):
        here = tuple_(*places).in_([(one.receiver, one.label) for one in batch])
        for row in connection.execute(told().add_columns(*places).where(here, *waiting(now))):
            found.setdefault(Endpoint(row.receiver, row.label), []).append(as_told(row))
    return found


def waiting_alerts(connection: Connection, subscription_id: int) -> list[DueAlert]:
    """Return a subscription's held matches, and its alerts without a delivery."""
    is_owed = (_match.c.fate == Fate.OWED) & _alert.c.delivery_id.is_(None) & _alert.c.dropped.is_(None)
    query = told(owed=False).where(_match.c.subscription_id == subscription_id, _match.c.same_as.is_(None))
    rows = connection.execute(query.where((_match.c.fate == Fate.HELD) | is_owed))
    return list({row.id: as_told(row) for row in rows}.values())


@cache
def told(*, owed: bool = True) -> Select[Any]:
    """Return the SELECT for matches with their alerts and subscriptions, by subscription and match.

    ``owed``: only matches that have an alert.
    """
    return (
        select(
            _match.c.id,
            _match.c.paper_id,
            _match.c.strong,
            _match.c.score,
            _match.c.places,
            _match.c.because,
            _match.c.occasion,
            _alert.c.short,
            _subscription.c.owner,
            _subscription.c.name,
            _subscription.c.rule,
            _subscription.c.sources,
            _subscription.c.settings,
        )
        .join(_alert, _alert.c.match_id == _match.c.id, isouter=not owed)
        .join(_subscription, _subscription.c.id == _match.c.subscription_id)
        .order_by(_subscription.c.id, _match.c.id)
    )


def as_told(row: Any) -> DueAlert:
    """Convert a row of :func:`told`."""
    return DueAlert(
        match_id=row.id,
        paper_id=row.paper_id,
        subscription=f"{row.owner}/{row.name}" if row.owner else row.name,
        timezone=row.settings["timezone"],
        score=score_of_row(row),
        places=tuple(MatchedSpan(*place) for place in row.places),
        because=because_of_row(row),
        occasion=row.occasion,
        short=bool(row.short),
        bundle=row.settings.get("bundle", True),
        max_papers=row.settings.get("max_papers"),
        above=row.settings.get("above"),
        top=row.settings.get("top"),
        order=DigestOrder(row.settings.get("order", DigestOrder.SCORE)),
        everything=is_for_everything(row.rule),
        sources=tuple(row.sources),
        shown_as=row.settings.get("shown_as", ""),
    )
