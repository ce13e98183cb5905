"""What a delivery says, gathered at the moment of sending."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta

from watcher.alerts.incidents import left_by, unread_of
from watcher.alerts.items import items_of, nothing_of
from watcher.config import Config
from watcher.model import Content, Delivery, DeliveryKind, Incident, IncidentKind, Item, Nothing, Told, Unread
from watcher.store import Transaction

TELLING = frozenset({DeliveryKind.DIGEST, DeliveryKind.EMPTY, DeliveryKind.SIGN_OF_LIFE})
"""Kinds of delivery that go to readers, and say which sources they could not hear of."""


ENDING = frozenset({DeliveryKind.RECOVERY, DeliveryKind.SUMMARY})

NEWS = timedelta(days=8)
"""For how long readers are told in every message what is missing of a source: in a weekly one, too."""


def content_of(delivery: Delivery, tx: Transaction, config: Config) -> Content:
    """All that ``delivery`` says: its papers, or what it says instead."""
    folded = tx.outbox.folded(delivery.id)
    if delivery.kind not in TELLING:
        incidents = tuple(tx.outbox.incidents_of(delivery.id))
        first = incidents[0] if incidents else None
        left = _left(tx, config, incidents) if delivery.kind in ENDING else ()
        return Content(
            delivery=delivery, incident=first, incidents=incidents, timezone=config.timezone, folded=folded, left=left
        )
    told = tx.outbox.told(delivery.id)
    nothing = nothing_of(tx.blanks.told(delivery.id), told)
    paper_ids = {one.paper_id for one in told}
    items = items_of(told, tx.papers.get(paper_ids), tx.outbox.told_before(delivery, paper_ids))
    return _digest(delivery, items, nothing, told, _news(tx, delivery, troubles_now(tx, config)), config, folded)


def contents_of(deliveries: Collection[Delivery], tx: Transaction, config: Config) -> list[Content]:
    """What plain digests say, in few statements for all of them; those with nothing left to tell are left out."""
    gathered = tx.bulk.gather(deliveries)
    papers = {one.id: one for one in tx.papers.get({one.paper_id for some in gathered.told.values() for one in some})}
    troubles = troubles_now(tx, config)
    found = []
    for delivery in deliveries:
        told = gathered.told[delivery.id]
        here = {id: day for (endpoint, id), day in gathered.before.items() if endpoint == delivery.endpoint}
        items = items_of(told, [papers[one.paper_id] for one in told], here)
        nothing = nothing_of(gathered.nothing[delivery.id], told)
        if told:
            folded = gathered.folded.get(delivery.id, 0)
            news = _news(tx, delivery, troubles)
            found.append(_digest(delivery, items, nothing, told, news, config, folded))
    return found


def _digest(
    delivery: Delivery,
    items: Sequence[Item],
    nothing: tuple[Nothing, ...],
    told: Sequence[Told],
    troubles: Sequence[Incident],
    config: Config,
    folded: int,
) -> Content:
    zones = [one.timezone for one in told] or [one.timezone for one in nothing]
    return Content(
        delivery=delivery,
        items=tuple(items),
        nothing=nothing,
        unread=unread_of(troubles, [*(one.sources for one in told), *(one.sources for one in nothing)]),
        timezone=zones[0] if zones else config.timezone,
        folded=folded,
        unsubscribe=config.unsubscribe,
    )


def _news(tx: Transaction, delivery: Delivery, troubles: Sequence[Incident]) -> list[Incident]:
    """The troubles that a message speaks of: what is missing only for some days, or to those who have had no message
    since then."""
    return [
        one
        for one in troubles
        if one.kind is not IncidentKind.SOURCE_GAP
        or delivery.created_at - one.began <= NEWS
        or not tx.outbox.was_told(delivery.endpoint, TELLING, one.began)
    ]


def _left(tx: Transaction, config: Config, incidents: Sequence[Incident]) -> tuple[str, ...]:
    """What the ends of troubles leave, each thing once."""
    found: dict[str, None] = {}
    for one in incidents:
        source = config.sources.get(one.subject)
        if source is None:
            continue
        gap = tx.incidents.open_one(IncidentKind.SOURCE_GAP, source.name)
        accepted = map(str, tx.missing.taken_as_true(source.name, one.began))
        is_inbox = source.folder is not None
        left = left_by(one, gap.incident.reason if gap else "", accepted, is_inbox=is_inbox)
        found |= dict.fromkeys(left)
    return tuple(found)


def troubles_now(tx: Transaction, config: Config) -> list[Incident]:
    """The open incidents of the configured sources."""
    return [one.incident for one in tx.incidents.all_open() if one.incident.subject in config.sources]


def unread_now(tx: Transaction, config: Config, wanted: Iterable[Collection[str]]) -> tuple[Unread, ...]:
    """The configured sources that cannot be read now, of those that subscriptions look at."""
    return unread_of(troubles_now(tx, config), wanted)
