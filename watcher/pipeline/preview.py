"""What subscriptions would say about the stored papers, without telling anybody."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from watcher.alerts.bundle import fitted, shortened
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
from watcher.rules import Rule, compile_rule, document_of, evaluate
from watcher.store import Transaction


@dataclass
class _Tried:
    """A subscription, how many papers its rule was tried on, and those that match."""

    subscription: Subscription
    rule: Rule
    read: int = 0
    found: list[tuple[Paper, Hit]] = field(default_factory=list)

    def read_paper(self, paper: Paper) -> None:
        sources = self.subscription.sources
        self.read += not sources or any(one.source in sources for one in paper.listings)
        if hit := evaluate(self.rule, document_of(paper)):
            self.found.append((paper, hit))

    def told(self, first: int) -> list[Told]:
        """Its matches as messages have them, the strong ones first, numbered from ``first`` on."""
        ordered = sorted(self.found, key=lambda one: (not one[1].strong, one[0].id))
        return [_told(self.subscription, first + n, paper, hit) for n, (paper, hit) in enumerate(ordered)]

    def nothing(self, since: date) -> Nothing:
        name, zone = self.subscription.full_name, self.subscription.timezone
        began = datetime.combine(since, time(), ZoneInfo(zone))
        return Nothing(subscription=name, read=self.read, since=began, timezone=zone)


def contents_of(
    subscriptions: Sequence[Subscription],
    tx: Transaction,
    config: Config,
    since: date,
    now: datetime,
    size_of: Callable[[Item], int],
    limit: int,
) -> list[Content]:
    """The messages of at most ``limit``, as ``size_of`` counts papers, that tell those of ``since`` and later.

    Several subscriptions share them. Where none matches, the one digest without papers.
    """
    tried = [_Tried(one, compile_rule(one.rule, one.sources)) for one in subscriptions]
    for paper in tx.papers.all(since):
        for one in tried:
            one.read_paper(paper)
    items = _items(tried)
    silent = [one for one in tried if not one.found and (one.subscription.sends_empty or not items)]
    common = Content(
        delivery=_delivery(DeliveryKind.EMPTY, subscriptions[0], now),
        nothing=tuple(one.nothing(since) for one in silent),
        unread=unread_now(tx, config, [one.sources for one in subscriptions]),
        timezone=subscriptions[0].timezone,
        unsubscribe=config.unsubscribe,
    )
    if not items:
        return [common]
    runs = fitted(items, size_of, limit)
    return [
        replace(
            common,
            delivery=_delivery(DeliveryKind.DIGEST, subscriptions[0], now, n, len(runs)),
            items=tuple(run),
            nothing=common.nothing if n == 1 else (),
        )
        for n, run in enumerate(runs, start=1)
    ]


def _items(tried: Sequence[_Tried]) -> list[Item]:
    told: list[Told] = []
    for one in tried:
        told += one.told(len(told))
    short = shortened(told)
    papers = [paper for one in tried for paper, _ in one.found]
    return items_of([replace(one, short=one.match_id in short) for one in told], papers, {})


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


def _delivery(kind: DeliveryKind, subscription: Subscription, now: datetime, part: int = 1, parts: int = 1) -> Delivery:
    endpoint = next(iter(subscription.endpoints), Endpoint("preview"))
    return Delivery(id="preview", kind=kind, endpoint=endpoint, fence=0, part=part, parts=parts, created_at=now)
