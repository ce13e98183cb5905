"""The subscriptions as they were last applied, and the generation of the rules."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, time
from typing import Any

from sqlalchemy import ColumnElement, Connection, exists, func, insert, or_, select, update

from watcher.alerts.changes import Wanted
from watcher.model import Endpoint, Fate, QuietHours, Rhythm, Saved, Subscription, When
from watcher.store import schema

_table = schema.subscription

_PLAIN = ("bundle", "max_papers", "sends_empty", "shows_life", "tells_updates")
"""Settings that are stored as they are; rows older than one of them have its default."""


class Subscriptions:
    """Rows of ``subscription``; every change of a rule goes with :meth:`raise_generation` in one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def generation(self, *, hold: bool = False) -> int:
        """The rules' generation; ``hold`` keeps others from raising it until this transaction ends."""
        query = select(schema.rules_generation.c.generation)
        if hold:
            query = query.with_for_update(read=True)
        return self._connection.scalar(query) or 0

    def raise_generation(self) -> None:
        table = schema.rules_generation
        raised = self._connection.execute(update(table).values(generation=table.c.generation + 1))
        if not raised.rowcount:
            self._connection.execute(insert(table).values(id=1, generation=1))

    def all(self) -> list[Saved]:
        """Also those that are gone."""
        return [_saved(row) for row in self._connection.execute(select(_table).order_by(_table.c.id)).mappings()]

    def active(self) -> list[Saved]:
        return [saved for saved in self.all() if saved.gone_at is None]

    def due(self, now: datetime) -> list[Saved]:
        """Those whose time has come: a due instant has passed, or told immediately with something held."""
        query = select(_table).where(*_is_due(now)).order_by(_table.c.id)
        return [_saved(row) for row in self._connection.execute(query).mappings()]

    def hold_active(self, id: int) -> Saved | None:
        """The subscription if it is neither gone nor paused, and nobody else's until the transaction ends."""
        return self._hold(id, _table.c.gone_at.is_(None), _table.c.paused.is_(False))

    def hold_due(self, id: int, now: datetime) -> Saved | None:
        """The subscription if it is due still; None where another daemon has told, or is telling, what it holds."""
        return self._hold(id, *_is_due(now))

    def hold_sign_due(self, id: int, now: datetime) -> Saved | None:
        """The subscription if its sign of life is due still."""
        return self._hold(id, *_is_sign_due(now))

    def _hold(self, id: int, *where: ColumnElement[bool]) -> Saved | None:
        held = select(_table.c.id).where(_table.c.id == id).with_for_update(skip_locked=True)
        if self._connection.scalar(held) is None:
            return None
        # Another statement: what others have committed until the lock was had is seen by it alone.
        row = self._connection.execute(select(_table).where(_table.c.id == id, *where)).mappings().one_or_none()
        return None if row is None else _saved(row)

    def insert(self, wanted: Wanted, next_due: datetime | None, now: datetime) -> int:
        added = self._connection.execute(insert(_table).values(**_row(wanted), next_due=next_due, created_at=now))
        key = added.inserted_primary_key
        assert key is not None
        return int(key[0])

    def update(self, id: int, wanted: Wanted, next_due: datetime | None) -> None:
        """Give the row its new name, rule and settings; it is active from now on."""
        values = _row(wanted) | {"next_due": next_due, "gone_at": None}
        self._connection.execute(update(_table).where(_table.c.id == id).values(**values))

    def set_gone(self, id: int, now: datetime) -> None:
        self._connection.execute(update(_table).where(_table.c.id == id).values(gone_at=now))

    def set_told(self, id: int, now: datetime, next_due: datetime | None) -> None:
        """Its digest was made, or there was none to make."""
        self._connection.execute(update(_table).where(_table.c.id == id).values(last_due=now, next_due=next_due))

    def set_next_due(self, id: int, next_due: datetime | None) -> None:
        self._connection.execute(update(_table).where(_table.c.id == id).values(next_due=next_due))

    def signs_due(self, now: datetime) -> list[Saved]:
        """Those whose next sign of life is due, if there was nothing else."""
        query = select(_table).where(*_is_sign_due(now)).order_by(_table.c.id)
        return [_saved(row) for row in self._connection.execute(query).mappings()]

    def set_sign_due(self, id: int, sign_due: datetime | None) -> None:
        self._connection.execute(update(_table).where(_table.c.id == id).values(sign_due=sign_due))

    def count(self) -> int:
        query = select(func.count()).select_from(_table).where(_table.c.gone_at.is_(None))
        return self._connection.scalar(query) or 0


def _is_due(now: datetime) -> Sequence[ColumnElement[bool]]:
    held = exists().where(schema.match.c.subscription_id == _table.c.id, schema.match.c.fate == Fate.HELD)
    is_its_time = or_(_table.c.next_due <= now, _table.c.next_due.is_(None) & held)
    return _table.c.gone_at.is_(None), _table.c.paused.is_(False), is_its_time


def _is_sign_due(now: datetime) -> Sequence[ColumnElement[bool]]:
    return _table.c.sign_due <= now, _table.c.gone_at.is_(None), _table.c.paused.is_(False)


def _row(wanted: Wanted) -> dict[str, Any]:
    subscription = wanted.subscription
    quiet = subscription.quiet_hours
    return {
        "owner": subscription.owner,
        "name": subscription.name,
        "rule": subscription.rule,
        "rule_digest": wanted.rule_digest,
        "sources": list(subscription.sources),
        "endpoints": [[endpoint.receiver, endpoint.label] for endpoint in subscription.endpoints],
        "settings": {
            "to": list(subscription.to),
            "rhythm": subscription.when.rhythm.value,
            "at": subscription.when.at and subscription.when.at.isoformat(),
            "weekday": subscription.when.weekday,
            "cron": subscription.when.cron,
            "timezone": subscription.timezone,
            "quiet": quiet and [quiet.start.isoformat(), quiet.end.isoformat()],
            "quiet_days": sorted(quiet.days) if quiet else [],
            "backfill": subscription.backfill,
            **{name: getattr(subscription, name) for name in _PLAIN},
        },
    }


def _saved(row: Mapping[Any, Any]) -> Saved:
    settings = row["settings"]
    quiet = settings["quiet"]
    return Saved(
        id=row["id"],
        rule_digest=row["rule_digest"],
        next_due=row["next_due"],
        last_due=row["last_due"],
        sign_due=row["sign_due"],
        paused=row["paused"],
        created_at=row["created_at"],
        gone_at=row["gone_at"],
        subscription=Subscription(
            name=row["name"],
            owner=row["owner"],
            rule=row["rule"],
            to=tuple(settings["to"]),
            endpoints=tuple(Endpoint(receiver, label) for receiver, label in row["endpoints"]),
            sources=tuple(row["sources"]),
            when=When(
                Rhythm(settings["rhythm"]),
                time.fromisoformat(settings["at"]) if settings["at"] else None,
                settings["weekday"],
                settings.get("cron", ""),
            ),
            timezone=settings["timezone"],
            quiet_hours=_quiet_hours(quiet, settings.get("quiet_days", ())),
            backfill=settings["backfill"],
            **{name: settings[name] for name in _PLAIN if name in settings},
        ),
    )


def _quiet_hours(hours: Sequence[str] | None, days: Collection[int]) -> QuietHours | None:
    if not hours:
        return None
    start, end = map(time.fromisoformat, hours)
    return QuietHours(start, end, frozenset(days))
