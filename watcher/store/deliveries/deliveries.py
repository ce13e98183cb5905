"""List deliveries, and replay them as new deliveries of the same papers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, func, insert, or_, select, update

from watcher.errors import UsageError
from watcher.model import DeliveryKind, DeliveryState, Endpoint
from watcher.store.database import schema
from watcher.store.database.batches import in_batches, insert_unless_there
from watcher.store.deliveries.chains import holder
from watcher.store.deliveries.endpoints import Endpoints, at
from watcher.store.deliveries.kept import KeptPapers
from watcher.store.papers.matches import MERGED

_alert, _attempt, _delivery = schema.alert, schema.attempt, schema.delivery
_blank, _match = schema.blank, schema.match

REPLAYED = "replayed to"

_BLANK = ("subscription_id", "kind", "since", "read")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A delivery as it is listed.

    ``reason``: why it ended, or how its last attempt failed.
    ``tries``: number of attempts.
    ``tried_at``: time of the last attempt, None if there was none.
    ``subject``: of the last attempt's message.
    ``papers``: number of papers that it tells.
    ``replay_of``: id of the delivery that it repeats, None for none.
    ``folded_into``: id of the delivery that tells the same in its place, None for none.
    """

    id: str
    kind: DeliveryKind
    endpoint: Endpoint
    state: DeliveryState
    reason: str
    created_at: datetime
    finished_at: datetime | None
    tries: int
    tried_at: datetime | None
    subject: str
    papers: int
    replay_of: str | None
    folded_into: str | None


class Deliveries:
    """The SQL statements on ``delivery`` that people need: listing and replay."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def listed(self, state: DeliveryState | None, receiver: str | None, limit: int) -> list[Listed]:
        """Return the newest deliveries.

        ``state``: only those in this state, None for all.
        ``receiver``: only those to this receiver, None for all.
        ``limit``: number of deliveries.
        """
        where = [_delivery.c.state == state] if state else []
        where += [_delivery.c.receiver == receiver] if receiver else []
        newest = select(_delivery.c.id).where(*where).order_by(_delivery.c.created_at.desc(), _delivery.c.id)
        return self._these(self._connection.scalars(newest.limit(limit)).all())

    def lately(self, state: DeliveryState | None, since: datetime, limit: int) -> list[Listed]:
        """Return the deliveries with the latest attempts. However many there are, only the latest are read.

        ``state``: only those in this state; None for all, with those that wait for their first attempt.
        ``since``: only attempts at or after this instant.
        ``limit``: number of deliveries.
        """
        tried = (
            select(_attempt.c.delivery_id)
            .join(_delivery, _delivery.c.id == _attempt.c.delivery_id)
            .where(_attempt.c.at >= since, *([_delivery.c.state == state] if state else []))
            .order_by(_attempt.c.at.desc(), _attempt.c.delivery_id.desc())
            .limit(4 * limit)
        )
        ids = list(self._connection.scalars(tried))
        if state is None:
            open_ = [DeliveryState.PENDING.value, DeliveryState.SENDING.value]
            ids += self._connection.scalars(select(_delivery.c.id).where(_delivery.c.state.in_(open_)).limit(limit))
        found = self._these(list(dict.fromkeys(ids)))
        return sorted(found, key=lambda one: one.tried_at or one.created_at, reverse=True)[:limit]

    def count(self, state: DeliveryState) -> int:
        """Return how many deliveries are in a state."""
        return self._connection.scalar(select(func.count()).where(_delivery.c.state == state)) or 0

    def _these(self, ids: Sequence[str]) -> list[Listed]:
        """Return these deliveries in the order of ``ids``, reading no other rows."""
        found: dict[str, Listed] = {}
        for batch in in_batches(ids):
            rows = self._connection.execute(_listed().where(_delivery.c.id.in_(batch))).all()
            papers = self._papers({id for row in rows for id in (row.id, row.replay_of) if id})
            found |= {row.id: _as_listed(row, papers) for row in rows}
        return [found[id] for id in ids]

    def _papers(self, ids: Collection[str]) -> dict[tuple[str, Endpoint], int]:
        """Return (delivery id, endpoint) → number of papers told."""
        counted: dict[tuple[str, Endpoint], int] = {}
        for batch in in_batches(ids):
            query = (
                select(
                    _alert.c.delivery_id, _alert.c.receiver, _alert.c.label, func.count(_match.c.paper_id.distinct())
                )
                .join(_match, _match.c.id == _alert.c.match_id)
                .where(_alert.c.delivery_id.in_(batch))
                .group_by(_alert.c.delivery_id, _alert.c.receiver, _alert.c.label)
            )
            for id, receiver, label, count in self._connection.execute(query):
                counted[id, Endpoint(receiver, label)] = count
        return counted

    def find(self, beginning: str) -> Listed:
        """Return the delivery whose id begins with ``beginning``. Raises ``UsageError`` if none or several do."""
        query = select(_delivery.c.id).where(_delivery.c.id.startswith(beginning.lower(), autoescape=True))
        found = self._connection.scalars(query.limit(2)).all()
        if len(found) != 1:
            what = "several deliveries begin" if found else "no delivery begins"
            raise UsageError(f"{what} with {beginning!r}; `watcher deliveries` lists them")
        return self._these(found)[0]

    def dead(self, receiver: str | None = None) -> list[Listed]:
        """Return the dead deliveries that were not replayed, oldest first.

        ``receiver``: only those to this receiver, None for all.
        """
        replayed = select(_delivery.c.replay_of).where(_delivery.c.replay_of.is_not(None))
        left = (_delivery.c.id.not_in(replayed), _delivery.c.kind != DeliveryKind.TEST)
        where = [_delivery.c.receiver == receiver] if receiver else []
        oldest = select(_delivery.c.id).where(_delivery.c.state == DeliveryState.DEAD, *left, *where)
        return self._these(self._connection.scalars(oldest.order_by(_delivery.c.created_at, _delivery.c.id)).all())

    def given_up(self, since: datetime, limit: int) -> list[tuple[Endpoint, str, datetime]]:
        """Return (endpoint, reason, when) of the dead deliveries whose papers nobody has sent again, newest first.

        ``since``: only those that ended at or after this instant.
        ``limit``: number of deliveries.
        """
        untold = exists().where(_alert.c.delivery_id == _delivery.c.id, _alert.c.dropped.is_(None))
        columns = [_delivery.c[name] for name in ("receiver", "label", "reason", "finished_at")]
        where = (_delivery.c.state == DeliveryState.DEAD, _delivery.c.finished_at >= since, untold)
        newest = select(*columns).where(*where).order_by(_delivery.c.finished_at.desc(), _delivery.c.id).limit(limit)
        return [(Endpoint(row[0], row[1]), row[2], row[3]) for row in self._connection.execute(newest)]

    def unsent(self, most: int) -> int:
        """Return how many deliveries wait to be sent, ``most`` at most."""
        open_ = [DeliveryState.PENDING.value, DeliveryState.SENDING.value]
        some = select(_delivery.c.id).where(_delivery.c.state.in_(open_)).limit(most).subquery()
        return self._connection.scalar(select(func.count()).select_from(some)) or 0

    def replay(self, old: Listed, targets: Sequence[Endpoint], now: datetime) -> list[str]:
        """Make a delivery of what ``old`` tells for each target; return the ids of those that were made.

        Alerts of a dead delivery move to the new one; of a sent delivery they stay with ``old``. No delivery is made
        for a target that was told all of it, or is about to be.
        """
        matches, blanks = self._told_by(old)
        made = [id for target in targets if (id := self._again(old, target, matches, blanks, now))]
        if made and old.state is not DeliveryState.SENT and old.endpoint not in targets:
            names = ", ".join(map(str, targets))
            left = update(_alert).where(_alert.c.delivery_id == old.id, _alert.c.dropped.is_(None))
            self._connection.execute(left.values(dropped=f"{REPLAYED} {names}"))
        return made

    def _told_by(self, old: Listed) -> tuple[list[int], list[dict[str, Any]]]:
        """Return the ids of the matches that a delivery tells, and its rows of subscriptions without matches."""
        here = holder(self._connection, _alert, old.id)
        is_left = or_(_alert.c.dropped.is_(None), _alert.c.dropped.startswith(REPLAYED))
        matches = select(_alert.c.match_id).where(_alert.c.delivery_id == here, is_left)
        said = holder(self._connection, _blank, old.id)
        blanks = select(*(_blank.c[name] for name in _BLANK)).where(_blank.c.delivery_id == said)
        return (
            list(self._connection.scalars(matches)),
            [dict(row) for row in self._connection.execute(blanks).mappings()],
        )

    def _again(
        self, old: Listed, target: Endpoint, matches: list[int], blanks: list[dict[str, Any]], now: datetime
    ) -> str | None:
        endpoints = Endpoints(self._connection)
        endpoints.lock(target)
        id = self._copy(old, target, now)
        is_repeat = target == old.endpoint and old.state is DeliveryState.SENT and old.kind is not DeliveryKind.KEEP
        if old.kind in _NOTICES or is_repeat:
            is_empty = False  # it has no alerts of its own: they are found through `replay_of`
        elif old.kind is DeliveryKind.KEEP:
            is_empty = KeptPapers(self._connection).take(old.id, id, target.receiver, now) == 0
        else:
            taken = self._take_alerts(id, target, matches, now) + self._take_blanks(id, target, blanks, now)
            is_empty = taken == 0
        if is_empty:
            self._connection.execute(delete(_delivery).where(_delivery.c.id == id))
            return None
        endpoints.try_now(target)
        return id

    def _copy(self, old: Listed, target: Endpoint, now: datetime) -> str:
        id = uuid4().hex
        columns = [_delivery.c[name] for name in ("kind", "part", "parts", "incident_id")]
        same = self._connection.execute(select(*columns).where(_delivery.c.id == old.id))
        self._connection.execute(
            insert(_delivery).values(
                id=id,
                receiver=target.receiver,
                label=target.label,
                state=DeliveryState.PENDING.value,
                created_at=now,
                replay_of=old.id,
                **same.mappings().one(),
            )
        )
        return id

    def _take_alerts(self, id: str, target: Endpoint, matches: list[int], now: datetime) -> int:
        """Assign alerts of these matches to a delivery; return how many.

        Matches that the target was told, or is about to be told, are left out.
        """
        taken = 0
        for batch in in_batches(matches):
            ended = select(_delivery.c.id).where(_delivery.c.state.in_([DeliveryState.DEAD, DeliveryState.CANCELLED]))
            # A merged alert has another alert in its place.
            is_free = or_(_alert.c.dropped != MERGED, and_(_alert.c.dropped.is_(None), _alert.c.delivery_id.in_(ended)))
            free = update(_alert).where(*at(_alert, target), _alert.c.match_id.in_(batch), is_free)
            taken += self._connection.execute(free.values(delivery_id=id, dropped=None)).rowcount
        alert = {"receiver": target.receiver, "label": target.label, "due": now, "delivery_id": id, "short": False}
        return taken + insert_unless_there(self._connection, _alert, [{"match_id": one} | alert for one in matches])

    def _take_blanks(self, id: str, target: Endpoint, blanks: list[dict[str, Any]], now: datetime) -> int:
        taken = 0
        for one in blanks:
            here = {"receiver": target.receiver, "label": target.label, "delivery_id": id}
            own = (*at(_blank, target), *(_blank.c[name] == one[name] for name in ("subscription_id", "kind", "since")))
            said = select(_delivery.c.id).where(_delivery.c.state == DeliveryState.SENT)
            free = update(_blank).where(*own, or_(_blank.c.delivery_id.is_(None), _blank.c.delivery_id.not_in(said)))
            taken += self._connection.execute(free.values(delivery_id=id)).rowcount
            taken += insert_unless_there(self._connection, _blank, [one | here | {"due": now}])
        return taken


_NOTICES = (DeliveryKind.INCIDENT, DeliveryKind.RECOVERY, DeliveryKind.SUMMARY)


def _listed() -> Any:
    tries = select(func.count()).where(_attempt.c.delivery_id == _delivery.c.id).scalar_subquery()
    last = _attempt.alias("last")
    newest = select(func.max(_attempt.c.n)).where(_attempt.c.delivery_id == _delivery.c.id).scalar_subquery()
    is_last: ColumnElement[bool] = and_(last.c.delivery_id == _delivery.c.id, last.c.n == newest)
    return (
        select(
            _delivery,
            tries.label("tries"),
            last.c.at.label("tried_at"),
            last.c.subject,
            last.c.reason.label("last_reason"),
        )
        .select_from(_delivery)
        .outerjoin(last, is_last)
    )


def _as_listed(row: Any, papers: Mapping[tuple[str, Endpoint], int]) -> Listed:
    endpoint = Endpoint(row.receiver, row.label)
    return Listed(
        id=row.id,
        kind=DeliveryKind(row.kind),
        endpoint=endpoint,
        state=DeliveryState(row.state),
        reason=row.reason or row.last_reason or "",
        created_at=row.created_at,
        finished_at=row.finished_at,
        tries=row.tries,
        tried_at=row.tried_at,
        subject=row.subject or "",
        papers=papers.get((row.id, endpoint)) or papers.get((row.replay_of or "", endpoint), 0),
        replay_of=row.replay_of,
        folded_into=row.folded_into,
    )
