"""Send what is pending: claim, put into words, send outside any transaction, mark after."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from watcher.alerts.items import items_of
from watcher.alerts.retry import Consequence, after_attempt
from watcher.alerts.schedule import quiet_until
from watcher.errors import WatcherError
from watcher.model import (
    Content,
    Delivery,
    DeliveryKind,
    DeliveryState,
    Endpoint,
    IncidentKind,
    Message,
    Outcome,
    Result,
)
from watcher.pipeline.parts import Parts
from watcher.render import render
from watcher.render.view import counted
from watcher.store import Transaction
from watcher.store.outbox import Rendered

log = logging.getLogger(__name__)

SIDE_BY_SIDE = 4
"""Endpoints that are sent to at the same time."""


NO_MESSAGE = Message(subject="", text="", html="", markdown="")


@dataclass(frozen=True, slots=True)
class Delivered:
    """One attempt, for those who want to see it: what it told, where, and how it ended."""

    delivery: Delivery
    subscriptions: tuple[str, ...]
    papers: tuple[str, ...]
    state: DeliveryState
    reason: str


def deliver_all(parts: Parts) -> list[Delivered]:
    """Send everything pending, several endpoints side by side, one message at a time to each."""
    endpoints = endpoints_to_deliver(parts)
    if not endpoints:
        return []
    with ThreadPoolExecutor(min(SIDE_BY_SIDE, len(endpoints)), thread_name_prefix="deliver") as pool:
        return [one for done in pool.map(lambda endpoint: deliver(endpoint, parts), endpoints) for one in done]


def endpoints_to_deliver(parts: Parts) -> list[Endpoint]:
    """Endpoints that something can be sent to now: pending, not backing off, outside their receiver's quiet hours."""
    now, config = parts.clock(), parts.config
    with parts.store.reading() as tx:
        endpoints = tx.outbox.endpoints_to_deliver(now)
    return [one for one in endpoints if not quiet_until(config.quiet_hours_of(one), config.timezone, now)]


def deliver(endpoint: Endpoint, parts: Parts) -> list[Delivered]:
    """Send what is pending at one endpoint until it is empty, backs off, or the process is asked to stop."""
    done: list[Delivered] = []
    while not parts.stopping.is_set() and (claimed := _claim(endpoint, parts)):
        delivery, content = claimed
        message, outcome = _send(delivery, content, parts)
        done.append(_mark(delivery, content, message, outcome, parts))
    return done


def _claim(endpoint: Endpoint, parts: Parts) -> tuple[Delivery, Content] | None:
    with parts.store.transaction() as tx:
        delivery = tx.outbox.claim(endpoint, parts.clock())
        return None if delivery is None else (delivery, _content(tx, delivery, parts))


def _content(tx: Transaction, delivery: Delivery, parts: Parts) -> Content:
    if delivery.kind is not DeliveryKind.DIGEST:
        incident_id = tx.outbox.incident_of(delivery.id)
        incident = None if incident_id is None else tx.incidents.get(incident_id)
        return Content(delivery=delivery, incident=incident, timezone=parts.config.timezone)
    told = tx.outbox.told(delivery.id)
    paper_ids = {one.paper_id for one in told}
    items = items_of(told, tx.papers.get(paper_ids), tx.outbox.told_before(delivery.endpoint, paper_ids))
    return Content(delivery=delivery, items=tuple(items), timezone=told[0].timezone)


def _send(delivery: Delivery, content: Content, parts: Parts) -> tuple[Message, Outcome]:
    try:
        message = render(content)
    except Exception as error:  # one message that cannot be written must not stand before all others
        log.error("%s cannot be put into words: %s: %s", delivery.id, type(error).__name__, error)
        return NO_MESSAGE, Outcome(Result.REFUSED, f"could not be put into words: {type(error).__name__}")
    try:
        url = parts.config.address(delivery.endpoint, parts.env)
    except WatcherError as error:
        return message, Outcome(Result.DOWN, str(error))
    return message, parts.notifier.send(url, message, delivery.id)


def _mark(delivery: Delivery, content: Content, message: Message, outcome: Outcome, parts: Parts) -> Delivered:
    now = parts.clock()
    body = message.text.encode()
    rendered = Rendered(message.subject, len(body), hashlib.sha256(body).hexdigest())
    with parts.store.transaction() as tx:
        health = tx.endpoints.health(delivery.endpoint)
        consequence = after_attempt(outcome, health, now, jitter=parts.jitter())
        if tx.outbox.record_attempt(delivery, outcome, consequence, rendered, now):
            _record_health(tx, delivery.endpoint, consequence, outcome, parts, now)
    subscriptions = tuple(sorted({name for item in content.items for name in item.subscriptions}))
    papers = tuple(item.paper.key for item in content.items)
    level = logging.INFO if outcome.result is Result.SENT else logging.WARNING
    what = counted(len(papers), "paper") if content.items else delivery.kind.value
    log.log(
        level, "%s: %s %s%s", delivery.endpoint, what, outcome.result.value, outcome.reason and f": {outcome.reason}"
    )
    return Delivered(delivery, subscriptions, papers, consequence.state, outcome.reason)


def _record_health(
    tx: Transaction, endpoint: Endpoint, consequence: Consequence, outcome: Outcome, parts: Parts, now: datetime
) -> None:
    """The operator hears that an endpoint fails and that it is back; never through the endpoint itself."""
    others = [one for one in parts.config.operator if one != endpoint]
    if consequence.failing:
        begun = tx.incidents.begin(IncidentKind.ENDPOINT_FAILING, str(endpoint), outcome.reason, now)
        if begun.told_at is None:
            tx.incidents.tell(begun.id, others, now)
    elif consequence.failing is False:
        tx.incidents.end([IncidentKind.ENDPOINT_FAILING], str(endpoint), others, now)


def failed(done: Iterable[Delivered]) -> list[Delivered]:
    """Those that did not arrive."""
    return [one for one in done if one.state is not DeliveryState.SENT]
