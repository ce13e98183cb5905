"""Record incidents: one open row for each kind and subject. The operator is told of each once, and of its end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from watcher.model import DeliveryKind, Endpoint, Incident, IncidentKind
from watcher.store.database import schema
from watcher.store.database.batches import insert_unless_there
from watcher.store.deliveries.outbox import Outbox

_table = schema.incident

_OPEN = select(_table).where(_table.c.subject == bindparam("about"), _table.c.ended.is_(None)).order_by(_table.c.id)
_HELD = _OPEN.with_for_update()


@dataclass(frozen=True, slots=True)
class Open:
    """An open incident.

    ``told_at``: when the operator was told, None if not yet.
    """

    id: int
    incident: Incident
    told_at: datetime | None


class Incidents:
    """Statements on ``incident``; deliveries that report them are made in the same transaction.

    A subject without any open one, as most are, is asked for once in a transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._without_any: set[str] = set()

    def begin(self, kind: IncidentKind, subject: str, reason: str, now: datetime) -> Open:
        """Open an incident and return it. If one of this kind and subject is open, update its reason instead."""
        known = self.open_one(kind, subject, hold=True)
        if known is None:
            row = {"kind": kind.value, "subject": subject, "reason": reason, "began": now}
            insert_unless_there(self._connection, _table, [row])
            self._without_any.discard(subject)
        elif known.incident.reason != reason:
            self._connection.execute(update(_table).where(_table.c.id == known.id).values(reason=reason))
        begun = self.open_one(kind, subject, hold=True)
        assert begun is not None
        return begun

    def tell(self, id: int, operator: Iterable[Endpoint], now: datetime) -> None:
        """Make deliveries that tell the operator of an incident.

        Without endpoints it counts as told as well: then it is only in the log.

        ``operator``: the endpoints to tell.
        """
        self._connection.execute(update(_table).where(_table.c.id == id).values(told_at=now))
        self._send(id, DeliveryKind.INCIDENT, operator, now)

    def end(self, kinds: Iterable[IncidentKind], subject: str, operator: Iterable[Endpoint], now: datetime) -> bool:
        """End the open incidents of these kinds and this subject; return whether any was open.

        If the operator was told of any of them, make deliveries of one recovery.
        """
        known = self._open([kind.value for kind in kinds], subject, hold=True)
        for one in known:
            self._connection.execute(update(_table).where(_table.c.id == one.id).values(ended=now))
        told = [one for one in known if one.told_at is not None]
        if told:
            self._send(told[0].id, DeliveryKind.RECOVERY, operator, now)
        return bool(known)

    def has_told_end(self, kinds: Iterable[IncidentKind], subject: str, now: datetime) -> bool:
        """Return whether an incident that the operator was told of ended at exactly ``now``.

        ``kinds``: only incidents of these kinds.
        ``subject``: what it is about, such as a source's name.
        """
        ended = (_table.c.subject == subject, _table.c.ended == now, _table.c.told_at.is_not(None))
        query = select(_table.c.id).where(_table.c.kind.in_([kind.value for kind in kinds]), *ended)
        return self._connection.scalar(query.limit(1)) is not None

    def close(self, id: int, now: datetime) -> None:
        """End an incident without a recovery: it became part of another one, or nobody needs to know of its end."""
        self._connection.execute(update(_table).where(_table.c.id == id).values(ended=now))

    def open_one(self, kind: IncidentKind, subject: str, *, hold: bool = False) -> Open | None:
        """Return the open incident of this kind and subject, None if there is none.

        ``hold``: lock its row until the transaction ends.
        """
        return next(iter(self._open([kind.value], subject, hold=hold)), None)

    def _open(self, kinds: Sequence[str], subject: str, *, hold: bool) -> list[Open]:
        if subject in self._without_any:
            return []
        rows = self._connection.execute(_HELD if hold else _OPEN, {"about": subject}).all()
        if not rows:
            self._without_any.add(subject)
        return [_as_open(row) for row in rows if row.kind in kinds]

    def all_open(self, kind: IncidentKind | None = None) -> list[Open]:
        """Return the open incidents, oldest first; only those of one kind unless it is None."""
        query = select(_table).where(_table.c.ended.is_(None)).order_by(_table.c.began)
        if kind is not None:
            query = query.where(_table.c.kind == kind.value)
        return [_as_open(row) for row in self._connection.execute(query)]

    def get(self, id: int) -> Incident:
        """Return an incident, open or ended."""
        return _as_open(self._connection.execute(select(_table).where(_table.c.id == id)).one()).incident

    def _send(self, id: int, kind: DeliveryKind, operator: Iterable[Endpoint], now: datetime) -> None:
        outbox = Outbox(self._connection)
        for endpoint in operator:
            outbox.enqueue(endpoint, kind, now, incident_id=id)


def _as_open(row: Any) -> Open:
    incident = Incident(
        kind=IncidentKind(row.kind), subject=row.subject, reason=row.reason, began=row.began, ended=row.ended
    )
    return Open(row.id, incident, row.told_at)
