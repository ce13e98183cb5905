"""Store the ``never:`` lists as they were last applied, and count what they keep back."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, delete, func, insert, select

from watcher.model import ENDS, FIRST, Fate, NeverItem
from watcher.store.database import schema
from watcher.store.database.batches import in_batches

_never, _match, _subscription = schema.never, schema.match, schema.subscription

BECAUSE = "never: "
"""Begins the reason of a match that an item keeps back; the item follows."""


@dataclass(frozen=True, slots=True)
class MatchOfPaper:
    """A match by its ids, with the owner of its subscription."""

    id: int
    paper_id: int
    subscription_id: int
    owner: str


class NeverLists:
    """The SQL statements on ``never``, and on the matches that its items keep back.

    Call :meth:`watcher.store.subscriptions.subscriptions.Subscriptions.raise_generation` in the same transaction,
    before any change.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self) -> list[NeverItem]:
        """Return the items of all lists in order."""
        columns = (_never.c.owner, _never.c.written, _never.c.rule)
        return [NeverItem(*row) for row in self._connection.execute(select(*columns).order_by(_never.c.id))]

    def replace(self, items: Iterable[NeverItem]) -> None:
        """Store these items in place of all that are stored."""
        self._connection.execute(delete(_never))
        rows = [{"owner": one.owner, "written": one.written, "rule": one.rule} for one in items]
        if rows:
            self._connection.execute(insert(_never), rows)

    def held(self) -> list[MatchOfPaper]:
        """Return the held matches of all active subscriptions, without ends of papers, which no list keeps back."""
        return self._matches(_match.c.fate == Fate.HELD, _match.c.occasion.not_in([one.value for one in ENDS]))

    def kept_back(self, items: Collection[str]) -> list[MatchOfPaper]:
        """Return the matches that any of these items, given as written, keeps back."""
        return self._matches(_match.c.fate == Fate.DROPPED, _match.c.reason.in_([f"{BECAUSE}{one}" for one in items]))

    def kept_back_among(self, paper_ids: Collection[int]) -> dict[tuple[int, int], int]:
        """Return (subscription id, paper id) → match id, of the first matches of these papers that items keep back."""
        found: dict[tuple[int, int], int] = {}
        for batch in in_batches(paper_ids):
            query = select(_match.c.id, _match.c.subscription_id, _match.c.paper_id).where(
                _match.c.paper_id.in_(batch), _match.c.occasion == FIRST, _match.c.same_as.is_(None), is_kept_back()
            )
            found |= {(row[1], row[2]): row[0] for row in self._connection.execute(query)}
        return found

    def counts(self, subscription_ids: Collection[int]) -> dict[int, dict[str, int]]:
        """Return subscription id → item → number of papers that the item keeps back from the subscription."""
        found: dict[int, dict[str, int]] = {}
        for batch in in_batches(subscription_ids):
            query = (
                select(_match.c.subscription_id, _match.c.reason, func.count(_match.c.paper_id.distinct()))
                .where(_match.c.subscription_id.in_(batch), _match.c.same_as.is_(None), is_kept_back())
                .group_by(_match.c.subscription_id, _match.c.reason)
            )
            for id, reason, count in self._connection.execute(query):
                found.setdefault(id, {})[reason.removeprefix(BECAUSE)] = count
        return found

    def papers_kept_back(self, item: str, subscription_ids: Collection[int]) -> int:
        """Return how many papers an item, given as written, keeps back from any of these subscriptions."""
        found: set[int] = set()
        for batch in in_batches(subscription_ids):
            because = (_match.c.fate == Fate.DROPPED, _match.c.reason == f"{BECAUSE}{item}")
            query = select(_match.c.paper_id).where(_match.c.subscription_id.in_(batch), *because)
            found.update(self._connection.scalars(query))
        return len(found)

    def _matches(self, *where: ColumnElement[bool]) -> list[MatchOfPaper]:
        query = (
            select(_match.c.id, _match.c.paper_id, _match.c.subscription_id, _subscription.c.owner)
            .join(_subscription, _subscription.c.id == _match.c.subscription_id)
            .where(*where, _match.c.same_as.is_(None), _subscription.c.gone_at.is_(None))
            .order_by(_match.c.id)
        )
        return [MatchOfPaper(*row) for row in self._connection.execute(query)]


def is_kept_back() -> ColumnElement[bool]:
    """Return the SQL condition that an item of a ``never:`` list keeps a match back."""
    return and_(_match.c.fate == Fate.DROPPED, _match.c.reason.startswith(BECAUSE, autoescape=True))
