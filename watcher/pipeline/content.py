"""What deliveries say, gathered at the moment of sending: in few statements, however many they are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from watcher.alerts.incidents import unread_of
from watcher.alerts.items import items_of, nothing_of
from watcher.config import Config
from watcher.model import Content, Delivery, DeliveryKind, Incident, Paper, Unread
from watcher.store import Transaction
from watcher.store.contents import TO_READERS, Said


def contents_of(deliveries: Collection[Delivery], tx: Transaction, config: Config) -> dict[str, Content]:
    """All that deliveries say, by id; those with nothing left to say are left out.

    What a digest had to tell may have left it since (merged, cancelled, paused): one that all papers have left may
    still say of subscriptions that they have none.
    """
    said = tx.contents.gather(deliveries)
    papers = {one.id: one for one in tx.papers.get({told.paper_id for some in said.values() for told in some.told})}
    troubles = troubles_now(tx, config) if any(one.kind in TO_READERS for one in deliveries) else []
    found: dict[str, Content] = {}
    for one in deliveries:
        here = said[one.id]
        if one.kind not in TO_READERS:
            found[one.id] = _notice(one, here, config)
        elif kind := what_is_left(one.kind, here):
            found[one.id] = _to_readers(replace(one, kind=kind), here, papers, troubles, config)
    return found


def what_is_left(kind: DeliveryKind, said: Said) -> DeliveryKind | None:
    """What a message to readers is by now, None where it has nothing to say any more."""
    if kind is DeliveryKind.DIGEST and said.told:
        return kind
    if not said.nothing:
        return None
    return DeliveryKind.EMPTY if kind is DeliveryKind.DIGEST else kind


def _notice(delivery: Delivery, said: Said, config: Config) -> Content:
    incidents = tuple(said.incidents)
    first = incidents[0] if incidents else None
    return Content(delivery=delivery, incident=first, incidents=incidents, timezone=config.timezone, folded=said.folded)


def _to_readers(
    delivery: Delivery, said: Said, papers: Mapping[int, Paper], troubles: Sequence[Incident], config: Config
) -> Content:
    told = said.told
    nothing = nothing_of(said.nothing, told)
    zones = [*(one.timezone for one in told), *(one.timezone for one in nothing)]
    return Content(
        delivery=delivery,
        items=tuple(items_of(told, (papers[one.paper_id] for one in told), said.before)),
        nothing=nothing,
        unread=unread_of(troubles, [*(one.sources for one in told), *(one.sources for one in nothing)]),
        timezone=zones[0] if zones else config.timezone,
        folded=said.folded,
        unsubscribe=config.unsubscribe,
    )


def troubles_now(tx: Transaction, config: Config) -> list[Incident]:
    """The open incidents of the configured sources."""
    return [one.incident for one in tx.incidents.all_open() if one.incident.subject in config.sources]


def unread_now(tx: Transaction, config: Config, wanted: Iterable[Collection[str]]) -> tuple[Unread, ...]:
    """The configured sources that cannot be read now, of those that subscriptions look at."""
    return unread_of(troubles_now(tx, config), wanted)
