"""Preview messages: what subscriptions would say about stored papers. Nothing is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from uuid import uuid4
from zoneinfo import ZoneInfo

from watcher.config import Config
from watcher.model import (
    ENDS,
    FIRST,
    Content,
    Delivery,
    DeliveryKind,
    DigestItem,
    DueAlert,
    Endpoint,
    Hit,
    Nothing,
    Paper,
    StoredSubscription,
    Subscription,
    event_of,
)
from watcher.pipeline.liking.beside_libraries import SubscriptionRules
from watcher.pipeline.subscriptions.pause_and_mute import unmuted
from watcher.pipeline.telling.beside import beside_of
from watcher.pipeline.telling.content import unread_now
from watcher.pipeline.thumbs import TasteBook, scores_now, tasted
from watcher.policy.alerts.items import Beside, items_of
from watcher.policy.alerts.order import in_message_order
from watcher.policy.deliveries.bundle import items_by_message, messages, told_in_short
from watcher.rules import (
    Document,
    NeverList,
    Rule,
    Taste,
    Unwanted,
    document_of,
    evaluate,
    is_for_everything,
)
from watcher.store import Transaction


@dataclass
class _Tried:
    """A subscription whose rule was tried on papers.

    ``taste``: what its thumbs have taught it.
    ``read``: number of papers of its sources that were tried.
    ``found``: papers that match, with their hits.
    """

    subscription: Subscription
    rule: Rule
    taste: Taste | None = None
    read: int = 0
    found: list[tuple[Paper, Hit]] = field(default_factory=list)

    def read_paper(self, document: Document, unwanted: Unwanted) -> None:
        sources = self.subscription.sources
        self.read += not sources or any(one.source in sources for one in document.paper.listings)
        if not unwanted.why(self.subscription.owner) and (hit := evaluate(self.rule, document)):
            self.found.append((document.paper, tasted(hit, document, self.taste)))

    def told(self, first: int) -> list[DueAlert]:
        """Return an alert for each of its matches, numbered from ``first`` on."""
        return [_told(self.subscription, first + n, paper, hit) for n, (paper, hit) in enumerate(self.found)]

    def nothing(self, since: date) -> Nothing:
        name, zone = self.subscription.full_name, self.subscription.timezone
        began = datetime.combine(since, time(), ZoneInfo(zone))
        return Nothing(subscription=name, read=self.read, since=began, timezone=zone)


def next_contents(
    subscriptions: Sequence[Subscription],
    tx: Transaction,
    config: Config,
    now: datetime,
    size_of: Callable[[DigestItem], int],
    limit: int,
) -> list[Content]:
    """Return the contents of the next messages of these subscriptions, with what waits so far; none if nothing waits.

    Papers that will be muted then, and papers that an edited rule no longer matches, are left out. What became of told
    papers stays.

    ``size_of``: returns the size of a paper in a message.
    ``limit``: largest size of a message, in the same unit.
    """
    found_now = [(one, _in_force(tx, one)) for one in subscriptions]
    known = sorted(found_now, key=lambda one: one[1].id if one[1] else 0)  # as the message will have them
    never = NeverList(config.never)
    told = [found for one, saved in known if saved for found in _waiting(tx, one, saved, never, now)]
    with_papers = {one.subscription for one in told}
    silent = [
        _nothing_since(tx, one, saved)
        for one, saved in known
        if saved and one.sends_empty and one.full_name not in with_papers
    ]
    groups: list[list[DueAlert]] = messages(told) or ([[]] if silent else [])
    told_first: dict[Endpoint, dict[int, date]] = {}
    found: list[Content] = []
    for n, group in enumerate(groups):
        mine = [one for one in subscriptions if one.full_name in {told.subscription for told in group}] or subscriptions
        endpoint = _endpoint(mine)
        ids = {one.paper_id for one in group}
        before = told_first.setdefault(endpoint, {}) | tx.contents.told_at(endpoint, ids)
        papers = {paper.id: paper for paper in tx.papers.get(ids)}
        items = _items_of(group, papers, before, beside_of(tx, group, papers, endpoint, now))
        common = _without_items(tx, config, mine, () if n else tuple(silent), now)
        found += _parts(common, items, mine[0], now, size_of, limit)
        told_first[endpoint] |= dict.fromkeys(ids - before.keys(), now.date())
    return found


def _endpoint(subscriptions: Sequence[Subscription]) -> Endpoint:
    return next(iter(subscriptions[0].endpoints), Endpoint("preview"))


def _in_force(tx: Transaction, subscription: Subscription) -> StoredSubscription | None:
    """Return a subscription as the database has it, None if the config was not applied yet."""
    named = [one for one in tx.subscriptions.called(subscription.full_name) if one.gone_at is None]
    return next((one for one in named if one.subscription.full_name == subscription.full_name), None)


def _taste_of(tx: Transaction, subscription: Subscription) -> Taste | None:
    """Return what the thumbs of a subscription have taught it, if it learns as the config has it."""
    saved = _in_force(tx, subscription)
    return TasteBook().of(tx, replace(saved, subscription=subscription)) if saved else None


def _waiting(
    tx: Transaction, subscription: Subscription, saved: StoredSubscription, never: NeverList, now: datetime
) -> list[DueAlert]:
    """Return what a subscription tells next, with the rule and settings of the config."""
    held = tx.matches.held(saved.id)
    told = unmuted(tx, saved.id, held, max(saved.next_due or now, now), drop=False)
    rule = SubscriptionRules(tx).of(subscription)
    waiting = tx.contents.waiting_of(saved.id)
    if rule.digest != saved.rule_digest or len(never):
        occasions = {one.match_id: one.occasion for one in waiting}
        documents = [document_of(paper) for paper in tx.papers.get(told.values())]
        unwanted = zip(documents, never.tried_on(documents), strict=True)
        wanted = {one.paper.id: one for one, why in unwanted if not why.why(subscription.owner)}
        holds = {id for id, one in wanted.items() if rule.digest == saved.rule_digest or evaluate(rule, one)}
        told = {
            match: paper
            for match, paper in told.items()
            if event_of(occasions[match]) in ENDS or paper in (holds if occasions[match] == FIRST else wanted)
        }
    left_out = held.keys() - told.keys()
    scores: dict[int, float] = {}
    if subscription.learns != saved.subscription.learns or (rule.digest != saved.rule_digest and subscription.learns):
        scores = scores_now(tx, replace(saved, subscription=subscription), told)
    return [
        replace(
            one,
            score=scores.get(one.match_id, one.score),
            subscription=subscription.full_name,
            timezone=subscription.timezone,
            bundle=subscription.bundle,
            max_papers=subscription.max_papers,
            above=subscription.above,
            top=subscription.top,
            order=subscription.order,
            everything=is_for_everything(subscription.rule),
            sources=subscription.sources,
        )
        for one in waiting
        if one.match_id not in left_out
    ]


def _nothing_since(tx: Transaction, subscription: Subscription, saved: StoredSubscription) -> Nothing:
    """Return what a digest says of a subscription that has no papers to tell."""
    since = saved.last_due or saved.created_at
    read = tx.papers.count(since, subscription.sources)
    return Nothing(subscription=subscription.full_name, read=read, since=since, timezone=subscription.timezone)


def _without_items(
    tx: Transaction,
    config: Config,
    subscriptions: Sequence[Subscription],
    nothing: tuple[Nothing, ...],
    now: datetime,
) -> Content:
    """Return a message of these subscriptions that tells no paper."""
    return Content(
        delivery=_delivery(DeliveryKind.EMPTY, subscriptions[0], now),
        nothing=nothing,
        unread=unread_now(tx, config, [one.sources for one in subscriptions]),
        timezone=subscriptions[0].timezone,
        unsubscribe=config.unsubscribe,
        names=config.display_names,
    )


def _parts(
    common: Content,
    items: Sequence[DigestItem],
    first: Subscription,
    now: datetime,
    size_of: Callable[[DigestItem], int],
    limit: int,
) -> list[Content]:
    """Cut a message to the service's limit; without papers it stays whole."""
    if not items:
        return [common]
    runs = items_by_message(items, size_of, limit)
    return [
        replace(
            common,
            delivery=_delivery(DeliveryKind.DIGEST, first, now, n, len(runs)),
            items=tuple(run),
            nothing=common.nothing if n == 1 else (),
        )
        for n, run in enumerate(runs, start=1)
    ]


def preview_contents(
    subscriptions: Sequence[Subscription],
    tx: Transaction,
    config: Config,
    since: date,
    now: datetime,
    size_of: Callable[[DigestItem], int],
    limit: int,
) -> list[Content]:
    """Return the contents of messages with all stored papers that match these subscriptions.

    The subscriptions share the messages. If no paper matches, the result is one digest without papers.

    ``since``: first digest day of the papers.
    ``size_of``: returns the size of a paper in a message.
    ``limit``: largest size of a message, in the same unit.
    """
    rules = SubscriptionRules(tx)
    tastes = [_taste_of(tx, one) for one in subscriptions]
    tried = [_Tried(one, rules.of(one), taste) for one, taste in zip(subscriptions, tastes, strict=True)]
    never = NeverList(config.never)
    for paper in tx.papers.all(since):
        document = document_of(paper)
        [unwanted] = never.tried_on([document])
        for one in tried:
            one.read_paper(document, unwanted)
    items = _items(tried, tx, _endpoint(subscriptions), now)
    silent = [one for one in tried if not one.found and (one.subscription.sends_empty or not items)]
    common = _without_items(tx, config, subscriptions, tuple(one.nothing(since) for one in silent), now)
    return _parts(common, items, subscriptions[0], now, size_of, limit)


def rule_test_content(
    rule: str,
    matches: Sequence[tuple[Paper, Hit]],
    endpoint: Endpoint,
    timezone: str,
    now: datetime,
    size_of: Callable[[DigestItem], int],
    limit: int,
) -> Content:
    """Return the content of a message about a rule that is no subscription, with as many matches as one message takes.

    ``timezone``: IANA name of the zone in which the message shows times.
    ``size_of``: returns the size of a paper in a message.
    ``limit``: largest size of a message, in the same unit.
    """
    one = Subscription(name=rule, rule=rule, to=(), endpoints=(endpoint,), timezone=timezone)
    told = [_told(one, n, paper, hit) for n, (paper, hit) in enumerate(matches)]
    items = _items_of(told, {paper.id: paper for paper, _ in matches}, {}, Beside())
    first = next(iter(items_by_message(items, size_of, limit)), [])
    delivery = Delivery(id=uuid4().hex, kind=DeliveryKind.TEST, endpoint=endpoint, fence=0, created_at=now)
    return Content(delivery=delivery, items=tuple(first), timezone=timezone)


def _items(tried: Sequence[_Tried], tx: Transaction, endpoint: Endpoint, now: datetime) -> list[DigestItem]:
    told: list[DueAlert] = []
    for one in tried:
        told += one.told(len(told))
    papers = {paper.id: paper for one in tried for paper, _ in one.found}
    return _items_of(told, papers, {}, beside_of(tx, told, papers, endpoint, now))


def _items_of(
    told: Sequence[DueAlert], papers: Mapping[int, Paper], told_before: Mapping[int, date], beside: Beside
) -> list[DigestItem]:
    """Return the items of a message in its order, those after the first ``max_papers`` in short form."""
    ordered = in_message_order(told, papers, beside.rises)
    short = told_in_short(ordered)
    shown = [replace(one, short=one.match_id in short) for one in ordered]
    return items_of(shown, papers.values(), told_before, beside)


def _told(subscription: Subscription, n: int, paper: Paper, hit: Hit) -> DueAlert:
    return DueAlert(
        match_id=n,
        paper_id=paper.id,
        subscription=subscription.full_name,
        timezone=subscription.timezone,
        score=hit.score,
        places=hit.places,
        because=hit.because,
        max_papers=subscription.max_papers,
        above=subscription.above,
        top=subscription.top,
        order=subscription.order,
        everything=is_for_everything(subscription.rule),
        sources=subscription.sources,
    )


def _delivery(kind: DeliveryKind, subscription: Subscription, now: datetime, part: int = 1, parts: int = 1) -> Delivery:
    endpoint = next(iter(subscription.endpoints), Endpoint("preview"))
    return Delivery(id="preview", kind=kind, endpoint=endpoint, fence=0, part=part, parts=parts, created_at=now)
