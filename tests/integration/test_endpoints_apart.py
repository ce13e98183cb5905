"""What is done at one endpoint changes nothing at others: of the same receiver, or with the same label."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.integration.queues import LEASE, claim, record, waiting_in
from tests.integration.test_pipeline import START, World, subscription
from watcher.model import DeliveryKind, DeliveryState, Endpoint, IncidentKind, Outcome, Result
from watcher.policy.deliveries.retry import Health
from watcher.store import Store, Transaction
from watcher.store.database import schema
from watcher.store.deliveries.outbox import Digest
from watcher.store.deliveries.queue import Claim

HERE = Endpoint("mail", "ana")
OTHERS = Endpoint("mail", "ben"), Endpoint("chat", "ana")
ALL = (HERE, *OTHERS)
SOON, LATER = START + timedelta(minutes=1), START + timedelta(hours=2)
SUBSCRIPTION = 1


@pytest.fixture
def world(store: Store) -> World:
    """Each endpoint fails, is owed alerts and an empty digest, and has two digests and two incidents that wait."""
    world = World(store)
    world.apply(subscription(endpoints=ALL))
    world.look()
    with store.transaction() as tx:
        matches = sorted(tx.matches.held(SUBSCRIPTION))
        tx.matches.owe(matches, ALL, START)
        tx.outbox.enqueue_digests([Digest(one, 1, 1, [id]) for one in ALL for id in matches[:2]], START)
        tx.blanks.owe(SUBSCRIPTION, DeliveryKind.EMPTY, dict.fromkeys(ALL, START), START - timedelta(days=1), 7)
        for n, one in enumerate((*ALL, *ALL)):
            begun = tx.incidents.begin(IncidentKind.SOURCE_BROKEN, f"source {n}", "gone", SOON)
            tx.incidents.tell(begun.id, [one], SOON)
        for one in ALL:
            tx.endpoints.lock(one)
            tx.endpoints.set_health(one, Health(START, 3, LATER, "no answer"))
    return world


def rows_of(tx: Transaction, endpoint: Endpoint) -> list[Any]:
    """Everything that is stored of an endpoint."""
    tables = (schema.alert, schema.blank, schema.delivery, schema.endpoint)
    return [
        tuple(row)
        for table in tables
        for row in tx.connection.execute(
            select(table)
            .where(table.c.receiver == endpoint.receiver, table.c.label == endpoint.label)
            .order_by(*table.primary_key.columns)
        )
    ]


def _nothing() -> None: ...


def _fold(tx: Transaction, now: datetime) -> None:
    tx.outbox.fold_digests(HERE, tx.outbox.digests_in_backlog(HERE), _nothing, now)


def _claim(tx: Transaction, now: datetime) -> None:
    tx.queue.claim([waiting_in(tx, now)[HERE]], now, LEASE)


ACTS: dict[str, Callable[[Transaction, datetime], object]] = {
    "gives up": lambda tx, now: tx.outbox.give_up(HERE, "the receiver is gone", now),
    "folds incidents": lambda tx, now: tx.outbox.fold_notices(HERE, now),
    "folds digests": _fold,
    "takes back alerts": lambda tx, now: tx.silence.take_back(SUBSCRIPTION, [HERE]),
    "drops alerts": lambda tx, now: tx.silence.drop(SUBSCRIPTION, [HERE], "muted"),
    "cancels alerts": lambda tx, now: tx.matches.cancel(SUBSCRIPTION, [HERE]),
    "drops what is empty": lambda tx, now: tx.blanks.drop(SUBSCRIPTION, [HERE]),
    "tries at once": lambda tx, now: tx.endpoints.try_now(HERE),
    "works again": lambda tx, now: tx.endpoints.set_health(HERE, Health()),
    "claims": _claim,
}


@pytest.mark.parametrize("act", ACTS)
def test_an_act_at_one_endpoint_leaves_the_others(world: World, act: str) -> None:
    with world.context.store.transaction() as tx:
        before = {one: rows_of(tx, one) for one in ALL}
        ACTS[act](tx, LATER)
        after = {one: rows_of(tx, one) for one in ALL}
    assert after[HERE] != before[HERE], "it does something"
    assert {one: after[one] for one in OTHERS} == {one: before[one] for one in OTHERS}


def test_what_is_in_flight_holds_up_its_own_endpoint_alone(world: World) -> None:
    store = world.context.store
    assert all(claim(store, one, LATER) for one in ALL), "one after the other, while the first is in flight"
    assert not any(claim(store, one, LATER) for one in ALL)


def test_an_ended_lease_is_freed_by_a_claim_at_its_own_endpoint_alone(world: World) -> None:
    store, late = world.context.store, LATER + LEASE + timedelta(minutes=1)
    claimed = {one: claim(store, one, LATER) for one in ALL}
    assert claim(store, HERE, late)
    with store.reading() as tx:
        states = {one: tx.outbox.state_of(delivery.id) for one, delivery in claimed.items() if delivery}
    assert [states[one] for one in OTHERS] == [(DeliveryState.SENDING, "")] * 2


def test_what_one_endpoint_was_told_the_others_were_not(world: World) -> None:
    store = world.context.store
    digest = claim(store, HERE, LATER)
    assert digest and digest.kind is DeliveryKind.DIGEST, "it is older than the incidents"
    with store.transaction() as tx:
        (told,) = tx.contents.told(digest.id)
        assert record(tx, digest, Outcome(Result.SENT), LATER) is Claim.HOLDS
    with store.reading() as tx:
        papers = {one: list(tx.contents.told_at(one, [told.paper_id])) for one in ALL}
        was_told = {one: tx.contents.was_told(one, [DeliveryKind.DIGEST], START) for one in ALL}
        assert not tx.contents.was_told(HERE, [DeliveryKind.DIGEST], LATER + timedelta(seconds=1))
        assert not tx.contents.was_told(HERE, [DeliveryKind.INCIDENT], START)
    assert papers == {one: [told.paper_id] if one == HERE else [] for one in ALL}
    assert was_told == {HERE: True, **dict.fromkeys(OTHERS, False)}
