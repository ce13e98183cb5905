"""A receiver's rate: over its addresses, over threads, over restarts, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.integration.queues import claim
from tests.integration.test_pipeline import World
from watcher.config import Address, Receiver
from watcher.model import DeliveryKind, DeliveryState, Endpoint, Outcome, Rate, Result
from watcher.outbox.claim import Rounds, Scope
from watcher.outbox.claim import claim as claim_many
from watcher.outbox.deliver import deliver_all
from watcher.policy.deliveries.lanes import room_of
from watcher.store import Store
from watcher.store.database import schema

PEOPLE = [Endpoint(f"mail:p{n}@lab.example") for n in range(6)]


@pytest.fixture
def world(store: Store) -> World:
    """Five messages wait for each of six people, whom one receiver tells: ten in an hour at most."""
    world = World(store)
    address = {"": Address(text="json://mail.example/")}
    mail = Receiver(name="mail", urls=address, address=":to", rate=Rate(10, timedelta(hours=1)))
    others = {"mailbox": Receiver(name="mailbox", urls=address)}
    world.context.config = replace(world.context.config, receivers={"mail": mail, **others})
    with store.transaction() as tx:
        for endpoint in [*PEOPLE, Endpoint("mailbox")]:
            for _ in range(5):
                tx.outbox.enqueue(endpoint, DeliveryKind.TEST, world.now)
    return world


def mails(world: World) -> int:
    return sum("to=" in url for url, _ in world.receivers.sent)


def test_no_more_than_the_rate_however_many_senders_ask(world: World) -> None:
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: deliver_all(world.context), range(3)))
    assert mails(world) == 10
    world.now += timedelta(minutes=59)
    deliver_all(world.context)
    assert mails(world) == 10 and len(world.receivers.sent) == 15  # the other receiver has no rate
    world.now += timedelta(minutes=1)
    deliver_all(world.context)
    assert mails(world) == 20
    world.now += timedelta(hours=1)
    deliver_all(world.context)
    assert mails(world) == 30
    with world.context.store.reading() as tx:
        assert tx.outbox.states() == {DeliveryState.SENT: 35}


def test_what_is_being_sent_counts_and_tries_that_failed_do(world: World) -> None:
    assert claim(world.context.store, PEOPLE[0], world.now)
    world.receivers.outcome = Outcome(Result.FAILED, "no answer")
    deliver_all(world.context)  # one try at each of the five others
    world.receivers.outcome = Outcome(Result.SENT)
    world.now += timedelta(minutes=1)
    deliver_all(world.context)
    assert mails(world) == 4


def test_a_short_wait_is_waited_for(world: World) -> None:
    world.context.clock = lambda: datetime.now(UTC)
    within = timedelta(seconds=0.3)
    receivers = dict(world.context.config.receivers)
    receivers["mail"] = replace(receivers["mail"], rate=Rate(2, within))
    world.context.config = replace(world.context.config, receivers=receivers)
    deliver_all(world.context, only=[PEOPLE[0]])
    assert mails(world) == 5
    with world.context.store.reading() as tx:
        ends = sorted(tx.connection.scalars(select(schema.attempt.c.at)))
    assert all(later - earlier >= within for earlier, later in zip(ends, ends[2:], strict=False))


def test_a_wait_beyond_patience_is_left_for_later(world: World) -> None:
    deliver_all(world.context, only=PEOPLE)
    assert mails(world) == 10


def test_a_clock_that_was_set_back_keeps_no_receiver_resting(world: World) -> None:
    """What a sender remembers of a rest by a wrong clock would last for years."""
    rounds, room = Rounds(), room_of({}, world.context.tuning)
    for ahead, is_resting in ((timedelta(minutes=59), True), (timedelta(days=400), False)):
        rounds.rests["mail"] = world.now + ahead
        taken = claim_many(rounds, set(), room, Scope(), world.context)
        assert any(one.delivery.endpoint in PEOPLE for one in taken) is not is_resting
        rounds.begin()
