"""Make alerts of due subscriptions, and deliveries of due alerts."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from watcher.errors import WatcherError
from watcher.model import Decision, DeliveryKind, DueAlert, Endpoint, Fate, Paper, Rhythm, StoredSubscription
from watcher.notify import limit_of, own_schema, size_in
from watcher.pipeline.context import Context
from watcher.pipeline.one_by_one import failed_before, one_by_one
from watcher.pipeline.subscriptions.leaving import ALL_LEFT, told_endpoints
from watcher.pipeline.subscriptions.pause_and_mute import unmuted
from watcher.pipeline.telling.beside import rises_of
from watcher.policy.alerts.items import items_of
from watcher.policy.alerts.order import in_message_order
from watcher.policy.deliveries.bundle import items_by_message, messages, told_in_short
from watcher.policy.schedules.schedule import alert_due, next_due, next_sign, sign_began
from watcher.store import Transaction
from watcher.store.database.batches import in_batches
from watcher.store.deliveries.empty_digests import Blank
from watcher.store.deliveries.outbox import Digest

log = logging.getLogger(__name__)

TOGETHER = 100
"""Most endpoints whose deliveries are made in one transaction."""

ONLY_KEPT = Decision(Fate.OWED)
"""Fate of the matches of a subscription without receivers: its papers are only kept at places."""


@dataclass(frozen=True, slots=True)
class Made:
    """A delivery that was made.

    ``is_shared``: it may also name other subscriptions that have no papers.
    """

    id: str
    is_shared: bool


def tell_due(context: Context, *, flush: bool = False, begun: Callable[[], object] = lambda: None) -> int:
    """Make alerts of what due subscriptions hold, then deliveries of all due alerts; return the number of deliveries.

    ``flush``: tell every subscription that holds something, due or not. Its next due instant stays the same.
    ``begun``: called as soon as the first deliveries can be sent.
    """
    now = context.clock()
    with context.store.reading() as tx:
        due = tx.subscriptions.holding() if flush else tx.subscriptions.due(now)
        signs = tx.subscriptions.signs_due(now)
        failed = failed_before(tx)
    names = partial(_subscription_named, context)
    one_by_one(due, lambda id: _tell_one(id, context, now, flush=flush), names, "telling", context, failed)
    one_by_one(signs, lambda id: _show_life_of(id, context, now), names, "showing that it lives", context, failed)
    with context.store.reading() as tx:
        endpoints = tx.outbox.endpoints_due(now)
    made = 0

    def make(batch: list[Endpoint]) -> None:
        nonlocal made
        is_first = not made
        made += _make_deliveries(batch, context, now)
        if is_first and made:
            begun()

    batches = in_batches(_from_somewhere(endpoints, context.jitter()), TOGETHER)
    alone = [[one] for one in _failed(list(batches), make)]
    one_by_one(alone, make, lambda one: f"a message to {one[0]}", "making messages", context, failed)
    return made


def _failed(batches: Sequence[list[Endpoint]], make: Callable[[list[Endpoint]], None]) -> list[Endpoint]:
    """Call ``make`` for each batch; return the endpoints of batches that failed, so that each can be tried alone."""
    failed = list[Endpoint]()
    for batch in batches:
        try:
            make(batch)
        except WatcherError:
            raise
        except Exception as error:
            log.debug("internal error", exc_info=error)
            failed += batch
    return failed


def _subscription_named(context: Context, id: int) -> str:
    with context.store.reading() as tx:
        saved = tx.subscriptions.get([id]).get(id)
    return f"subscription {saved.subscription.full_name}" if saved else f"subscription {id}"


def _tell_one(id: int, context: Context, now: datetime, *, flush: bool) -> None:
    # Another daemon may have told it since: lock it and check again.
    with context.store.transaction() as tx:
        saved = tx.subscriptions.hold_active(id) if flush else tx.subscriptions.hold_due(id, now)
        if saved:
            _tell(tx, saved, context, now, flush=flush)


def _show_life_of(id: int, context: Context, now: datetime) -> None:
    with context.store.transaction() as tx:
        if saved := tx.subscriptions.hold_sign_due(id, now):
            _show_life(tx, saved, context, now)


def next_telling(context: Context) -> datetime | None:
    """Return when something will be due that is not due now, None if nothing will.

    If something is due now but another daemon has locked its endpoint, that is ``tuning.again`` from now.
    """
    now = context.clock()
    with context.store.reading() as tx:
        if tx.outbox.endpoints_due(now):
            return now + context.tuning.again
        return tx.outbox.next_due(now)


def _from_somewhere(endpoints: list[Endpoint], where: float) -> list[Endpoint]:
    """Return the endpoints from another start on, so that daemons at work together rarely meet.

    ``where``: where to begin, as a share of their number, from 0 to 1.
    """
    first = int(where * len(endpoints))
    return endpoints[first:] + endpoints[:first]


def _tell(tx: Transaction, saved: StoredSubscription, context: Context, now: datetime, *, flush: bool) -> None:
    """Make alerts of what a subscription holds, due outside the quiet hours of subscription and receiver."""
    subscription = saved.subscription
    held = unmuted(tx, saved.id, tx.matches.held(saved.id), now, drop=not flush)
    together: dict[datetime, list[Endpoint]] = {}
    for endpoint, due in _dues(tx, saved, context, now, flush=flush).items():
        together.setdefault(due, []).append(endpoint)
    for due, endpoints in together.items():
        tx.matches.owe(held, endpoints, due)
    if not together:
        tx.matches.decide(held, ALL_LEFT if subscription.endpoints else ONLY_KEPT)
    tx.kept.keep(sorted(set(held.values())), context.config.places(subscription.keep), now)
    if flush:
        return
    says_so = subscription.sends_empty and subscription.when.rhythm is not Rhythm.IMMEDIATELY
    if not held and says_so and not tx.mutes.of_subscription(saved.id, now):
        _owe_nothing(tx, saved, DeliveryKind.EMPTY, saved.last_due or saved.created_at, context, now)
    tx.subscriptions.set_told(saved.id, now, next_due(subscription.when, subscription.timezone, now, saved.created_at))


def _dues(
    tx: Transaction, saved: StoredSubscription, context: Context, now: datetime, *, flush: bool = False
) -> dict[Endpoint, datetime]:
    subscription, config = saved.subscription, context.config
    return {
        endpoint: now if flush else alert_due(subscription, config.quiet_hours_of(endpoint), config.timezone, now)
        for endpoint in told_endpoints(tx, saved)
    }


def _show_life(tx: Transaction, saved: StoredSubscription, context: Context, now: datetime) -> None:
    """Owe a sign of life to a subscription's endpoints if nothing matched in the month that is over."""
    assert saved.sign_due is not None
    since = max(saved.created_at, sign_began(saved.subscription, saved.sign_due))
    if not tx.matches.count(saved.id, since) and not tx.mutes.of_subscription(saved.id, now):
        _owe_nothing(tx, saved, DeliveryKind.SIGN_OF_LIFE, since, context, now)
    tx.subscriptions.set_sign_due(saved.id, next_sign(saved.subscription, now))


def _owe_nothing(
    tx: Transaction, saved: StoredSubscription, kind: DeliveryKind, since: datetime, context: Context, now: datetime
) -> None:
    read = tx.papers.count(since, saved.subscription.sources)
    tx.blanks.owe(saved.id, kind, _dues(tx, saved, context, now), since, read)


def _make_deliveries(endpoints: list[Endpoint], context: Context, now: datetime) -> int:
    """Make deliveries of what is due at endpoints; return how many.

    Endpoints that another daemon has locked are left to that daemon.
    """
    with context.store.transaction() as tx:
        tx.endpoints.add(endpoints)
        held = tx.endpoints.hold(endpoints, skip_busy=True)
        made = make_digests(tx, tx.outbox.due_alerts(held, now), context, now)
        count = sum(map(len, made.values()))
        for endpoint in tx.blanks.endpoints(now, held):
            count += _tell_blanks(tx, endpoint, made.get(endpoint, ()), now)
        return count


def make_digests(
    tx: Transaction, told: Mapping[Endpoint, Sequence[DueAlert]], context: Context, now: datetime
) -> dict[Endpoint, list[Made]]:
    """Make deliveries of alerts, cut between papers to the limit of each service; return them by endpoint.

    ``told``: endpoint → its alerts.
    """
    papers = {one.id: one for one in tx.papers.get({one.paper_id for some in told.values() for one in some})}
    digests, shared = list[Digest](), list[bool]()
    # What is told to many endpoints of one service is cut once.
    known: dict[tuple[str, int, tuple[DueAlert, ...]], list[tuple[list[int], frozenset[int]]]] = {}
    for endpoint, some in told.items():
        url = context.config.address_or_empty(endpoint, context.env)
        for group in messages(list(some)):
            key = (own_schema(url), limit_of(url), tuple(group))
            if (runs := known.get(key)) is None:
                runs = known[key] = _runs(url, group, papers, rises_of(tx, group, papers, now), context)
            for n, (ids, short) in enumerate(runs, start=1):
                digests.append(Digest(endpoint, n, len(runs), ids, short))
                shared.append(group[0].bundle and n == 1)
    found: dict[Endpoint, list[Made]] = {}
    for id, digest, is_shared in zip(tx.outbox.enqueue_digests(digests, now), digests, shared, strict=True):
        found.setdefault(digest.endpoint, []).append(Made(id, is_shared))
    return found


def _tell_blanks(tx: Transaction, endpoint: Endpoint, made: Sequence[Made], now: datetime) -> int:
    """Make messages say that subscriptions have no papers: digests of other subscriptions, or messages of their own.

    Return the number of messages of their own. Earlier messages without papers that were never attempted are folded
    into what is made now.
    """
    missed = tx.blanks.release_missed(endpoint)
    blanks: Sequence[Blank] = tx.blanks.due(endpoint, now)
    ids = [one.id for one in made]
    for first in (one for one in made if one.is_shared):
        tx.blanks.tell([one.id for one in blanks if one.bundle], first.id)
        blanks = [one for one in blanks if not one.bundle]
    own = _without_papers(tx, endpoint, blanks, now)
    tx.blanks.fold(missed, ids + own, now)
    return len(own)


def _runs(
    url: str,
    told: Sequence[DueAlert],
    papers: Mapping[int, Paper],
    rises: Mapping[int, float],
    context: Context,
) -> list[tuple[list[int], frozenset[int]]]:
    """Cut alerts into messages to an address; return for each its match ids, and those that are told in short form."""
    matches: dict[int, list[int]] = {}
    told = in_message_order(told, papers, rises)
    for one in told:
        matches.setdefault(one.paper_id, []).append(one.match_id)
    short = told_in_short(told)
    shown = [replace(one, short=one.match_id in short) for one in told]
    items = items_of(shown, [papers[one.paper_id] for one in told], {})
    runs = items_by_message(items, size_in(url, context.config.display_names), limit_of(url))
    found = []
    for run in runs:
        ids = [id for item in run for id in matches[item.paper.id]]
        cut_short = {id for item in run if item.short for id in matches[item.paper.id]}
        found.append((ids, short.intersection(ids) | cut_short))
    return found


def _without_papers(tx: Transaction, endpoint: Endpoint, blanks: Sequence[Blank], now: datetime) -> list[str]:
    """Make messages without papers: one for each subscription with ``bundle`` off, one for all others together.

    Return the ids of the deliveries.
    """
    shared: dict[str, list[Blank]] = {}
    for one in blanks:
        shared.setdefault("" if one.bundle else one.nothing.subscription, []).append(one)
    made = [tx.outbox.enqueue(endpoint, some[-1].kind, now) for some in shared.values()]
    for id, some in zip(made, shared.values(), strict=True):
        tx.blanks.tell([one.id for one in some], id)
    return made
