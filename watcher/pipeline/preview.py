"""What a subscription would say about the stored papers, without telling anybody."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from watcher.alerts.bundle import cut, shortened
from watcher.alerts.items import items_of
from watcher.config import Config
from watcher.model import (
    Content,
    Delivery,
    DeliveryKind,
    Endpoint,
    Hit,
    Item,
    Nothing,
    Paper,
    Subscription,
    Told,
)
from watcher.pipeline.content import unread_now
from watcher.render import estimated_size
from watcher.rules import compile_rule, document_of, evaluate
from watcher.store import Transaction


def contents_of(
    subscription: Subscription, tx: Transaction, config: Config, since: date, now: datetime, limit: int
) -> list[Content]:
    """The messages of at most ``limit`` characters that would tell the papers of ``since`` and later.

    Where none matches, the one digest without papers.
    """
    read, found = _matched(subscription, tx.papers.all(since))
    unread = unread_now(tx, config, [subscription.sources])
    zone = subscription.timezone
    endpoint = next(iter(subscription.endpoints), Endpoint("preview"))
    if not found:
        began = datetime.combine(since, time(), ZoneInfo(zone))
        nothing = Nothing(subscription=subscription.full_name, read=read, since=began, timezone=zone)
        empty = _delivery(DeliveryKind.EMPTY, endpoint, now)
        return [
            Content(
                delivery=empty,
                nothing=(nothing,),
                unread=unread,
                timezone=zone,
                unsubscribe=config.unsubscribe,
            )
        ]
    items = _items(subscription, found)
    runs = cut(items, estimated_size, limit)
    return [
        Content(
            delivery=_delivery(DeliveryKind.DIGEST, endpoint, now, n, len(runs)),
            items=tuple(run),
            unread=unread,
            timezone=zone,
            unsubscribe=config.unsubscribe,
        )
        for n, run in enumerate(runs, start=1)
    ]


def _matched(subscription: Subscription, papers: Iterable[Paper]) -> tuple[int, list[tuple[Paper, Hit]]]:
    """How many papers the rule was tried on, and those that match: the strong ones first, as messages have them."""
    rule = compile_rule(subscription.rule, subscription.sources)
    read, found = 0, []
    for paper in papers:
        read += not subscription.sources or any(one.source in subscription.sources for one in paper.listings)
        if hit := evaluate(rule, document_of(paper)):
            found.append((paper, hit))
    return read, sorted(found, key=lambda one: (not one[1].strong, one[0].id))


def _items(subscription: Subscription, found: Sequence[tuple[Paper, Hit]]) -> list[Item]:
    told = [_told(subscription, n, paper, hit) for n, (paper, hit) in enumerate(found)]
    short = shortened(told)
    return items_of([replace(one, short=one.match_id in short) for one in told], [paper for paper, _ in found], {})


def _told(subscription: Subscription, n: int, paper: Paper, hit: Hit) -> Told:
    return Told(
        match_id=n,
        paper_id=paper.id,
        subscription=subscription.full_name,
        timezone=subscription.timezone,
        strong=hit.strong,
        places=hit.places,
        max_papers=subscription.max_papers,
        sources=subscription.sources,
    )


def _delivery(kind: DeliveryKind, endpoint: Endpoint, now: datetime, part: int = 1, parts: int = 1) -> Delivery:
    return Delivery(id="preview", kind=kind, endpoint=endpoint, fence=0, part=part, parts=parts, created_at=now)
