"""Record the outcomes of attempts and what follows from them, many in one transaction."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from watcher.model import Delivery, DeliveryState, Endpoint, IncidentKind, Message, Outcome, Result
from watcher.model.words import counted
from watcher.outbox.send import Attempt
from watcher.pipeline.context import Context, Tally
from watcher.pipeline.telling.tell import make_digests
from watcher.policy.deliveries.retry import Consequence, Health, after_attempt, is_backlog
from watcher.render.clean import squeeze
from watcher.store import Transaction
from watcher.store.deliveries.queue import Claim, Rendered, Try

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Delivered:
    """An attempt as it is reported: what was told, where, and how it ended.

    ``subscriptions``: full names.
    ``papers``: keys of the papers.
    ``state``: of the delivery after the attempt.
    ``reason``: why the delivery was not sent, "" if it was.
    """

    delivery: Delivery
    subscriptions: tuple[str, ...]
    papers: tuple[str, ...]
    state: DeliveryState
    reason: str


def record(attempts: Sequence[Attempt], context: Context) -> list[Delivered]:
    """Record attempts; return those that were really made, as they are reported. Recording them again changes nothing.

    Messages that arrived at endpoints that worked before take one statement or two for all together. Every other
    outcome is recorded under the lock of its endpoint, since it changes the endpoint's health.
    """
    now = context.clock()
    tried = {one.delivery.id: (one, one.outcome) for one in attempts if one.outcome}
    arrived = _record_arrived(attempts, context, now)
    others = [(one, outcome) for id, (one, outcome) in tried.items() if id not in arrived]
    ends = dict.fromkeys(arrived, DeliveryState.SENT)
    if others:
        ends |= _record_others(others, context, now)
    for one, outcome in tried.values():
        _count(one.delivery, outcome, context.tally, now)
    return [_reported(one, outcome, ends[id]) for id, (one, outcome) in tried.items()]


def _record_arrived(attempts: Sequence[Attempt], context: Context, now: datetime) -> set[str]:
    """Release or cancel deliveries that were not attempted, and record those that arrived and have no consequence.

    Return the ids of those that arrived.
    """
    untried = [one for one in attempts if one.outcome is None and not one.unknown]
    plain = [_try_of(one, one.outcome) for one in attempts if one.outcome and one.has_no_consequence]
    if not untried and not plain:
        return set()
    with context.store.transaction() as tx:
        tx.queue.release([one.delivery for one in untried if not one.cancelled])
        for reason in {one.cancelled for one in untried if one.cancelled}:
            tx.queue.cancel([one.delivery for one in untried if one.cancelled == reason], reason, now)
        return tx.queue.record_arrived(plain, now)


def _record_others(
    tried: Sequence[tuple[Attempt, Outcome]], context: Context, now: datetime
) -> dict[str, DeliveryState]:
    """Record attempts with their consequences for the endpoints; return delivery id → state."""
    tries, back = [_try_of(one, outcome) for one, outcome in tried], list[Endpoint]()

    def decide(one: Try, before: Health) -> Consequence:
        return after_attempt(one.outcome, before, one.delivery.created_at, now, jitter=context.jitter())

    with context.store.transaction() as tx:
        ended = tx.queue.record(tries, decide, now)
        for one in ended:
            delivery, outcome = one.attempted.delivery, one.attempted.outcome
            if one.claim is Claim.LOST:
                what = f"{delivery.endpoint}: {delivery.id}"
                log.warning("%s was claimed by another sender meanwhile; it may arrive twice", what)
            if one.claim is not Claim.HOLDS:
                continue
            _record_health(tx, delivery.endpoint, one.before, one.consequence, outcome, context, now)
            if outcome.result is Result.SENT and is_backlog(one.before, now):
                back.append(delivery.endpoint)
    for endpoint in back:
        _fold(endpoint, context, now)
    return {one.attempted.delivery.id: one.consequence.state for one in ended}


def _record_health(
    tx: Transaction,
    endpoint: Endpoint,
    before: Health,
    consequence: Consequence,
    outcome: Outcome,
    context: Context,
    now: datetime,
) -> None:
    """Tell the operator that an endpoint fails or works again, at all endpoints but this one."""
    others = [one for one in context.config.operator if one != endpoint]
    if consequence.failing:
        begun = tx.incidents.begin(IncidentKind.ENDPOINT_FAILING, str(endpoint), outcome.reason, now)
        if begun.told_at is None:
            tx.incidents.tell(begun.id, others, now)
    elif consequence.failing is False and before.failing_since:
        tx.incidents.end([IncidentKind.ENDPOINT_FAILING], str(endpoint), others, now)


def _fold(endpoint: Endpoint, context: Context, now: datetime) -> None:
    """Fold the backlog of a recovered endpoint into a single message."""
    with context.store.transaction() as tx:
        tx.endpoints.lock(endpoint)
        tx.outbox.fold_notices(endpoint, now)
        waiting = tx.outbox.digests_in_backlog(endpoint)

        def bundle() -> None:
            make_digests(tx, tx.outbox.due_alerts([endpoint], now), context, now)

        if len(waiting) > 1 or (waiting and tx.outbox.due_alerts([endpoint], now)):
            tx.outbox.fold_digests(endpoint, waiting, bundle, now)


def _count(delivery: Delivery, outcome: Outcome, tally: Tally, now: datetime) -> None:
    tally.attempts.add(delivery.endpoint.receiver.partition(":")[0], outcome.result.value)
    if outcome.result is Result.SENT:
        tally.delays.note(max(now - delivery.created_at, timedelta()).total_seconds())


def _try_of(attempt: Attempt, outcome: Outcome) -> Try:
    return Try(attempt.delivery, outcome, rendered_of(attempt.message))


def rendered_of(message: Message) -> Rendered:
    """Return what the database keeps of a message: subject, size and digest of its text."""
    body = message.text.encode(errors="replace")
    return Rendered(squeeze(message.subject), len(body), hashlib.sha256(body).hexdigest())


def _reported(attempt: Attempt, outcome: Outcome, state: DeliveryState) -> Delivered:
    """Log an attempt; return it in the form in which it is reported."""
    content, delivery = attempt.content, attempt.delivery
    level = logging.INFO if outcome.result is Result.SENT else logging.WARNING
    what = counted(len(content.items), "paper") if content.items else delivery.kind.value
    why = outcome.reason and f": {outcome.reason}"
    log.log(level, "%s: %s %s%s", delivery.endpoint, what, outcome.result.value, why)
    named = {name for item in content.items for name in item.subscriptions}
    return Delivered(
        delivery=delivery,
        subscriptions=tuple(sorted(named | {one.subscription for one in content.nothing})),
        papers=tuple(item.paper.key for item in content.items),
        state=state,
        reason=outcome.reason,
    )
