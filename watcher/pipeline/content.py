"""What a delivery says, gathered at the moment of sending."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from watcher.alerts.incidents import unread_of
from watcher.alerts.items import items_of, nothing_of
from watcher.config import Config
from watcher.model import Content, Delivery, DeliveryKind, Unread
from watcher.store import Transaction

TELLING = frozenset({DeliveryKind.DIGEST, DeliveryKind.EMPTY, DeliveryKind.SIGN_OF_LIFE})
"""Kinds of delivery that go to readers, and say which sources they could not hear of."""


def content_of(delivery: Delivery, tx: Transaction, config: Config) -> Content:
    """All that ``delivery`` says: its papers, or what it says instead."""
    folded = tx.outbox.folded(delivery.id)
    if delivery.kind not in TELLING:
        incidents = tuple(tx.outbox.incidents_of(delivery.id))
        first = incidents[0] if incidents else None
        return Content(delivery=delivery, incident=first, incidents=incidents, timezone=config.timezone, folded=folded)
    told = tx.outbox.told(delivery.id)
    nothing = nothing_of(tx.blanks.told(delivery.id), told)
    paper_ids = {one.paper_id for one in told}
    items = items_of(told, tx.papers.get(paper_ids), tx.outbox.told_before(delivery, paper_ids))
    zones = [one.timezone for one in told] or [one.timezone for one in nothing]
    return Content(
        delivery=delivery,
        items=tuple(items),
        nothing=nothing,
        unread=unread_now(tx, config, [*(one.sources for one in told), *(one.sources for one in nothing)]),
        timezone=zones[0] if zones else config.timezone,
        folded=folded,
        unsubscribe=config.unsubscribe,
    )


def unread_now(tx: Transaction, config: Config, wanted: Iterable[Collection[str]]) -> tuple[Unread, ...]:
    """The configured sources that cannot be read now, of those that subscriptions look at."""
    incidents = [one.incident for one in tx.incidents.all_open() if one.incident.subject in config.sources]
    return unread_of(incidents, wanted)
