"""Find a person's rows: subscriptions, receivers that only this person has, messages, and incidents that name them."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, Text, and_, cast, or_, select

from watcher.model import Endpoint, IncidentKind, StoredSubscription
from watcher.store.database import schema
from watcher.store.database.batches import in_batches
from watcher.store.subscriptions.rows import saved_of

_alert, _blank, _delivery, _incident = schema.alert, schema.blank, schema.delivery, schema.incident
_match, _subscription = schema.match, schema.subscription

TABLES: Mapping[str, Table] = {
    "subscriptions": _subscription,
    "never": schema.never,
    "libraries": schema.library,
    "mutes": schema.mute,
    "unsubscribed": schema.unsubscribed,
    "thumbs": schema.thumb,
    "marks": schema.paper_mark,
    "matches": _match,
    "alerts": _alert,
    "empty_digests": _blank,
    "kept": schema.kept,
    "deliveries": _delivery,
    "attempts": schema.attempt,
    "receivers": schema.endpoint,
    "incidents": _incident,
}
"""Name in an export → table, of the tables that hold rows of people."""

NOBODYS: Mapping[str, str] = {
    "paper": "papers are public, and the same whoever is told of them",
    "paper_key": "names of papers",
    "paper_claim": "which other papers a source takes for the same work",
    "cited": "papers whose citations the sources of the config ask for",
    "unfolded": "which papers' words are to be stored",
    "listing": "where papers are listed",
    "metric": "upvotes and comments of papers",
    "page": "pages of sources",
    "poll": "how sources were read",
    "site": "turns at the sites of sources",
    "lease": "turns of daemons",
    "daemon": "the processes that run",
    "config_version": "which version of the config counts, by a checksum",
    "rules_generation": "a number",
}
"""Name of a table that holds nothing of people → what it holds."""


ABOUT_PEOPLE = (
    IncidentKind.ENDPOINT_FAILING,
    IncidentKind.ENDPOINT_GONE,
    IncidentKind.INCLUDE_BROKEN,
    IncidentKind.STEP_FAILED,
)
"""Kinds of incident whose subject may belong to a person."""

_DISTINCT = re.compile(r"[/:@]|\.ya?ml$")


@dataclass(frozen=True, slots=True)
class Person:
    """What belongs to a person.

    ``name``: an owner of subscriptions, a receiver as ``to:`` names it, or the full name of one subscription.
    ``subscriptions``: of the person, also those that are gone.
    ``receivers``: those that only this person's subscriptions use.
    ``shared_by``: full names of other people's subscriptions that tell a receiver of this name.
    """

    name: str
    subscriptions: tuple[StoredSubscription, ...]
    receivers: frozenset[str]
    shared_by: tuple[str, ...] = ()

    @property
    def ids(self) -> list[int]:
        """The ids of the person's subscriptions."""
        return [one.id for one in self.subscriptions]

    @property
    def active(self) -> list[StoredSubscription]:
        """The person's subscriptions that are not gone."""
        return [one for one in self.subscriptions if one.gone_at is None]

    def names(self, *, plain: bool = True) -> re.Pattern[str]:
        """Return a pattern that matches every name of this person in a text.

        ``plain``: match also names that may be ordinary words, such as those of owners.
        """
        names = {self.name, *self.receivers}
        for one in self.subscriptions:
            subscription = one.subscription
            names |= {subscription.full_name, subscription.owner, subscription.shown_as}
            names |= {f"{subscription.owner}{ending}" for ending in (".yaml", ".yml") if subscription.owner}
        # Of mail:ana@lab.example also the address alone.
        names |= {one.partition(":")[2] for one in self.receivers}
        asked = [one for one in names if one and (plain or _DISTINCT.search(one))]
        either = "|".join(re.escape(one) for one in sorted(asked, key=len, reverse=True))
        return re.compile(rf"(?<![\w@+-])(?:{either})(?![\w@+-]|\.\w)" if either else r"(?!)")


@dataclass(frozen=True, slots=True)
class Traces:
    """The messages and incidents of a person.

    ``own``: ids of deliveries that told of nobody else.
    ``shared``: ids of deliveries that told of other people, too.
    ``incidents``: ids of incidents that name the person.
    """

    own: frozenset[str] = frozenset()
    shared: frozenset[str] = frozenset()
    incidents: frozenset[int] = field(default_factory=frozenset)


def find_person(connection: Connection, name: str, others: Collection[Endpoint] = ()) -> Person | None:
    """Return the person that a name stands for, None if the database holds nothing of it.

    ``others``: endpoints that are used apart from subscriptions, such as the operator's.
    """
    owner, _, last = name.rpartition("/")
    of_name = and_(_subscription.c.owner == owner, _subscription.c.name == last)
    mine = {one.id: one for one in _several(connection, or_(_subscription.c.owner == name, of_name))}
    telling = _telling(connection, [name])
    mine |= {one.id: one for one in telling if _receivers(one) == {name}}
    others_telling = [one for one in telling if one.id not in mine]
    asked = {receiver for one in mine.values() for receiver in _receivers(one)}
    if others_telling or _is_known(connection, name):
        asked.add(name)
    if not asked and not mine and not _has_marked(connection, name):
        return None
    elsewhere = {endpoint.receiver for endpoint in others}
    for one in _telling(connection, sorted(asked)):
        if one.id not in mine and (one.gone_at is None or name not in _receivers(one)):
            elsewhere |= _receivers(one)
    in_use = tuple(one.subscription.full_name for one in others_telling if one.gone_at is None)
    return Person(name, tuple(mine.values()), frozenset(asked - elsewhere), in_use)


def traces_of(connection: Connection, person: Person) -> Traces:
    """Return the messages and incidents of a person."""
    direct = {
        *_column(connection, select(_alert.c.delivery_id).join(_match, _match.c.id == _alert.c.match_id), _of(person)),
        *_column(connection, select(_blank.c.delivery_id), _blank.c.subscription_id.in_(person.ids)),
    }
    at_own = set(_column(connection, select(_delivery.c.id), _delivery.c.receiver.in_(person.receivers)))
    incidents = _incidents(connection, person)
    notices = set(_column(connection, select(_delivery.c.id), _delivery.c.incident_id.in_(incidents)))
    groups = _groups(connection, direct)
    with_others = _holding(connection, set().union(*groups), person)
    own, shared = set(at_own), set[str]()
    for group in groups:
        (shared if group & with_others else own).update(group)
    own |= _repeats(connection, notices)
    return Traces(frozenset(own), frozenset(shared - own), frozenset(incidents))


def _receivers(one: StoredSubscription) -> set[str]:
    return {endpoint.receiver for endpoint in one.subscription.endpoints}


def _several(connection: Connection, where: ColumnElement[bool]) -> list[StoredSubscription]:
    rows = connection.execute(select(_subscription).where(where).order_by(_subscription.c.id)).mappings()
    return [saved_of(row) for row in rows]


def _telling(connection: Connection, receivers: Iterable[str]) -> list[StoredSubscription]:
    """Return the subscriptions that tell one of these receivers."""
    found: dict[int, StoredSubscription] = {}
    for receiver in receivers:
        written = cast(_subscription.c.endpoints, Text).contains(json.dumps(receiver), autoescape=True)
        found |= {one.id: one for one in _several(connection, written) if receiver in _receivers(one)}
    return list(found.values())


def _is_known(connection: Connection, receiver: str) -> bool:
    tables = (schema.endpoint, _delivery, _alert, _blank)
    return any(connection.execute(select(one.c.receiver).where(one.c.receiver == receiver)).first() for one in tables)


def _has_marked(connection: Connection, name: str) -> bool:
    mark = schema.paper_mark
    return connection.execute(select(mark.c.person).where(mark.c.person == name)).first() is not None


def _of(person: Person) -> ColumnElement[bool]:
    return _match.c.subscription_id.in_(person.ids)


def _column(connection: Connection, query: Any, where: ColumnElement[bool]) -> list[Any]:
    return [one for one in connection.scalars(query.where(where).distinct()) if one is not None]


def _holding(connection: Connection, ids: Collection[str], person: Person) -> set[str]:
    """Return the ids of those deliveries that tell of other people, too."""
    found: set[str] = set()
    alerts = select(_alert.c.delivery_id).join(_match, _match.c.id == _alert.c.match_id)
    for batch in in_batches(sorted(ids)):
        found |= set(_column(connection, alerts.where(_alert.c.delivery_id.in_(batch)), ~_of(person)))
        blanks = select(_blank.c.delivery_id).where(_blank.c.delivery_id.in_(batch))
        found |= set(_column(connection, blanks, _blank.c.subscription_id.not_in(person.ids)))
    return found


def _groups(connection: Connection, ids: Iterable[str]) -> list[set[str]]:
    """Return these delivery ids in groups that say the same: replays, and deliveries folded into others."""
    left, groups = set(ids), list[set[str]]()
    while left:
        group, fresh = set[str](), {left.pop()}
        while fresh:
            group |= fresh
            fresh = _linked(connection, fresh) - group
        left -= group
        groups.append(group)
    return groups


def _linked(connection: Connection, ids: set[str]) -> set[str]:
    older = _delivery.alias("older")
    same = (older.c.receiver == _delivery.c.receiver) & (older.c.label == _delivery.c.label)
    found: set[str] = set()
    for batch in in_batches(sorted(ids)):
        pairs = select(_delivery.c.id, older.c.id).join(
            older, ((_delivery.c.replay_of == older.c.id) | (_delivery.c.folded_into == older.c.id)) & same
        )
        for row in connection.execute(pairs.where(_delivery.c.id.in_(batch) | older.c.id.in_(batch))):
            found |= set(row)
    return found


def _repeats(connection: Connection, ids: set[str]) -> set[str]:
    """Return these delivery ids with those of all their replays."""
    found, fresh = set(ids), set(ids)
    while fresh:
        more = {one for batch in in_batches(sorted(fresh)) for one in _replays(connection, batch)}
        fresh = more - found
        found |= fresh
    return found


def _replays(connection: Connection, ids: Sequence[str]) -> list[str]:
    return _column(connection, select(_delivery.c.id), _delivery.c.replay_of.in_(ids))


def _incidents(connection: Connection, person: Person) -> list[int]:
    """Return the ids of the incidents whose subject or reason names the person."""
    names, distinctly = person.names().search, person.names(plain=False).search
    rows = connection.execute(select(_incident.c.id, _incident.c.kind, _incident.c.subject, _incident.c.reason))
    return [
        id
        for id, kind, subject, reason in rows
        if (kind in ABOUT_PEOPLE and names(subject)) or distinctly(subject) or distinctly(reason)
    ]
