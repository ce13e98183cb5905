"""Read what deliveries say, for many at once: matches, subscriptions without matches, incidents."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Text, bindparam, cast, exists, func, or_, select

from watcher.model import (
    Delivery,
    DeliveryKind,
    DeliveryState,
    DueAlert,
    Endpoint,
    Fate,
    Incident,
    IncidentKind,
    Nothing,
)
from watcher.rules import is_for_everything
from watcher.store.database import schema
from watcher.store.database.batches import in_batches
from watcher.store.database.values import endpoint_row
from watcher.store.deliveries.chains import Chain, at_one_endpoint, chains_of, holder, holders
from watcher.store.deliveries.empty_digests import as_blank, blanks
from watcher.store.deliveries.endpoints import at
from watcher.store.deliveries.told import as_told, told, waiting_alerts

_alert, _blank, _delivery, _incident = schema.alert, schema.blank, schema.delivery, schema.incident
_match, _subscription = schema.match, schema.subscription

TO_READERS = frozenset({DeliveryKind.DIGEST, DeliveryKind.EMPTY, DeliveryKind.SIGN_OF_LIFE})
"""Kinds of delivery for readers: they tell matches, or say that there are none."""

# Built once: every message needs them.
_IDS: Any = bindparam("ids", expanding=True)
_TOLD = told().add_columns(_alert.c.delivery_id).where(_alert.c.delivery_id.in_(_IDS), _alert.c.dropped.is_(None))
_NOTHING = blanks().where(_blank.c.delivery_id.in_(_IDS))
_FOLDED = (
    select(_delivery.c.folded_into, func.count())
    .where(_delivery.c.folded_into.in_(_IDS))
    .group_by(_delivery.c.folded_into)
)
_TOLD_BEFORE = (
    select(_alert.c.receiver, _alert.c.label, _match.c.paper_id, _delivery.c.state, _delivery.c.finished_at)
    .join(_alert, _alert.c.match_id == _match.c.id)
    .join(_delivery, _delivery.c.id == _alert.c.delivery_id)
    .where(_match.c.paper_id.in_(bindparam("papers", expanding=True)))
    .where(_alert.c.receiver.in_(bindparam("receivers", expanding=True)))
    .where(_delivery.c.id.not_in(bindparam("same", expanding=True)))
)

Chains = Mapping[str, Chain]


@dataclass(frozen=True, slots=True)
class Said:
    """What a delivery says, except for the papers themselves.

    ``told``: its alerts.
    ``nothing``: subscriptions that it reports to have no matches.
    ``incidents``: those that it reports.
    ``before``: paper id → day on which another message first told the paper to the same endpoint.
    ``folded``: number of deliveries that it replaces.
    """

    told: Sequence[DueAlert] = ()
    nothing: Sequence[Nothing] = ()
    incidents: Sequence[Incident] = ()
    before: Mapping[int, date] = field(default_factory=dict)
    folded: int = 0


class Contents:
    """The SQL statements on ``alert``, ``blank`` and ``incident`` that deliveries are rendered from."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def gather(self, deliveries: Collection[Delivery]) -> dict[str, Said]:
        """Return delivery id → everything that it says, except for the papers themselves."""
        chains: dict[str, Chain] = {one.id: [(one.id, one.endpoint)] for one in deliveries}
        chains |= chains_of(self._connection, [one.id for one in deliveries if one.replay_of])
        to_readers = {one.id: chains[one.id] for one in deliveries if one.kind in TO_READERS}
        notices = {id: chain for id, chain in chains.items() if id not in to_readers}
        told = self._told(holders(self._connection, _alert, to_readers))
        nothing = self._nothing(holders(self._connection, _blank, to_readers))
        same = [id for chain in to_readers.values() for id in at_one_endpoint(chain)]
        papers = {one.paper_id for some in told.values() for one in some}
        before = self._told_before(papers, {one.endpoint for one in deliveries if one.id in to_readers}, same)
        incidents, folded = self._incidents(notices), self._folded(chains)
        return {
            one.id: Said(
                told=told.get(one.id, ()),
                nothing=nothing.get(one.id, ()),
                incidents=incidents.get(one.id, ()),
                before=before.get(one.endpoint, {}),
                folded=folded[one.id],
            )
            for one in deliveries
        }

    def told(self, delivery_id: str) -> list[DueAlert]:
        """Return the alerts that a delivery tells."""
        return self._told({delivery_id: holder(self._connection, _alert, delivery_id)})[delivery_id]

    def waiting_of(self, subscription_id: int) -> list[DueAlert]:
        """Return what a subscription would tell now: its held matches, and its alerts without a delivery."""
        return waiting_alerts(self._connection, subscription_id)

    def told_at(self, endpoint: Endpoint, paper_ids: Collection[int]) -> dict[int, date]:
        """Return paper id → day on which an endpoint was first told of the paper, without papers not told there."""
        return self._told_before(paper_ids, [endpoint], [""]).get(endpoint, {})

    def matched_elsewhere(self, endpoint: Endpoint, paper_ids: Collection[int]) -> dict[int, dict[str, str]]:
        """Return paper id → (full name → display name) of the subscriptions of an endpoint that match the paper.

        Subscriptions that ask for everything are left out, and so are dropped matches.
        """
        found: dict[int, dict[str, str]] = {}
        is_there = cast(_subscription.c.endpoints, Text).contains(json.dumps(endpoint.receiver), autoescape=True)
        query = (
            select(_match.c.paper_id, _subscription, schema.shown_as.label("shown_as"))
            .join(_subscription, _subscription.c.id == _match.c.subscription_id)
            .where(is_there, _subscription.c.gone_at.is_(None))
            .where(_match.c.same_as.is_(None), _match.c.fate != Fate.DROPPED)
            .order_by(_subscription.c.id)
        )
        for batch in in_batches(sorted(paper_ids)):
            for row in self._connection.execute(query.where(_match.c.paper_id.in_(batch))):
                if list(endpoint_row(endpoint)) in row.endpoints and not is_for_everything(row.rule):
                    name = f"{row.owner}/{row.name}" if row.owner else row.name
                    found.setdefault(row.paper_id, {})[name] = row.shown_as or name
        return found

    def was_told(self, endpoint: Endpoint, kinds: Collection[DeliveryKind], since: datetime) -> bool:
        """Return whether a delivery of one of these kinds was sent to an endpoint at or after ``since``."""
        sent = (*at(_delivery, endpoint), _delivery.c.state == DeliveryState.SENT, _delivery.c.finished_at >= since)
        query = select(exists().where(*sent, _delivery.c.kind.in_([kind.value for kind in kinds])))
        return bool(self._connection.scalar(query))

    def _told(self, held: Mapping[str, str]) -> dict[str, list[DueAlert]]:
        rows = self._rows(_TOLD, held.values())
        return {id: [as_told(row) for row in rows.get(here, ())] for id, here in held.items()}

    def _nothing(self, held: Mapping[str, str]) -> dict[str, list[Nothing]]:
        rows = self._rows(_NOTHING, held.values())
        return {id: [as_blank(row).nothing for row in rows.get(here, ())] for id, here in held.items()}

    def _rows(self, query: Any, ids: Iterable[str]) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {}
        for batch in in_batches(sorted(set(ids))):
            for row in self._connection.execute(query, {"ids": batch}):
                found.setdefault(row.delivery_id, []).append(row)
        return found

    def _told_before(
        self, papers: Collection[int], endpoints: Collection[Endpoint], same: Collection[str]
    ) -> dict[Endpoint, dict[int, date]]:
        """Return endpoint → paper id → day on which a message first told the paper there.

        ``same``: ids of deliveries that do not count.
        """
        values = {"receivers": sorted({one.receiver for one in endpoints}), "same": list(same)}
        found: dict[Endpoint, dict[int, date]] = {}
        for batch in in_batches(sorted(papers)):
            for row in self._connection.execute(_TOLD_BEFORE, values | {"papers": batch}):
                # Not a condition of the statement: SQLite would then begin with every delivery ever sent.
                if row.state == DeliveryState.SENT:
                    days, day = found.setdefault(Endpoint(row.receiver, row.label), {}), row.finished_at.date()
                    days[row.paper_id] = min(day, days.get(row.paper_id, day))
        return found

    def _incidents(self, chains: Chains) -> dict[str, list[Incident]]:
        """Return delivery id → incidents of it and of those folded into it, in the order in which they began."""
        same = {id: {one for one, _ in chain} for id, chain in chains.items()}
        if not same:
            return {}
        ids = sorted(set().union(*same.values()))
        columns = (_delivery.c.id, _delivery.c.folded_into, _delivery.c.incident_id)
        links = self._connection.execute(
            select(*columns).where(or_(_delivery.c.id.in_(ids), _delivery.c.folded_into.in_(ids)))
        ).all()
        those = _incident.c.id.in_({row.incident_id for row in links if row.incident_id is not None})
        rows = self._connection.execute(select(_incident).where(those).order_by(_incident.c.began)).all()
        told = {
            id: {row.incident_id for row in links if row.id in ones or row.folded_into in ones}
            for id, ones in same.items()
        }
        return {id: [_as_incident(row) for row in rows if row.id in about] for id, about in told.items()}

    def _folded(self, chains: Chains) -> dict[str, int]:
        counts: dict[str, int] = {}
        for batch in in_batches(sorted({id for chain in chains.values() for id, _ in chain})):
            counts |= {row[0]: row[1] for row in self._connection.execute(_FOLDED, {"ids": batch})}
        return {root: sum(counts.get(id, 0) for id, _ in chain) for root, chain in chains.items()}


def _as_incident(row: Any) -> Incident:
    return Incident(
        kind=IncidentKind(row.kind), subject=row.subject, reason=row.reason, began=row.began, ended=row.ended
    )
