"""What is due becomes alerts; due alerts become deliveries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from watcher.alerts.bundle import fitted, messages, shortened
from watcher.alerts.items import items_of
from watcher.alerts.schedule import alert_due, next_due, next_sign, sign_began
from watcher.model import DeliveryKind, Endpoint, Paper, Rhythm, Saved, Told
from watcher.notify import limit_of, size_in
from watcher.pipeline.parts import Parts
from watcher.pipeline.silence import unmuted
from watcher.store import Transaction
from watcher.store.batches import in_batches
from watcher.store.blanks import Blank
from watcher.store.outbox import Digest

TOGETHER = 100
"""Endpoints whose deliveries are made in one transaction."""


def tell_due(parts: Parts, *, flush: bool = False, begun: Callable[[], object] = lambda: None) -> int:
    """Owe what the due subscriptions hold and make deliveries of all due alerts; how many deliveries.

    ``flush`` takes every subscription as due now; its next time stays as it was. ``begun`` is called when the first
    of many deliveries can be sent.
    """
    now = parts.clock()
    with parts.store.reading() as tx:
        due = tx.subscriptions.holding() if flush else tx.subscriptions.due(now)
        signs = tx.subscriptions.signs_due(now)
    # Another daemon may have been quicker since.
    for id in due:
        with parts.store.transaction() as tx:
            saved = tx.subscriptions.hold_active(id) if flush else tx.subscriptions.hold_due(id, now)
            if saved:
                _tell(tx, saved, parts, now, flush=flush)
    for id in signs:
        with parts.store.transaction() as tx:
            if saved := tx.subscriptions.hold_sign_due(id, now):
                _show_life(tx, saved, parts, now)
    with parts.store.reading() as tx:
        with_blanks = set(tx.blanks.endpoints(now))
        with_papers = set(tx.outbox.endpoints_with_due_alerts(now)) - with_blanks
    made = sum(_enqueue(endpoint, parts, now) for endpoint in sorted(with_blanks))
    for batch in in_batches(_from_somewhere(sorted(with_papers), parts.jitter()), TOGETHER):
        is_first = not made
        made += _enqueue_all(batch, parts, now)
        if is_first and made:
            begun()
    return made


def _from_somewhere(endpoints: list[Endpoint], where: float) -> list[Endpoint]:
    """All of them, round from one: daemons that do this side by side get in each other's way least."""
    first = int(where * len(endpoints))
    return endpoints[first:] + endpoints[:first]


def _tell(tx: Transaction, saved: Saved, parts: Parts, now: datetime, *, flush: bool) -> None:
    """Make alerts of what is held, due when neither the subscription nor the receiver keeps quiet."""
    subscription = saved.subscription
    held = unmuted(tx, saved.id, tx.matches.held(saved.id), now, drop=not flush)
    together: dict[datetime, list[Endpoint]] = {}
    for endpoint, due in _dues(saved, parts, now, flush=flush).items():
        together.setdefault(due, []).append(endpoint)
    for due, endpoints in together.items():
        tx.matches.owe(held, endpoints, due)
    if flush:
        return
    says_so = subscription.sends_empty and subscription.when.rhythm is not Rhythm.IMMEDIATELY
    if not held and says_so and not tx.mutes.of_subscription(saved.id, now):
        _owe_nothing(tx, saved, DeliveryKind.EMPTY, saved.last_due or saved.created_at, parts, now)
    tx.subscriptions.set_told(saved.id, now, next_due(subscription.when, subscription.timezone, now, saved.created_at))


def _dues(saved: Saved, parts: Parts, now: datetime, *, flush: bool = False) -> dict[Endpoint, datetime]:
    subscription, config = saved.subscription, parts.config
    return {
        endpoint: now if flush else alert_due(subscription, config.quiet_hours_of(endpoint), config.timezone, now)
        for endpoint in subscription.endpoints
    }


def _show_life(tx: Transaction, saved: Saved, parts: Parts, now: datetime) -> None:
    """The month is over: say so if nothing matched in it."""
    assert saved.sign_due is not None
    since = max(saved.created_at, sign_began(saved.subscription, saved.sign_due))
    if not tx.matches.count(saved.id, since) and not tx.mutes.of_subscription(saved.id, now):
        _owe_nothing(tx, saved, DeliveryKind.SIGN_OF_LIFE, since, parts, now)
    tx.subscriptions.set_sign_due(saved.id, next_sign(saved.subscription, now))


def _owe_nothing(
    tx: Transaction, saved: Saved, kind: DeliveryKind, since: datetime, parts: Parts, now: datetime
) -> None:
    read = tx.papers.count(since, saved.subscription.sources)
    tx.blanks.owe(saved.id, kind, _dues(saved, parts, now), since, read)


def _enqueue(endpoint: Endpoint, parts: Parts, now: datetime) -> int:
    with parts.store.transaction() as tx:
        told, blanks, missed = tx.outbox.due_alerts(endpoint, now), tx.blanks.due(endpoint, now), list[str]()
        if blanks:
            missed = tx.blanks.release_missed(endpoint)
            blanks = tx.blanks.due(endpoint, now)
        made = _deliveries(tx, endpoint, told, blanks, parts, now)
        tx.blanks.fold(missed, made, now)
        return len(made)


def _enqueue_all(endpoints: list[Endpoint], parts: Parts, now: datetime) -> int:
    """Make the deliveries of endpoints that only papers wait for; those that another daemon is busy with are its."""
    with parts.store.transaction() as tx:
        told = tx.outbox.due_alerts_of(tx.endpoints.lock_free(endpoints), now)
        papers = {one.id: one for one in tx.papers.get({one.paper_id for some in told.values() for one in some})}
        made = [
            Digest(endpoint, n, len(runs), ids, short)
            for endpoint, some in told.items()
            for group in messages(some)
            for runs in [_runs(endpoint, group, papers.values(), parts)]
            for n, (ids, short) in enumerate(runs, start=1)
        ]
        tx.outbox.enqueue_digests(made, now)
        return len(made)


def enqueue(tx: Transaction, endpoint: Endpoint, told: list[Told], parts: Parts, now: datetime) -> int:
    """Cut what an endpoint is to be told into deliveries; how many."""
    return len(_deliveries(tx, endpoint, told, (), parts, now))


def _deliveries(
    tx: Transaction, endpoint: Endpoint, told: list[Told], blanks: Sequence[Blank], parts: Parts, now: datetime
) -> list[str]:
    """Deliveries of what an endpoint is to be told; subscriptions without papers are named beside the others'."""
    made: list[str] = []
    for group in messages(told):
        first, *more = _digest(tx, endpoint, group, parts, now)
        made += [first, *more]
        if group[0].bundle:
            tx.blanks.tell([one.id for one in blanks if one.bundle], first)
            blanks = [one for one in blanks if not one.bundle]
    return made + _without_papers(tx, endpoint, blanks, now)


def _digest(tx: Transaction, endpoint: Endpoint, told: list[Told], parts: Parts, now: datetime) -> list[str]:
    """Cut one message, between papers, into as many deliveries as the service's limit asks for."""
    runs = _runs(endpoint, told, tx.papers.get({one.paper_id for one in told}), parts)
    return [
        tx.outbox.enqueue_digest(endpoint, ids, now, n, len(runs), short)
        for n, (ids, short) in enumerate(runs, start=1)
    ]


def _runs(
    endpoint: Endpoint, told: Sequence[Told], papers: Iterable[Paper], parts: Parts
) -> list[tuple[list[int], frozenset[int]]]:
    """The matches of each delivery that one message is cut into, and which of them are told in short form."""
    matches: dict[int, list[int]] = {}
    for one in told:
        matches.setdefault(one.paper_id, []).append(one.match_id)
    short = shortened(told)
    items = items_of([replace(one, short=one.match_id in short) for one in told], papers, {})
    url = parts.config.address_or_empty(endpoint, parts.env)
    runs = fitted(items, size_in(url), limit_of(url))
    found = []
    for run in runs:
        ids = [id for item in run for id in matches[item.paper.id]]
        cut_short = {id for item in run if item.short for id in matches[item.paper.id]}
        found.append((ids, short.intersection(ids) | cut_short))
    return found


def _without_papers(tx: Transaction, endpoint: Endpoint, blanks: Sequence[Blank], now: datetime) -> list[str]:
    """One message for all that may share it, one for each other subscription."""
    shared: dict[str, list[Blank]] = {}
    for one in blanks:
        shared.setdefault("" if one.bundle else one.nothing.subscription, []).append(one)
    made = [tx.outbox.enqueue(endpoint, some[-1].kind, now) for some in shared.values()]
    for id, some in zip(made, shared.values(), strict=True):
        tx.blanks.tell([one.id for one in some], id)
    return made
