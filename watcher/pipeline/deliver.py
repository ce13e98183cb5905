"""Send what is pending: claim, put into words, send outside any transaction, mark after."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from watcher.alerts.retry import Consequence, Health, after_attempt, is_backlog
from watcher.alerts.schedule import quiet_until
from watcher.errors import StoreError, WatcherError
from watcher.model import (
    Content,
    Delivery,
    DeliveryState,
    Endpoint,
    IncidentKind,
    Message,
    Outcome,
    Result,
)
from watcher.pipeline.content import content_of
from watcher.pipeline.lease import renewed
from watcher.pipeline.parts import Parts
from watcher.pipeline.tell import enqueue
from watcher.pipeline.trouble import record_template_troubles
from watcher.render import render
from watcher.render.view import counted
from watcher.store import Transaction
from watcher.store.outbox import Rendered

log = logging.getLogger(__name__)

SIDE_BY_SIDE = 8
"""Endpoints that are sent to at the same time."""

FIRST_WAIT, LONGEST_WAIT = 0.05, 0.5
"""Seconds between tries to write down what was sent: soon after a server is back, before others take it for unsent."""

T = TypeVar("T")

PATIENCE = timedelta(seconds=10)
"""For the turn that a receiver's rate allows; whoever waits longer keeps a thread from others."""

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
    """Send everything pending, several endpoints side by side, one message at a time to each; suspects alone."""
    done: list[Delivered] = []
    if endpoints := endpoints_to_deliver(parts):
        with ThreadPoolExecutor(min(SIDE_BY_SIDE, len(endpoints)), thread_name_prefix="deliver") as pool:
            done += [one for some in pool.map(lambda endpoint: deliver(endpoint, parts), endpoints) for one in some]
    for endpoint in endpoints_to_deliver(parts, suspects=True):
        done += deliver(endpoint, parts, suspects=True)
    return done


def endpoints_to_deliver(parts: Parts, *, suspects: bool = False) -> list[Endpoint]:
    """Endpoints that something can be sent to now: pending, not backing off, outside their receiver's quiet hours.

    ``suspects`` asks for what may have ended the program: it has to be sent when all else is, one at a time.
    """
    now, config = parts.clock(), parts.config
    with parts.store.reading() as tx:
        endpoints = tx.outbox.endpoints_to_deliver(now, suspects=suspects)
    return [one for one in endpoints if not quiet_until(config.quiet_hours_of(one), config.timezone, now)]


def endpoints_to_serve_singly(parts: Parts) -> list[Endpoint]:
    """Where many daemons send: endpoints of this daemon's config that something odd waits for, outside quiet hours."""
    now, config = parts.clock(), parts.config
    with parts.store.reading() as tx:
        endpoints = tx.bulk.endpoints_to_serve_singly(now)
    known = [one for one in endpoints if config.has_endpoint(one)]
    return [one for one in known if not quiet_until(config.quiet_hours_of(one), config.timezone, now)]


def failing_endpoints(parts: Parts) -> set[Endpoint]:
    """Endpoints whose last try failed."""
    with parts.store.reading() as tx:
        return {endpoint for endpoint, _ in tx.endpoints.failing()}


def deliver(endpoint: Endpoint, parts: Parts, *, suspects: bool = False) -> list[Delivered]:
    """Send what is pending at one endpoint until it is empty, backs off, or the process is asked to stop.

    Where its receiver has had what its rate allows, short waits are waited for, and longer ones left to a later call.
    """
    done: list[Delivered] = []
    while not parts.stopping.is_set() and (delivery := _next(endpoint, parts, suspects)):
        with renewed(delivery, parts):
            content, message, outcome = _send(delivery, parts)
        done.append(mark(delivery, content, message, outcome, parts))
    return done


def _next(endpoint: Endpoint, parts: Parts, suspects: bool) -> Delivery | None:
    """The next delivery, claimed, when its turn has come; none where that takes long or the process has to stop."""
    while isinstance(claimed := _claim(endpoint, parts, suspects), timedelta):
        if claimed > PATIENCE or parts.stopping.wait(claimed.total_seconds()):
            return None
    return claimed


def _claim(endpoint: Endpoint, parts: Parts, suspects: bool) -> Delivery | timedelta | None:
    """A delivery, or how long its receiver's rate asks to wait for it."""
    rate = parts.config.rate_of(endpoint)
    # A power cut that takes the claim with it ends its sender as well: the message is sent again, as after any end.
    with parts.store.transaction(durable=False) as tx:
        if rate and (wait := tx.outbox.wait_for_turn(endpoint, *rate, parts.clock())):
            return wait
        return tx.outbox.claim(endpoint, parts.clock(), suspects=suspects)


def _send(delivery: Delivery, parts: Parts) -> tuple[Content, Message, Outcome]:
    content = Content(delivery=delivery, timezone=parts.config.timezone)
    try:
        with parts.store.reading() as tx:
            content = content_of(delivery, tx, parts.config)
    except StoreError:
        raise
    except Exception as error:  # one message that cannot be written must not stand before all others
        return content, NO_MESSAGE, unspeakable(delivery, error)
    return content, *say(content, parts)


def say(content: Content, parts: Parts) -> tuple[Message, Outcome]:
    """Put a delivery into words and send it."""
    delivery, message = content.delivery, NO_MESSAGE
    try:
        forms = parts.forms_of(parts.config.address_or_empty(delivery.endpoint, parts.env))
        message = render(content, parts.config.templates, forms)
        record_template_troubles(parts, message.troubles)
    except StoreError:
        raise
    except Exception as error:
        return message, unspeakable(delivery, error)
    try:
        url = parts.config.address(delivery.endpoint, parts.env)
    except WatcherError as error:
        return message, Outcome(Result.DOWN, str(error))
    return message, parts.notifier.send(url, message, delivery.id)


def unspeakable(delivery: Delivery, error: Exception) -> Outcome:
    log.error("%s cannot be put into words: %s: %s", delivery.id, type(error).__name__, error)
    return Outcome(Result.REFUSED, f"could not be put into words: {type(error).__name__}")


def mark(delivery: Delivery, content: Content, message: Message, outcome: Outcome, parts: Parts) -> Delivered:
    """Write down what came of sending a delivery, and what follows from it."""
    now = parts.clock()

    def record() -> tuple[Health, Consequence, bool]:
        with parts.store.transaction() as tx:
            health = tx.endpoints.lock(delivery.endpoint)
            consequence = after_attempt(outcome, health, now, jitter=parts.jitter())
            is_recorded = tx.outbox.record_attempt(delivery, outcome, consequence, rendered_of(message), now)
            if is_recorded:
                _record_health(tx, delivery.endpoint, health, consequence, outcome, parts, now)
        return health, consequence, is_recorded

    health, consequence, is_recorded = _insist(record, f"{delivery.endpoint}: what came of {delivery.id}", parts)
    if outcome.result is Result.SENT and is_backlog(health, now):
        _fold(delivery.endpoint, parts, now)
    if not is_recorded:
        log.warning(
            "%s: %s was claimed by another sender meanwhile; it may arrive twice", delivery.endpoint, delivery.id
        )
    report(content, outcome)
    named = {name for item in content.items for name in item.subscriptions}
    subscriptions = tuple(sorted(named | {one.subscription for one in content.nothing}))
    papers = tuple(item.paper.key for item in content.items)
    return Delivered(delivery, subscriptions, papers, consequence.state, outcome.reason)


def rendered_of(message: Message) -> Rendered:
    body = message.text.encode()
    return Rendered(message.subject, len(body), hashlib.sha256(body).hexdigest())


def report(content: Content, outcome: Outcome) -> None:
    """The line of the log."""
    level = logging.INFO if outcome.result is Result.SENT else logging.WARNING
    delivery = content.delivery
    what = counted(len(content.items), "paper") if content.items else delivery.kind.value
    why = outcome.reason and f": {outcome.reason}"
    log.log(level, "%s: %s %s%s", delivery.endpoint, what, outcome.result.value, why)


def _insist(record: Callable[[], T], what: str, parts: Parts) -> T:
    """Write down what was done, however often the database fails meanwhile: what is not written is done again."""
    until, wait = time.monotonic() + parts.keep_trying, FIRST_WAIT
    while True:
        try:
            return record()
        except StoreError as error:
            if time.monotonic() >= until:
                raise
            log.warning("%s could not be written down yet: %s", what, error)
        if parts.stopping.wait(wait):
            until = time.monotonic()
        wait = min(2 * wait, LONGEST_WAIT)


def _record_health(
    tx: Transaction,
    endpoint: Endpoint,
    before: Health,
    consequence: Consequence,
    outcome: Outcome,
    parts: Parts,
    now: datetime,
) -> None:
    """The operator hears that an endpoint fails and that it is back; never through the endpoint itself."""
    others = [one for one in parts.config.operator if one != endpoint]
    if consequence.failing:
        begun = tx.incidents.begin(IncidentKind.ENDPOINT_FAILING, str(endpoint), outcome.reason, now)
        if begun.told_at is None:
            tx.incidents.tell(begun.id, others, now)
    elif consequence.failing is False and before.failing_since:
        tx.incidents.end([IncidentKind.ENDPOINT_FAILING], str(endpoint), others, now)


def _fold(endpoint: Endpoint, parts: Parts, now: datetime) -> None:
    """The endpoint is back: what piled up goes out as one message that lists all of it, not as a week of them."""
    with parts.store.transaction() as tx:
        tx.endpoints.lock(endpoint)
        tx.outbox.fold_notices(endpoint, now)
        waiting = tx.outbox.digests_in_backlog(endpoint)

        def bundle() -> None:
            enqueue(tx, endpoint, tx.outbox.due_alerts(endpoint, now), parts, now)

        if len(waiting) > 1 or (waiting and tx.outbox.due_alerts(endpoint, now)):
            tx.outbox.fold_digests(endpoint, waiting, bundle, now)


def failed(done: Iterable[Delivered]) -> list[Delivered]:
    """Those that did not arrive."""
    return [one for one in done if one.state is not DeliveryState.SENT]
