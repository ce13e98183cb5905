"""A receiver's rate: over its addresses, over threads, over restarts, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.integration.test_pipeline import World
from watcher.config import Address, Receiver
from watcher.model import DeliveryKind, DeliveryState, Endpoint, Outcome, Rate, Result
from watcher.pipeline import deliver as delivering
from watcher.pipeline.deliver import deliver, deliver_all
from watcher.store import Store

PEOPLE = [Endpoint(f"mail:p{n}@lab.example") for n in range(6)]


@pytest.fixture
def world(store: Store) -> World:
    """Five messages wait for each of six people, whom one receiver tells: ten in an hour at most."""
    world = World(store)
    address = {"": Address(text="json://mail.example/")}
    mail = Receiver(name="mail", urls=address, address=":to", rate=Rate(10, timedelta(hours=1)))
    others = {"mailbox": Receiver(name="mailbox", urls=address)}
    world.parts.config = replace(world.parts.config, receivers={"mail": mail, **others})
    with store.transaction() as tx:
        for endpoint in [*PEOPLE, Endpoint("mailbox")]:
            for _ in range(5):
                tx.outbox.enqueue(endpoint, DeliveryKind.TEST, world.now)
    return world


def mails(world: World) -> int:
    return sum("to=" in url for url, _ in world.receivers.sent)


def test_no_more_than_the_rate_however_many_threads_ask(world: World) -> None:
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda endpoint: deliver(endpoint, world.parts), PEOPLE))
    assert mails(world) == 10
    world.now += timedelta(minutes=59)
    deliver_all(world.parts)
    assert mails(world) == 10 and len(world.receivers.sent) == 15  # the other receiver has no rate
    world.now += timedelta(minutes=1)
    deliver_all(world.parts)
    assert mails(world) == 20
    world.now += timedelta(hours=1)
    deliver_all(world.parts)
    assert mails(world) == 30
    with world.parts.store.reading() as tx:
        assert tx.outbox.states() == {DeliveryState.SENT: 35}


def test_what_is_being_sent_counts_and_tries_that_failed_do(world: World) -> None:
    with world.parts.store.transaction() as tx:
        assert tx.outbox.claim(PEOPLE[0], world.now)
    world.receivers.outcome = Outcome(Result.FAILED, "no answer")
    deliver_all(world.parts)  # one try at each of the five others
    world.receivers.outcome = Outcome(Result.SENT)
    world.now += timedelta(minutes=1)
    deliver_all(world.parts)
    assert mails(world) == 4


def test_a_short_wait_is_waited_for(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    def wait(seconds: float) -> bool:
        waits.append(seconds)
        world.now += timedelta(seconds=seconds)
        return False

    monkeypatch.setattr(world.parts.stopping, "wait", wait)
    receivers = dict(world.parts.config.receivers)
    receivers["mail"] = replace(receivers["mail"], rate=Rate(2, delivering.PATIENCE))
    world.parts.config = replace(world.parts.config, receivers=receivers)
    assert len(deliver(PEOPLE[0], world.parts)) == 5
    assert waits == [10.0, 10.0]  # none after the last
