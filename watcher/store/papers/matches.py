"""Store matches and their fates, and the alerts that are owed for them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, update

from watcher.model import ENDS, FIRST, Decision, DeliveryState, Endpoint, Fate, Hit, event_of, is_strong
from watcher.store.database import schema
from watcher.store.database.batches import in_batches, insert_unless_there
from watcher.store.database.values import because_row, place_row, score_of_row
from watcher.store.deliveries.endpoints import at
from watcher.store.subscriptions.never import is_kept_back
from watcher.store.subscriptions.subscriptions import wake

_match, _alert, _delivery = schema.match, schema.alert, schema.delivery

CANCELLED = "cancelled"
MERGED = "merged"
KNOWN_WITH_IT = "known since the paper itself"
"""Reason why what became of a paper is not told, where it had become of the form of it that was known."""


@dataclass(frozen=True, slots=True)
class NewMatch:
    """A match to be stored.

    ``decision``: its fate, with the reason.
    ``occasion``: ``FIRST``, or an update of a paper that was told.
    """

    subscription_id: int
    paper_id: int
    hit: Hit
    decision: Decision
    occasion: str = FIRST


@dataclass(frozen=True, slots=True)
class FirstMatch:
    """How a subscription's match with a paper itself stands, not with a new version or another event of it.

    ``score``: how much the paper is about what the rule asks for, from 0 to 1.
    """

    subscription_id: int
    paper_id: int
    score: float
    fate: Fate


class Matches:
    """The SQL statements on ``match`` and ``alert``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def known(self, paper_ids: Collection[int]) -> set[tuple[int, int]]:
        """Return (subscription id, paper id) of the first matches of these papers."""
        found: set[tuple[int, int]] = set()
        for batch in in_batches(paper_ids):
            query = select(_match.c.subscription_id, _match.c.paper_id).where(
                _match.c.paper_id.in_(batch), _match.c.occasion == FIRST, _match.c.same_as.is_(None)
            )
            found.update((row[0], row[1]) for row in self._connection.execute(query))
        return found

    def first(self, paper_ids: Collection[int]) -> list[FirstMatch]:
        """Return the first matches of these papers."""
        columns = _match.c.subscription_id, _match.c.paper_id, _match.c.strong, _match.c.score, _match.c.fate
        found: list[FirstMatch] = []
        for batch in in_batches(paper_ids):
            query = (
                select(*columns)
                .where(_match.c.paper_id.in_(batch), _match.c.occasion == FIRST, _match.c.same_as.is_(None))
                .order_by(_match.c.id)
            )
            rows = self._connection.execute(query)
            found += [FirstMatch(row[0], row[1], score_of_row(row), Fate(row.fate)) for row in rows]
        return found

    def of_both_forms(self, paper_ids: Collection[int]) -> set[tuple[int, int]]:
        """Return (subscription, paper) of those that matched twice, before two papers turned out to be one."""
        found: set[tuple[int, int]] = set()
        for batch in in_batches(paper_ids):
            query = select(_match.c.subscription_id, _match.c.paper_id).where(
                _match.c.paper_id.in_(batch), _match.c.occasion == FIRST, _match.c.same_as.is_not(None)
            )
            found.update((row[0], row[1]) for row in self._connection.execute(query))
        return found

    def record(self, found: Iterable[NewMatch], now: datetime) -> int:
        """Store those of the matches ``found`` that are not stored yet; return how many.

        Subscriptions told immediately become due.
        """
        found = list(found)
        rows = [
            {
                "subscription_id": one.subscription_id,
                "paper_id": one.paper_id,
                "occasion": one.occasion,
                "fate": one.decision.fate.value,
                "reason": one.decision.reason,
                "strong": one.hit.strong,
                "score": one.hit.score,
                "places": [list(place_row(place)) for place in one.hit.places],
                "because": because_row(one.hit.because),
                "matched_at": now,
            }
            for one in found
        ]
        recorded = insert_unless_there(self._connection, _match, rows)
        wake(self._connection, {one.subscription_id for one in found if one.decision.fate is Fate.HELD}, now)
        return recorded

    def count(self, subscription_id: int, since: datetime) -> int:
        """Return how many papers a subscription has matched since an instant.

        Baseline matches do not count, nor do those that ``never:`` lists keep back.
        """
        query = (
            select(func.count())
            .select_from(_match)
            .where(_match.c.subscription_id == subscription_id, _match.c.matched_at >= since)
            .where(_match.c.fate != Fate.BASELINE, _match.c.same_as.is_(None), ~is_kept_back())
        )
        return self._connection.scalar(query) or 0

    def held(self, subscription_id: int, *, only_first: bool = False) -> dict[int, int]:
        """Return match id → paper id of a subscription's held matches.

        ``only_first``: without what became of papers that were told or are known.
        """
        first = [_match.c.occasion == FIRST] if only_first else []
        return self._papers(_match.c.subscription_id == subscription_id, _match.c.fate == Fate.HELD, *first)

    def baseline(self, subscription_id: int) -> dict[int, int]:
        """Return match id → paper id of a subscription's baseline matches."""
        return self._papers(_match.c.subscription_id == subscription_id, _match.c.fate == Fate.BASELINE)

    def subscriptions_of(self, paper_id: int) -> list[int]:
        """Return the ids of the subscriptions that have a match of a paper."""
        query = select(_match.c.subscription_id).where(_match.c.paper_id == paper_id)
        return list(self._connection.scalars(query.distinct().order_by(_match.c.subscription_id)))

    def hold(self, subscription_id: int, match_ids: Collection[int], now: datetime) -> None:
        """Make matches of a subscription held (waiting to be told) again. One that is told immediately becomes due."""
        self.decide(match_ids, Decision(Fate.HELD))
        if match_ids:
            wake(self._connection, [subscription_id], now)

    def free(self, matches: Mapping[int, NewMatch], now: datetime) -> None:
        """Store new decisions for matches that ``never:`` lists kept back. Subscriptions told immediately become due.

        ``matches``: match id → the match as it is now.
        """
        for id, one in matches.items():
            self.decide([id], one.decision)
        self.set_scores({id: one.hit.score for id, one in matches.items()})
        wake(
            self._connection,
            {one.subscription_id for one in matches.values() if one.decision.fate is Fate.HELD},
            now,
        )

    def set_scores(self, scores: Mapping[int, float]) -> None:
        """Set match id → score."""
        for id, score in scores.items():
            values = {"score": score, "strong": is_strong(score)}
            self._connection.execute(update(_match).where(_match.c.id == id).values(values))

    def untold(self, paper_ids: Collection[int], reasons: Collection[str]) -> dict[int, int]:
        """Return match id → paper id of the matches of these papers that were dropped for one of ``reasons``."""
        found: dict[int, int] = {}
        for batch in in_batches(paper_ids):
            found |= self._papers(
                _match.c.paper_id.in_(batch), _match.c.fate == Fate.DROPPED, _match.c.reason.in_(list(reasons))
            )
        return found

    def held_among(self, paper_ids: Collection[int]) -> dict[int, dict[int, int]]:
        """Return subscription id → match id → paper id of the held matches of these papers."""
        found: dict[int, dict[int, int]] = {}
        for batch in in_batches(paper_ids):
            query = select(_match.c.subscription_id, _match.c.id, _match.c.paper_id).where(
                _match.c.paper_id.in_(batch), _match.c.fate == Fate.HELD, _match.c.same_as.is_(None)
            )
            for subscription_id, match_id, paper_id in self._connection.execute(query):
                found.setdefault(subscription_id, {})[match_id] = paper_id
        return found

    def decide(self, match_ids: Collection[int], decision: Decision) -> None:
        """Set the fate of matches (``match_ids``) with its reason."""
        for batch in in_batches(match_ids):
            self._connection.execute(
                update(_match).where(_match.c.id.in_(batch)).values(fate=decision.fate.value, reason=decision.reason)
            )

    def owe(self, match_ids: Collection[int], endpoints: Iterable[Endpoint], due: datetime) -> None:
        """Make an alert for each match and each endpoint, due at ``due``. Existing alerts are not changed."""
        rows = [
            {"match_id": match_id, "receiver": endpoint.receiver, "label": endpoint.label, "due": due}
            for match_id in match_ids
            for endpoint in endpoints
        ]
        insert_unless_there(self._connection, _alert, rows)
        self.decide(match_ids, Decision(Fate.OWED))

    def cancel(self, subscription_id: int, endpoints: Collection[Endpoint] | None = None) -> int:
        """Cancel a subscription's unsent alerts; return how many.

        ``endpoints``: only at these, None for all.
        """
        where = [_alert.c.match_id.in_(select(_match.c.id).where(_match.c.subscription_id == subscription_id))]
        cancelled = 0
        for endpoint in [None] if endpoints is None else endpoints:
            here = [*where, *at(_alert, endpoint)] if endpoint else where
            cancelled += self._connection.execute(
                update(_alert).where(*here, _unsent()).values(dropped=CANCELLED, delivery_id=None)
            ).rowcount
        return cancelled

    def owe_cancelled(self, subscription_id: int, endpoints: Collection[Endpoint], due: datetime) -> int:
        """Owe a subscription's cancelled alerts at these endpoints again, due at ``due``; return how many."""
        owed = 0
        for endpoint in endpoints:
            owed += self._connection.execute(
                update(_alert)
                .where(_alert.c.match_id.in_(select(_match.c.id).where(_match.c.subscription_id == subscription_id)))
                .where(*at(_alert, endpoint), _alert.c.dropped == CANCELLED)
                .values(dropped=None, due=due)
            ).rowcount
        return owed

    def _papers(self, *where: ColumnElement[bool]) -> dict[int, int]:
        query = select(_match.c.id, _match.c.paper_id).where(*where, _match.c.same_as.is_(None)).order_by(_match.c.id)
        return {row[0]: row[1] for row in self._connection.execute(query)}


def merge_matches(connection: Connection, kept: int, merged: int, been: Collection[str] = ()) -> None:
    """Move the matches of the paper ``merged`` to ``kept``, when the two turn out to be one.

    If a subscription has matches of both, the more advanced one stays (see ``_ADVANCE``), and the other points to it.
    If both have an alert at one endpoint, the sent or claimed one stays, or else the earlier one; the other one is
    dropped and leaves its delivery.

    ``been``: what has become of ``merged``, as occasions. Its subscriptions know it, and are not told; but who has
        matches of both is told of the end of ``kept``.
    """
    _note_known(connection, kept, merged, been)
    columns = (_match.c.id, _match.c.paper_id, _match.c.subscription_id, _match.c.occasion, _match.c.fate)
    rows = connection.execute(
        select(*columns).where(_match.c.paper_id.in_([kept, merged]), _match.c.same_as.is_(None)).order_by(_match.c.id)
    ).all()
    pairs: dict[tuple[int, str], list[Any]] = {}
    for row in rows:
        pairs.setdefault((row.subscription_id, row.occasion), []).append(row)
    for same in pairs.values():
        stays = min(same, key=lambda row: (_ADVANCE.index(row.fate), row.paper_id != kept, row.id))
        for row in same:
            if row is not stays:
                connection.execute(update(_match).where(_match.c.id == row.id).values(same_as=stays.id))
                _merge_alerts(connection, stays.id, row.id)
    connection.execute(update(_match).where(_match.c.paper_id == merged).values(paper_id=kept))


def _note_known(connection: Connection, kept: int, merged: int, been: Collection[str]) -> None:
    """Store dropped matches of the paper ``merged`` for what is known to have become of it."""
    if not been:
        return
    first = (_match.c.paper_id.in_([kept, merged]), _match.c.occasion == FIRST, _match.c.same_as.is_(None))
    rows = [dict(row) for row in connection.execute(select(_match).where(*first)).mappings()]
    with_kept = {row["subscription_id"] for row in rows if row["paper_id"] == kept}
    known = {"fate": Fate.DROPPED.value, "reason": KNOWN_WITH_IT}
    made = [
        {name: value for name, value in row.items() if name != "id"} | known | {"occasion": occasion}
        for row in rows
        for occasion in been
        if row["paper_id"] == merged and not (event_of(occasion) in ENDS and row["subscription_id"] in with_kept)
    ]
    insert_unless_there(connection, _match, made)


_ADVANCE = [Fate.OWED, Fate.HELD, Fate.BASELINE, Fate.DROPPED]


def _merge_alerts(connection: Connection, first: int, second: int) -> None:
    query = (
        select(_alert.c.match_id, _alert.c.receiver, _alert.c.label, _alert.c.due, _delivery.c.state)
        .outerjoin(_delivery, _delivery.c.id == _alert.c.delivery_id)
        .where(_alert.c.match_id.in_([first, second]), _alert.c.dropped.is_(None))
    )
    by_endpoint: dict[Endpoint, list[Any]] = {}
    for row in connection.execute(query):
        by_endpoint.setdefault(Endpoint(row.receiver, row.label), []).append(row)
    for endpoint, rows in by_endpoint.items():
        rows.sort(key=lambda row: (row.state not in (DeliveryState.SENT, DeliveryState.SENDING), row.due, row.match_id))
        for row in rows[1:]:
            connection.execute(
                update(_alert)
                .where(_alert.c.match_id == row.match_id, *at(_alert, endpoint))
                .values(dropped=MERGED, delivery_id=None)
            )


def _unsent() -> ColumnElement[bool]:
    """Return the SQL condition that an alert is not dropped and is in no delivery that is sent or claimed."""
    waiting = select(_delivery.c.id).where(_delivery.c.state.in_([DeliveryState.PENDING, DeliveryState.DEAD]))
    return and_(_alert.c.dropped.is_(None), or_(_alert.c.delivery_id.is_(None), _alert.c.delivery_id.in_(waiting)))
