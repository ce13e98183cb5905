"""What deliveries tell: the matches behind their alerts, and what an endpoint was told before."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, bindparam, exists, select, tuple_

from watcher.model import DeliveryKind, DeliveryState, Endpoint, Fate, Incident, IncidentKind, Place, Told
from watcher.store import schema
from watcher.store.batches import in_batches
from watcher.store.endpoints import at, named
from watcher.store.prepared import LINK

_alert, _blank, _delivery, _incident = schema.alert, schema.blank, schema.delivery, schema.incident
_match, _subscription = schema.match, schema.subscription


def waiting(now: datetime) -> Sequence[ColumnElement[bool]]:
    """Alerts that are due and stand in no delivery yet, but for those of paused subscriptions."""
    return _alert.c.due <= now, _alert.c.delivery_id.is_(None), _alert.c.dropped.is_(None), ~is_paused()


def is_paused() -> ColumnElement[bool]:
    """Alerts whose subscription is paused."""
    match, subscription = _match.alias(), _subscription.alias()
    of_alert = match.c.id == _alert.c.match_id
    return exists().where(of_alert, subscription.c.id == match.c.subscription_id, subscription.c.paused)


def due_alerts(connection: Connection, endpoint: Endpoint, now: datetime) -> list[Told]:
    """What is due at ``endpoint`` and stands in no delivery yet; by subscription, then strong before weak."""
    query = _told().where(*at(_alert, endpoint), *waiting(now))
    return [_as_told(row) for row in connection.execute(query)]


def due_alerts_of(connection: Connection, endpoints: Collection[Endpoint], now: datetime) -> dict[Endpoint, list[Told]]:
    """What is due at each of these endpoints and stands in no delivery yet; those with nothing are left out."""
    places = (_alert.c.receiver, _alert.c.label)
    here = tuple_(*places).in_([(one.receiver, one.label) for one in endpoints])
    found: dict[Endpoint, list[Told]] = {}
    for row in connection.execute(_told().add_columns(*places).where(here, *waiting(now))):
        found.setdefault(Endpoint(row.receiver, row.label), []).append(_as_told(row))
    return found


def waiting_of(connection: Connection, subscription_id: int) -> list[Told]:
    """What a subscription holds for its time, or owes and has in no delivery yet; in the order in which it is told."""
    is_owed = (_match.c.fate == Fate.OWED) & _alert.c.delivery_id.is_(None) & _alert.c.dropped.is_(None)
    query = _told(owed=False).where(_match.c.subscription_id == subscription_id, _match.c.same_as.is_(None))
    rows = connection.execute(query.where((_match.c.fate == Fate.HELD) | is_owed))
    return list({row.id: _as_told(row) for row in rows}.values())


def told_by(connection: Connection, delivery_id: str) -> list[Told]:
    """The matches that a delivery tells: its own, or those of the one that it repeats for somebody who asked."""
    rows = connection.execute(_TOLD_BY, {"delivery": holder(connection, _alert, delivery_id)})
    return [_as_told(row) for row in rows]


def told_by_each(connection: Connection, delivery_ids: Sequence[str]) -> dict[str, list[Told]]:
    """The matches that each of some deliveries tells, of those that repeat no other."""
    found: dict[str, list[Told]] = {id: [] for id in delivery_ids}
    query = _told().add_columns(_alert.c.delivery_id).where(_alert.c.delivery_id.in_(delivery_ids))
    for row in connection.execute(query.where(_alert.c.dropped.is_(None))):
        found[row.delivery_id].append(_as_told(row))
    return found


def has_alerts(connection: Connection, delivery_id: str) -> bool:
    return bool(connection.scalar(_HAS_ALERTS, {"delivery": holder(connection, _alert, delivery_id)}))


def what_is_left(connection: Connection, delivery_id: str, kind: DeliveryKind) -> DeliveryKind | None:
    """What a delivery is still: a digest that all papers have left may say of others that they have none."""
    if kind not in _TO_READERS or (kind is DeliveryKind.DIGEST and has_alerts(connection, delivery_id)):
        return kind
    here = holder(connection, _blank, delivery_id)
    if connection.scalar(select(exists().where(_blank.c.delivery_id == here))):
        return DeliveryKind.EMPTY if kind is DeliveryKind.DIGEST else kind
    return None


_TO_READERS = frozenset({DeliveryKind.DIGEST, DeliveryKind.EMPTY, DeliveryKind.SIGN_OF_LIFE})


def holder(connection: Connection, table: Table, delivery_id: str) -> str:
    """The delivery that has the rows of ``table``: a replay of what was told leaves them where they are."""
    chain = repeated(connection, delivery_id)
    for id in chain if len(chain) > 1 else ():
        if connection.scalar(select(exists().where(table.c.delivery_id == id))):
            return id
    return delivery_id


def repeated(connection: Connection, delivery_id: str, *, anywhere: bool = False) -> list[str]:
    """A delivery and those that it repeats, newest first; those at its own endpoint, or ``anywhere``."""
    found: list[str] = []
    id: str | None = delivery_id
    endpoint = None
    while id:
        row = connection.execute(LINK, {"id": id}).one()
        here = Endpoint(row.receiver, row.label)
        if not anywhere and endpoint not in (None, here):
            break
        endpoint = here
        found.append(row.id)
        id = row.replay_of
    return found


def told_before(
    connection: Connection, endpoint: Endpoint, paper_ids: Collection[int], delivery_id: str | None
) -> dict[int, date]:
    """Paper → the day on which this endpoint was first told of it, for the papers that it was told of.

    Told by other messages than ``delivery_id``, where there is one, and what that one repeats.
    """
    found: dict[int, date] = {}
    here = named(endpoint) | {"same": repeated(connection, delivery_id) if delivery_id else []}
    for batch in in_batches(paper_ids):
        for row in connection.execute(_TOLD_BEFORE, here | {"papers": batch}):
            # Were it asked for, SQLite would begin with all that was ever sent.
            if row.state == DeliveryState.SENT:
                day = row.finished_at.date()
                found[row.paper_id] = min(day, found.get(row.paper_id, day))
    return found


def incidents_of(connection: Connection, delivery_id: str) -> list[Incident]:
    """The incidents that a delivery, or those that were folded into it, tells of; in the order of their beginning."""
    same = repeated(connection, delivery_id, anywhere=True)
    those = select(_delivery.c.incident_id).where(_delivery.c.id.in_(same) | _delivery.c.folded_into.in_(same))
    rows = connection.execute(select(_incident).where(_incident.c.id.in_(those)).order_by(_incident.c.began))
    return [
        Incident(kind=IncidentKind(row.kind), subject=row.subject, reason=row.reason, began=row.began, ended=row.ended)
        for row in rows
    ]


def _told(*, owed: bool = True) -> Select[Any]:
    """Matches in the order of a message, each with every alert that it has; only those ``owed`` have one."""
    return (
        select(
            _match.c.id,
            _match.c.paper_id,
            _match.c.strong,
            _match.c.places,
            _match.c.occasion,
            _alert.c.short,
            _subscription.c.owner,
            _subscription.c.name,
            _subscription.c.sources,
            _subscription.c.settings,
        )
        .join(_alert, _alert.c.match_id == _match.c.id, isouter=not owed)
        .join(_subscription, _subscription.c.id == _match.c.subscription_id)
        .order_by(_subscription.c.id, _match.c.strong.desc(), _match.c.id)
    )


_HERE = (_alert.c.delivery_id == bindparam("delivery"), _alert.c.dropped.is_(None))
_TOLD_BY = _told().where(*_HERE)
_HAS_ALERTS = select(exists().where(*_HERE))
_TOLD_BEFORE = (
    select(_match.c.paper_id, _delivery.c.state, _delivery.c.finished_at)
    .join(_alert, _alert.c.match_id == _match.c.id)
    .join(_delivery, _delivery.c.id == _alert.c.delivery_id)
    .where(_alert.c.receiver == bindparam("receiver"), _alert.c.label == bindparam("label"))
    .where(_match.c.paper_id.in_(bindparam("papers", expanding=True)))
    .where(_delivery.c.id.not_in(bindparam("same", expanding=True)))
)


def _as_told(row: Any) -> Told:
    return Told(
        match_id=row.id,
        paper_id=row.paper_id,
        subscription=f"{row.owner}/{row.name}" if row.owner else row.name,
        timezone=row.settings["timezone"],
        strong=row.strong,
        places=tuple(Place(*place) for place in row.places),
        occasion=row.occasion,
        short=bool(row.short),
        bundle=row.settings.get("bundle", True),
        max_papers=row.settings.get("max_papers"),
        sources=tuple(row.sources),
    )
