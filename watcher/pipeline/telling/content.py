"""Read what deliveries say at the moment of sending, in few statements for many deliveries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from watcher.config import Config
from watcher.model import (
    Content,
    Delivery,
    DeliveryKind,
    DigestItem,
    DisplayNames,
    DueAlert,
    Incident,
    IncidentKind,
    Nothing,
    Paper,
    Unread,
)
from watcher.parsers import PARSERS
from watcher.pipeline.telling.beside import beside_of
from watcher.policy.alerts.incidents import left_by, unread_of
from watcher.policy.alerts.items import Beside, items_of, nothing_of
from watcher.policy.alerts.order import in_message_order
from watcher.store import Transaction
from watcher.store.deliveries.contents import TO_READERS, Said

ENDING = frozenset({DeliveryKind.RECOVERY, DeliveryKind.SUMMARY})

NEWS = timedelta(days=8)
"""How long every message mentions a gap of a source: long enough for weekly messages, too."""


def contents_of(deliveries: Collection[Delivery], tx: Transaction, config: Config) -> dict[str, Content]:
    """Return delivery id → content. Deliveries with nothing left to say are left out.

    Papers may have left a digest since it was made, by a merge, a cancellation or a pause. A digest that lost all
    papers may still say that subscriptions have none.
    """
    found = _kept(deliveries, tx, config)
    deliveries = [one for one in deliveries if one.kind is not DeliveryKind.KEEP]
    said = tx.contents.gather(deliveries)
    papers = {one.id: one for one in tx.papers.get({told.paper_id for some in said.values() for told in some.told})}
    troubles = troubles_now(tx, config) if any(one.kind in TO_READERS for one in deliveries) else []
    for one in deliveries:
        here = said[one.id]
        if one.kind not in TO_READERS:
            found[one.id] = _notice(one, here, tx, config)
        elif kind := what_is_left(one.kind, here):
            news = _news(tx, one, troubles)
            beside = beside_of(tx, here.told, papers, one.endpoint, one.created_at)
            found[one.id] = _to_readers(replace(one, kind=kind), here, papers, beside, news, config)
    return found


def _kept(deliveries: Iterable[Delivery], tx: Transaction, config: Config) -> dict[str, Content]:
    """Return delivery id → content, of deliveries that keep a paper, without those whose place already has it."""
    here = {one.id: one for one in deliveries if one.kind is DeliveryKind.KEEP}
    if not here:
        return {}
    ids = tx.kept.papers_of(here)
    papers = {id: paper for id in set(ids.values()) for paper in tx.papers.get([id])}
    return {
        delivery: Content(
            delivery=here[delivery],
            items=(DigestItem(paper=papers[id], subscriptions=(), score=0.0),),
            timezone=config.timezone,
            names=config.display_names,
        )
        for delivery, id in ids.items()
        if id in papers
    }


def what_is_left(kind: DeliveryKind, said: Said) -> DeliveryKind | None:
    """Return the kind that a message to readers has when it is sent now, None if nothing is left to say.

    A digest that lost all its papers becomes ``EMPTY`` if it still reports subscriptions without matches.
    """
    if kind is DeliveryKind.DIGEST and said.told:
        return kind
    if not said.nothing:
        return None
    return DeliveryKind.EMPTY if kind is DeliveryKind.DIGEST else kind


def _notice(delivery: Delivery, said: Said, tx: Transaction, config: Config) -> Content:
    incidents = tuple(said.incidents)
    return Content(
        delivery=delivery,
        incident=incidents[0] if incidents else None,
        incidents=incidents,
        timezone=config.timezone,
        folded=said.folded,
        left=_left(tx, config, incidents) if delivery.kind in ENDING else (),
        names=config.display_names,
        is_to_operator=delivery.endpoint in config.operator,
    )


def _to_readers(
    delivery: Delivery,
    said: Said,
    papers: Mapping[int, Paper],
    beside: Beside,
    troubles: Sequence[Incident],
    config: Config,
) -> Content:
    told = in_message_order(said.told, papers, beside.rises)
    nothing = nothing_of(said.nothing, told)
    zones = [*(one.timezone for one in told), *(one.timezone for one in nothing)]
    return Content(
        delivery=delivery,
        items=tuple(items_of(told, (papers[one.paper_id] for one in told), said.before, beside)),
        nothing=nothing,
        unread=unread_of(troubles, [*(one.sources for one in told), *(one.sources for one in nothing)]),
        timezone=zones[0] if zones else config.timezone,
        folded=said.folded,
        unsubscribe=config.unsubscribe,
        names=_names([*told, *nothing], config),
    )


def _names(said: Iterable[DueAlert | Nothing], config: Config) -> DisplayNames:
    """Return the display names that a message uses; those of subscriptions come from the database."""
    shown = {one.subscription: one.shown_as for one in said if one.shown_as}
    return DisplayNames(config.display_names.sources, shown)


def _news(tx: Transaction, delivery: Delivery, troubles: Sequence[Incident]) -> list[Incident]:
    """Return the incidents that a message mentions.

    A gap is mentioned for ``NEWS``, and afterwards only to an endpoint that had no message since the gap began.
    """
    return [
        one
        for one in troubles
        if one.kind is not IncidentKind.SOURCE_GAP
        or delivery.created_at - one.began <= NEWS
        or not tx.contents.was_told(delivery.endpoint, TO_READERS, one.began)
    ]


def _left(tx: Transaction, config: Config, incidents: Sequence[Incident]) -> tuple[str, ...]:
    """Return what is still missing when incidents end, as sentences, each once."""
    found: dict[str, None] = {}
    for one in incidents:
        source = config.sources.get(one.subject)
        if source is None:
            continue
        gap = tx.incidents.open_one(IncidentKind.SOURCE_GAP, source.name)
        accepted = map(str, tx.missing.taken_as_true(source.name, one.began))
        is_inbox = PARSERS[source.kind].folder(source) is not None
        left = left_by(one, gap.incident.reason if gap else "", accepted, is_inbox=is_inbox)
        found |= dict.fromkeys(left)
    return tuple(found)


def troubles_now(tx: Transaction, config: Config) -> list[Incident]:
    """Return the open incidents of configured sources."""
    return [one.incident for one in tx.incidents.all_open() if one.incident.subject in config.sources]


def unread_now(tx: Transaction, config: Config, wanted: Iterable[Collection[str]]) -> tuple[Unread, ...]:
    """Return the configured sources with open incidents that any of some subscriptions uses.

    ``wanted``: for each subscription its sources, empty if it uses all.
    """
    return unread_of(troubles_now(tx, config), wanted)
