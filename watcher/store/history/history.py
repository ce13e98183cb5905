"""Read what became of each match: when and where it was told, or why not."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, ScalarSelect, func, select

from watcher.model import FIRST, DeliveryState, Endpoint, Fate
from watcher.policy.alerts.became import Stage
from watcher.store.database import schema
from watcher.store.database.batches import in_batches

_alert, _attempt, _delivery, _match = schema.alert, schema.attempt, schema.delivery, schema.match
_paper, _subscription = schema.paper, schema.subscription


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRow:
    """A match at one endpoint, or at none while it has no alert.

    ``paper``: the paper's key.
    ``occasion``: why it is told: ``first``, a version such as ``v2``, or another event.
    ``endpoint``: None while there is no alert.
    ``state``: ``told``, ``not told``, ``waiting``, ``held``, or the state of its delivery.
    ``at``: when it was told, when it is due, or when it came into this state.
    ``delivery``: id of its delivery, None if it is in none.
    ``shown_as``: the subscription's display name, "" to show its name.
    """

    paper: str
    title: str
    occasion: str
    subscription: str
    endpoint: Endpoint | None
    state: str
    at: datetime
    reason: str
    delivery: str | None
    shown_as: str = ""


class History:
    """The SQL statements on ``match`` with its alerts and deliveries."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of_paper(self, id: int, limit: int) -> list[HistoryRow]:
        """Return what became of a paper's last ``limit`` matches, newest first."""
        return _history(self._connection, _match.c.paper_id == id, limit)

    def of_subscription(self, id: int, limit: int) -> list[HistoryRow]:
        """Return what became of a subscription's last ``limit`` matches, newest first."""
        return _history(self._connection, _match.c.subscription_id == id, limit)

    def stages(self, paper_ids: Collection[int]) -> Iterator[Stage]:
        """Yield how far the first matches of these papers have come, at each endpoint that they are owed to."""
        query = (
            select(_match.c.paper_id, _match.c.fate, _match.c.reason, _alert.c.dropped, _delivery.c.state)
            .outerjoin(_alert, _alert.c.match_id == _match.c.id)
            .outerjoin(_delivery, _delivery.c.id == _alert.c.delivery_id)
            .where(_match.c.occasion == FIRST, _match.c.same_as.is_(None))
        )
        for batch in in_batches(paper_ids):
            for row in self._connection.execute(query.where(_match.c.paper_id.in_(batch))):
                state = None if row.state is None else DeliveryState(row.state)
                yield Stage(row.paper_id, Fate(row.fate), row.reason, row.dropped is not None, state)

    def last_instant(self, now: datetime) -> datetime | None:
        """Return the last instant at which anything was recorded, at most ``now``; None if nothing was."""
        columns = (
            schema.poll.c.at,
            _attempt.c.at,
            _delivery.c.created_at,
            _match.c.matched_at,
            _paper.c.first_seen,
            schema.listing.c.read_at,
            schema.daemon.c.seen_at,
            schema.config_version.c.applied_at,
            _subscription.c.created_at,
        )
        found = [self._connection.scalar(select(func.max(column, type_=column.type))) for column in columns]
        return min(max((one for one in found if one), default=now), now) if any(found) else None

    def counted_as_known(self, reason: str) -> list[tuple[str, int]]:
        """Return (full name of the subscription, paper id) of the baseline matches with this reason, in order."""
        query = (
            select(_subscription.c.owner, _subscription.c.name, _match.c.paper_id)
            .join(_subscription, _subscription.c.id == _match.c.subscription_id)
            .where(_match.c.fate == Fate.BASELINE, _match.c.reason == reason, _match.c.same_as.is_(None))
            .order_by(_subscription.c.id, _match.c.id)
        )
        return [(f"{owner}/{name}" if owner else name, id) for owner, name, id in self._connection.execute(query)]


def _history(connection: Connection, where: ColumnElement[bool], limit: int) -> list[HistoryRow]:
    of_those = select(_match.c.id).where(_match.c.same_as.is_(None), where)
    newest = of_those.order_by(_match.c.matched_at.desc(), _match.c.id.desc()).limit(limit)
    query = (
        select(
            _match.c.fate,
            _match.c.occasion,
            _match.c.reason.label("fate_reason"),
            _match.c.matched_at,
            _paper.c.key,
            _paper.c.title,
            _subscription.c.owner,
            _subscription.c.name,
            schema.shown_as.label("shown_as"),
            schema.rests.label("paused"),
            _subscription.c.next_due,
            _alert.c.receiver,
            _alert.c.label,
            _alert.c.due,
            _alert.c.dropped,
            _delivery.c.id.label("delivery"),
            _delivery.c.state,
            func.coalesce(func.nullif(_delivery.c.reason, ""), _last_reason(), "").label("reason"),
            _delivery.c.finished_at,
        )
        .join(_paper, _paper.c.id == _match.c.paper_id)
        .join(_subscription, _subscription.c.id == _match.c.subscription_id)
        .outerjoin(_alert, _alert.c.match_id == _match.c.id)
        .outerjoin(_delivery, _delivery.c.id == _alert.c.delivery_id)
        .where(_match.c.id.in_(newest))
        .order_by(_match.c.matched_at.desc(), _match.c.id.desc(), _alert.c.receiver, _alert.c.label)
        .limit(limit)
    )
    return [_as_told(row) for row in connection.execute(query)]


def _last_reason() -> ScalarSelect[str]:
    """Return an SQL expression for the reason of a delivery's last attempt."""
    of_delivery = select(_attempt.c.reason).where(_attempt.c.delivery_id == _delivery.c.id)
    return of_delivery.order_by(_attempt.c.n.desc()).limit(1).scalar_subquery()


def _as_told(row: Any) -> HistoryRow:
    state, at, reason = _state(row)
    return HistoryRow(
        paper=row.key,
        title=row.title,
        occasion=row.occasion,
        subscription=f"{row.owner}/{row.name}" if row.owner else row.name,
        shown_as=row.shown_as,
        endpoint=None if row.receiver is None else Endpoint(row.receiver, row.label),
        state=state,
        at=at,
        reason=reason,
        delivery=row.delivery,
    )


def _state(row: Any) -> tuple[str, datetime, str]:
    if row.dropped:
        return "not told", row.due, row.dropped
    if row.state == DeliveryState.SENT:
        return "told", row.finished_at, ""
    if row.state is not None:
        return row.state, row.finished_at or row.due, row.reason
    if row.receiver is not None:
        return "waiting", row.due, "its subscription is paused" if row.paused else ""
    if row.fate == Fate.HELD:
        held = "its subscription is paused" if row.paused else "for its subscription's time"
        return "held", row.next_due or row.matched_at, held
    return "not told", row.matched_at, row.fate_reason
