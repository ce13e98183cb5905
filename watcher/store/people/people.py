"""Export what the database holds of a person, and delete it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, func, select, true, update

from watcher.errors import StoreError
from watcher.model import DeliveryState, Endpoint, Subscription
from watcher.policy.subscriptions.changes import Wanted
from watcher.store.database import schema
from watcher.store.database.batches import in_batches
from watcher.store.deliveries.endpoints import Endpoints
from watcher.store.people.persons import TABLES, Person, Traces, find_person, traces_of
from watcher.store.subscriptions.rows import row_of
from watcher.store.subscriptions.subscriptions import Subscriptions

_alert, _attempt, _blank, _delivery = schema.alert, schema.attempt, schema.blank, schema.delivery
_endpoint, _incident, _match, _mute = schema.endpoint, schema.incident, schema.match, schema.mute
_kept, _left, _library, _mark = schema.kept, schema.unsubscribed, schema.library, schema.paper_mark
_paper, _subscription = schema.paper, schema.subscription

NOBODY = Wanted(Subscription(name="(forgotten)", rule="", to=(), endpoints=()), "")
"""What stays of a forgotten subscription: an empty row, from which running daemons learn that it is gone."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was deleted.

    ``rows``: name of the table in an export → number of rows.
    ``shared``: number of messages that told of other people, too. They stay, without what they said of this person.
    """

    rows: Mapping[str, int]
    shared: int


class People:
    """The SQL statements on all tables that hold something of people."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, name: str, others: Collection[Endpoint] = ()) -> Person | None:
        """Return the person that a name stands for, None if nothing is stored of it.

        ``name``: of an owner, a receiver or a subscription.
        ``others``: endpoints that are used apart from subscriptions, such as the operator's.
        """
        return find_person(self._connection, name, others)

    def rows(self, person: Person) -> dict[str, list[dict[str, Any]]]:
        """Return name of the table in an export → rows of a person, each row with all its columns.

        Rows about a paper (matches, thumbs, marks, kept papers) also have the paper's key and title.
        """
        traces = traces_of(self._connection, person)
        found: dict[str, list[dict[str, Any]]] = {}
        for name, wheres in _belonging(person, traces).items():
            table = TABLES[name]
            key = [column.name for column in table.primary_key]
            rows = {
                tuple(row[one] for one in key): dict(row)
                for where in wheres
                for row in self._connection.execute(select(table).where(where).order_by(*table.primary_key)).mappings()
            }
            found[name] = list(rows.values())
        self._name_papers([*found["matches"], *found["thumbs"], *found["marks"], *found["kept"]])
        return found

    def forget(self, person: Person, now: datetime) -> Forgotten:
        """Delete all rows of a person; return what was deleted. The person's subscriptions must be gone.

        Papers stay, and so does what other people were told. Raises ``StoreError`` while a message to the person is
        being sent.
        """
        subscriptions = Subscriptions(self._connection)
        subscriptions.raise_generation()
        subscriptions.lock(person.ids)
        traces = self._held_traces(person)
        self._require_at_rest(traces, now)
        self._free(person, traces)
        counts = {name: self._count(name, person, traces) for name in TABLES}
        # Matches in one statement: some point at others of the same subscription.
        for name in (
            "never",
            "alerts",
            "empty_digests",
            "libraries",
            "mutes",
            "unsubscribed",
            "thumbs",
            "marks",
            "matches",
            "attempts",
            "kept",
            "deliveries",
            "receivers",
            "incidents",
        ):
            for where in _belonging(person, traces, only_own=True)[name]:
                self._connection.execute(delete(TABLES[name]).where(where))
        self._unname_shared(person, traces.shared)
        self._unname_subscriptions(person, now)
        return Forgotten(counts, len(traces.shared))

    def _held_traces(self, person: Person) -> Traces:
        """Return a person's messages and incidents, when nobody can make or claim more of them."""
        endpoints = set[Endpoint]()
        for table in (_endpoint, _alert, _blank):
            endpoints |= self._endpoints_in(table, table.c.receiver.in_(person.receivers))
        traces = traces_of(self._connection, person)
        for batch in in_batches(sorted(traces.own | traces.shared)):
            endpoints |= self._endpoints_in(_delivery, _delivery.c.id.in_(batch))
        held = Endpoints(self._connection)
        held.add(endpoints)
        held.hold(endpoints)
        return traces_of(self._connection, person)

    def _endpoints_in(self, table: Table, where: ColumnElement[bool]) -> set[Endpoint]:
        rows = self._connection.execute(select(table.c.receiver, table.c.label).where(where).distinct())
        return {Endpoint(*row) for row in rows}

    def _require_at_rest(self, traces: Traces, now: datetime) -> None:
        for batch in in_batches(sorted(traces.own | traces.shared)):
            sending = _delivery.c.state == DeliveryState.SENDING.value
            query = select(_delivery.c.id).where(_delivery.c.id.in_(batch), sending, _delivery.c.lease > now)
            if self._connection.execute(query.with_for_update()).first():
                raise StoreError("a message of this person is just being sent: try again in a minute")

    def _free(self, person: Person, traces: Traces) -> None:
        """Remove references to the person's rows from rows that stay."""
        for batch in in_batches(sorted(traces.own)):
            mine = update(_delivery).where(_delivery.c.replay_of.in_(batch))
            self._connection.execute(mine.values(replay_of=None))
            folded = update(_delivery).where(_delivery.c.folded_into.in_(batch))
            self._connection.execute(folded.values(folded_into=None, reason=""))
        for ids in in_batches(sorted(traces.incidents)):
            about = update(_delivery).where(_delivery.c.incident_id.in_(ids))
            self._connection.execute(about.values(incident_id=None))

    def _count(self, name: str, person: Person, traces: Traces) -> int:
        table = TABLES[name]
        if name == "subscriptions":
            return len(person.subscriptions)
        keys = {
            tuple(row)
            for where in _belonging(person, traces, only_own=True)[name]
            for row in self._connection.execute(select(*table.primary_key).where(where))
        }
        return len(keys)

    def _unname_shared(self, person: Person, ids: Collection[str]) -> None:
        """Remove the person from messages that told of other people, too."""
        names = person.names().search
        for batch in in_batches(sorted(ids)):
            self._connection.execute(update(_attempt).where(_attempt.c.delivery_id.in_(batch)).values(subject=""))
            for table in (_attempt, _delivery):
                id = table.c.delivery_id if table is _attempt else table.c.id
                rows = self._connection.execute(select(id, table.c.reason).where(id.in_(batch))).all()
                named = sorted({row[0] for row in rows if names(row[1])})
                self._connection.execute(update(table).where(id.in_(named)).values(reason=""))

    def _unname_subscriptions(self, person: Person, now: datetime) -> None:
        subscriptions = Subscriptions(self._connection)
        nobody = row_of(NOBODY) | {"origin": "file", "next_due": None, "last_due": None, "woken": None}
        nobody |= {"sign_due": None, "paused": False, "changed_in": subscriptions.generation()}
        nobody["gone_at"] = func.coalesce(_subscription.c.gone_at, now)
        for batch in in_batches(person.ids):
            self._connection.execute(update(_subscription).where(_subscription.c.id.in_(batch)).values(**nobody))
        self._unname_receivers(person)

    def _unname_receivers(self, person: Person) -> None:
        """Remove the person's receivers from gone subscriptions of other people."""
        gone = select(_subscription.c.id, _subscription.c.endpoints, _subscription.c.settings)
        for row in self._connection.execute(gone.where(_subscription.c.gone_at.is_not(None))).all():
            kept = [one for one in row.endpoints if one[0] not in person.receivers]
            if len(kept) < len(row.endpoints):
                to = [one for one in row.settings["to"] if one not in person.receivers]
                values = {"endpoints": kept, "settings": row.settings | {"to": to}}
                self._connection.execute(update(_subscription).where(_subscription.c.id == row.id).values(**values))

    def _name_papers(self, rows: list[dict[str, Any]]) -> None:
        papers: dict[int, Any] = {}
        for batch in in_batches(sorted({one["paper_id"] for one in rows})):
            query = select(_paper.c.id, _paper.c.key, _paper.c.title).where(_paper.c.id.in_(batch))
            papers |= {row.id: row for row in self._connection.execute(query)}
        for one in rows:
            one |= {"paper": papers[one["paper_id"]].key, "title": papers[one["paper_id"]].title}


def _belonging(person: Person, traces: Traces, *, only_own: bool = False) -> dict[str, list[ColumnElement[bool]]]:
    """Return table → SQL conditions for a person's rows; a row is the person's if any of them holds.

    ``only_own``: without messages that tell of other people, too. Those are exported, but not deleted.
    """
    matches = select(_match.c.id).where(_match.c.subscription_id.in_(person.ids))
    receivers = list(person.receivers)
    liked = select(_subscription.c.library).where(_subscription.c.id.in_(person.ids))
    of_others = select(_subscription.c.library).where(_subscription.c.id.not_in(person.ids))
    own, shared = sorted(traces.own), [] if only_own else sorted(traces.shared)
    deliveries = [batch for some in (own, shared) for batch in in_batches(some)]
    return {
        "subscriptions": [_subscription.c.id.in_(person.ids)],
        "never": [and_(schema.never.c.owner == person.name, schema.never.c.owner != "")],
        "libraries": [and_(_library.c.name.in_(liked), _library.c.name.not_in(of_others) if only_own else true())],
        "mutes": [_mute.c.subscription_id.in_(person.ids)],
        "unsubscribed": [_left.c.subscription_id.in_(person.ids), _left.c.receiver.in_(receivers)],
        "thumbs": [schema.thumb.c.subscription_id.in_(person.ids)],
        "marks": [_mark.c.person == person.name],
        "matches": [_match.c.subscription_id.in_(person.ids)],
        "alerts": [_alert.c.match_id.in_(matches), _alert.c.receiver.in_(receivers)],
        "empty_digests": [_blank.c.subscription_id.in_(person.ids), _blank.c.receiver.in_(receivers)],
        "kept": [_kept.c.receiver.in_(receivers)],
        "deliveries": [_delivery.c.id.in_(batch) for batch in deliveries],
        "attempts": [_attempt.c.delivery_id.in_(batch) for batch in deliveries],
        "receivers": [_endpoint.c.receiver.in_(receivers)],
        "incidents": [_incident.c.id.in_(batch) for batch in in_batches(sorted(traces.incidents))],
    }
