"""Store subscriptions as they were last applied, and the generation of the rules."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, insert, or_, select, text, update

from watcher.model import Fate, Origin, StoredSubscription
from watcher.model.papers import GROWING
from watcher.policy.subscriptions.changes import Wanted
from watcher.store.database import schema
from watcher.store.database.batches import MOST_BOUND, in_batches
from watcher.store.fleet.holding import hold_papers
from watcher.store.subscriptions.libraries import keep_libraries
from watcher.store.subscriptions.rows import row_of, saved_of
from watcher.store.subscriptions.rule_rows import RULE_COLUMNS, RuleRow, rule_rows

_PAIR = ("owner", "name")
_NAMED = """
WITH asked(owner, name) AS (VALUES {pairs})
SELECT subscription.id FROM asked
JOIN subscription ON subscription.owner = asked.owner AND subscription.name = asked.name
WHERE subscription.origin = 'database'
"""
"""Selects ids by (owner, name). SQLite uses its index for such pairs only if the list is joined like a table."""

_ALWAYS = datetime(9999, 1, 1, tzinfo=UTC)
"""Later than any instant. ``woken <= _ALWAYS`` uses the index, and is true even after a clock was set back."""

_table, _generation = schema.subscription, schema.rules_generation

_GENERATION = select(_generation.c.generation)
_HELD_GENERATION = _GENERATION.with_for_update(read=True)


@dataclass(frozen=True, slots=True)
class New:
    """A subscription to be added.

    ``next_due``: when it is first due, None if it is told immediately.
    ``sign_due``: when its first sign of life is due, None if it sends none.
    """

    wanted: Wanted
    next_due: datetime | None
    sign_due: datetime | None = None


class Subscriptions:
    """The SQL statements on ``subscription``.

    Call :meth:`raise_generation` before any change of a rule, in the same transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def generation(self, *, hold: bool = False) -> int:
        """Return the rules' generation.

        ``hold``: keep others from raising it until the transaction ends.
        """
        return self._connection.scalar(_HELD_GENERATION if hold else _GENERATION) or 0

    def raise_generation(self) -> None:
        """Raise the rules' generation. Transactions that raise it or match papers wait until this one ends.

        Most of those that raise it change several subscriptions.
        """
        raised = self._connection.execute(update(_generation).values(generation=_generation.c.generation + 1))
        if not raised.rowcount:
            self._connection.execute(insert(_generation).values(id=1, generation=1))
        hold_papers(self._connection)

    # --- looking ---

    def all(self) -> list[StoredSubscription]:
        """Return all subscriptions, also those that are gone."""
        return self._several(select(_table))

    def active(self) -> list[StoredSubscription]:
        """Return the subscriptions that are not gone."""
        return [saved for saved in self.all() if saved.gone_at is None]

    def of_files(self, *, active: bool = False) -> list[StoredSubscription]:
        """Return the subscriptions of the config's files.

        ``active``: without those that are gone.
        """
        return self._several((_active(_table) if active else select(_table)).where(schema.of_files))

    def called(self, name: str) -> list[StoredSubscription]:
        """Return the subscriptions with this name, also those that are gone.

        A name without an owner matches subscriptions of any owner.
        """
        owner, _, last = name.rpartition("/")
        query = select(_table).where(_table.c.name == last)
        return self._several(query.where(_table.c.owner == owner) if owner else query)

    def of_full_name(self, name: str) -> list[StoredSubscription]:
        """Return the subscriptions with exactly this full name, also those that are gone."""
        owner, _, last = name.rpartition("/")
        return self._several(select(_table).where(_table.c.owner == owner, _table.c.name == last))

    def first_of_database(self, limit: int) -> list[StoredSubscription]:
        """Return the first ``limit`` subscriptions of the database that are not gone, by owner and name."""
        query = _active(_table.c.id).where(_table.c.origin == Origin.DATABASE.value)
        ids = self._connection.scalars(query.order_by(_table.c.owner, _table.c.name).limit(limit)).all()
        return list(self.get(ids).values())

    def get(self, ids: Collection[int]) -> dict[int, StoredSubscription]:
        """Return id → subscription, of those with these ids that are not gone."""
        found: dict[int, StoredSubscription] = {}
        for batch in in_batches(ids):
            active = select(_table).where(_table.c.id.in_(batch), _table.c.gone_at.is_(None))
            found |= {saved.id: saved for saved in self._several(active)}
        return found

    def named(self, names: Collection[tuple[str, str]]) -> list[StoredSubscription]:
        """Return the subscriptions of the database with these (owner, name), also those that are gone."""
        ids: list[int] = []
        for batch in in_batches(names, MOST_BOUND // 2):
            pairs = ", ".join(f"(:owner{n}, :name{n})" for n in range(len(batch)))
            values = {
                f"{what}{n}": value for n, pair in enumerate(batch) for what, value in zip(_PAIR, pair, strict=True)
            }
            ids += self._connection.scalars(text(_NAMED.format(pairs=pairs)), values)
        return [
            saved for batch in in_batches(ids) for saved in self._several(select(_table).where(_table.c.id.in_(batch)))
        ]

    def of_database(self, owner: str | None = None) -> Iterator[StoredSubscription]:
        """Yield the subscriptions of the database that are not gone. Only a few hundred are in memory at a time.

        ``owner``: only those of this owner, None for all.
        """
        query = select(_table).where(_table.c.origin == Origin.DATABASE.value, _table.c.gone_at.is_(None))
        if owner is not None:
            query = query.where(_table.c.owner == owner)
        rows = self._connection.execute(query.order_by(_table.c.id), execution_options={"yield_per": MOST_BOUND})
        return (saved_of(row) for row in rows.mappings())

    def rules(self, after: int | None) -> Iterator[RuleRow]:
        """Yield the rules that changed after a generation, also of gone subscriptions.

        ``after``: the generation, None for the rules of all active subscriptions.
        """
        query = _active(*RULE_COLUMNS) if after is None else select(*RULE_COLUMNS).where(_table.c.changed_in > after)
        rows = self._connection.execute(query, execution_options={"yield_per": MOST_BOUND})
        return rule_rows(rows)

    def with_libraries(self) -> list[RuleRow]:
        """Return the rules with libraries of subscriptions that are not gone."""
        rows = self._connection.execute(_active(*RULE_COLUMNS).where(_table.c.library != "").order_by(_table.c.id))
        return list(rule_rows(rows))

    def due(self, now: datetime) -> list[int]:
        """Return the ids of subscriptions that are due.

        A subscription is due when its due instant has passed; one told immediately, when it holds something.
        """
        due: set[int] = set()
        # Separate statements, so that each can use an index.
        for is_its_time in _times(now):
            due.update(self._connection.scalars(_active(_table.c.id).where(is_its_time, ~schema.rests)))
        return sorted(due)

    def holding(self) -> list[int]:
        """Return the ids of subscriptions that hold matches, due or not."""
        held = select(schema.match.c.subscription_id).where(schema.match.c.fate == Fate.HELD)
        return list(self._connection.scalars(_active(_table.c.id).where(_table.c.id.in_(held)).order_by(_table.c.id)))

    def signs_due(self, now: datetime) -> list[int]:
        """Return the ids of subscriptions whose sign of life is due."""
        return sorted(self._connection.scalars(select(_table.c.id).where(*_is_sign_due(now))))

    def count(self, origin: Origin | None = None) -> int:
        """Return how many subscriptions are not gone.

        ``origin``: only those from files or from the database, None for all.
        """
        query = _active(func.count())
        return self._connection.scalar(query if origin is None else query.where(_table.c.origin == origin.value)) or 0

    # --- one that is nobody else's ---

    def hold_active(self, id: int) -> StoredSubscription | None:
        """Lock a subscription and return it; None if it is gone, paused or locked by another transaction."""
        return self._hold(id, _table.c.gone_at.is_(None), ~schema.rests)

    def hold_due(self, id: int, now: datetime) -> StoredSubscription | None:
        """Lock a subscription and return it; None if it is no longer due, or locked by another transaction."""
        return self._hold(id, *_is_due(now))

    def hold_sign_due(self, id: int, now: datetime) -> StoredSubscription | None:
        """Lock a subscription and return it; None if its sign of life is no longer due, or another holds it."""
        return self._hold(id, *_is_sign_due(now))

    def lock(self, ids: Collection[int]) -> None:
        """Lock these subscriptions until the transaction ends: what is being told of them comes first, or waits.

        Who locks several calls :meth:`watcher.store.papers.papers.Papers.hold` before.
        """
        for batch in in_batches(sorted(set(ids))):
            held = select(_table.c.id).where(_table.c.id.in_(batch)).order_by(_table.c.id).with_for_update()
            self._connection.execute(held).all()

    def _hold(self, id: int, *where: ColumnElement[bool]) -> StoredSubscription | None:
        held = select(_table.c.id).where(_table.c.id == id).with_for_update(skip_locked=True)
        if self._connection.scalar(held) is None:
            return None
        # Read again: only a new statement sees what others committed while we waited for the lock.
        row = self._connection.execute(select(_table).where(_table.c.id == id, *where)).mappings().one_or_none()
        return None if row is None else saved_of(row)

    # --- changing ---

    def insert(self, wanted: Wanted, next_due: datetime | None, now: datetime) -> int:
        """Add a subscription of a file; return its id."""
        return self.insert_many([New(wanted, next_due)], now)[0]

    def insert_many(self, new: Sequence[New], now: datetime, origin: Origin = Origin.FILE) -> list[int]:
        """Add subscriptions; return their ids in the same order.

        ``origin``: whether they come from files or from the database.
        """
        rows = [
            row_of(one.wanted)
            | {"next_due": one.next_due, "sign_due": one.sign_due, "created_at": now, "origin": origin.value}
            for one in new
        ]
        if not rows:
            return []
        self._keep_libraries([one.wanted for one in new])
        generation = self.generation()
        added = insert(_table).values(changed_in=generation).returning(_table.c.id, sort_by_parameter_order=True)
        return list(self._connection.scalars(added, rows))

    def update(self, id: int, wanted: Wanted, next_due: datetime | None, now: datetime) -> None:
        """Replace name, rule and settings of the subscription ``id`` by the wanted ones, and make it active.

        ``next_due``: when it is due next (UTC), None if it is told immediately.
        """
        self._keep_libraries([wanted])
        values = row_of(wanted) | {"next_due": next_due, "gone_at": None, "changed_in": self.generation()}
        if next_due is None:
            values["woken"] = now  # told immediately from now on, including what is held
        self._connection.execute(update(_table).where(_table.c.id == id).values(**values))

    def _keep_libraries(self, wanted: Collection[Wanted]) -> None:
        """Store the libraries of these subscriptions by name."""
        some = (one.subscription for one in wanted)
        keep_libraries(self._connection, [(one.library, one.liked) for one in some if one.library and one.liked])

    def renew_growing(self) -> None:
        """Have the rules beside libraries that grow with stars read again, as if they were edited.

        The generation is raised before anything is locked: who matches holds it first, and papers after it.
        """
        grows = _table.c.library.like(f"%{GROWING}")
        some = list(self._connection.scalars(_active(_table.c.id).where(_table.c.library != "", grows)))
        if not some:
            return
        self.raise_generation()
        for batch in in_batches(some):
            renewed = update(_table).where(_table.c.id.in_(batch)).values(changed_in=self.generation())
            self._connection.execute(renewed)

    def set_gone(self, id: int, now: datetime) -> None:
        """Mark a subscription as gone."""
        gone = update(_table).where(_table.c.id == id).values(gone_at=now, changed_in=self.generation())
        self._connection.execute(gone)

    def set_told(self, id: int, now: datetime, next_due: datetime | None) -> None:
        """Record that a subscription was told now, even if it held nothing, and when it is due next."""
        told = update(_table).where(_table.c.id == id).values(last_due=now, next_due=next_due, woken=None)
        self._connection.execute(told)

    def set_next_due(self, id: int, next_due: datetime | None) -> None:
        """Set when a subscription is due next."""
        self._connection.execute(update(_table).where(_table.c.id == id).values(next_due=next_due))

    def set_sign_due(self, id: int, sign_due: datetime | None) -> None:
        """Set when a subscription's next sign of life is due."""
        self._connection.execute(update(_table).where(_table.c.id == id).values(sign_due=sign_due))

    def _several(self, query: Select[Any]) -> list[StoredSubscription]:
        return [saved_of(row) for row in self._connection.execute(query.order_by(_table.c.id)).mappings()]


def wake(connection: Connection, ids: Collection[int], now: datetime) -> None:
    """Make those of some subscriptions due that are told immediately, since they hold something.

    A row is written even if its subscription was due already. So this waits for a daemon that is telling the
    subscription right now, and makes it due again afterwards.
    """
    for batch in in_batches(sorted(set(ids))):
        immediately = (_table.c.id.in_(batch), _table.c.next_due.is_(None))
        connection.execute(update(_table).where(*immediately).values(woken=func.coalesce(_table.c.woken, now)))


def _active(*columns: Any) -> Select[Any]:
    return select(*columns).select_from(_table).where(_table.c.gone_at.is_(None))


def _is_due(now: datetime) -> Sequence[ColumnElement[bool]]:
    return _table.c.gone_at.is_(None), ~schema.rests, or_(*_times(now))


def _times(now: datetime) -> Sequence[ColumnElement[bool]]:
    return _table.c.next_due <= now, _table.c.woken <= _ALWAYS


def _is_sign_due(now: datetime) -> Sequence[ColumnElement[bool]]:
    return _table.c.sign_due <= now, _table.c.gone_at.is_(None), ~schema.rests
