"""Whatever waits for an instant is known beforehand, so that nothing waits for the next tick."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from tests.integration.test_pipeline import World, subscription
from watcher.model import DeliveryKind, Endpoint, Rhythm, When
from watcher.pipeline.telling.tell import next_telling
from watcher.policy.deliveries.retry import Health
from watcher.store import Store, Transaction

ME = Endpoint("me")


@pytest.fixture
def world(store: Store) -> World:
    """A subscription with held matches, which is told daily; nothing waits for an instant yet."""
    world = World(store)
    world.apply(subscription(when=When(Rhythm.DAILY, (world.now + timedelta(hours=3)).time())))
    world.look()
    with store.transaction() as tx:
        tx.subscriptions.set_next_due(1, None)
    return world


WAITS: dict[str, Callable[[Transaction, datetime], object]] = {
    "a subscription": lambda tx, at: tx.subscriptions.set_next_due(1, at),
    "a sign of life": lambda tx, at: tx.subscriptions.set_sign_due(1, at),
    "an alert in quiet hours": lambda tx, at: tx.matches.owe(tx.matches.held(1), [ME], at),
    "an empty digest in quiet hours": lambda tx, at: tx.blanks.owe(1, DeliveryKind.EMPTY, {ME: at}, at, 7),
    "an endpoint that backs off": lambda tx, at: tx.endpoints.set_health(ME, Health(at, 1, at, "no answer")),
}


@pytest.mark.parametrize("what", WAITS)
def test_each_that_waits_is_looked_at_in_its_instant(world: World, what: str) -> None:
    at = world.now + timedelta(hours=2)
    with world.context.store.transaction() as tx:
        tx.endpoints.lock(ME)
        assert tx.outbox.next_due(world.now) is None
        WAITS[what](tx, at)
    assert next_telling(world.context) == at
    world.now = at
    with world.context.store.reading() as tx:
        assert tx.outbox.next_due(at) is None, "what is due now is no longer waited for"


def test_the_first_of_all_counts(world: World) -> None:
    with world.context.store.transaction() as tx:
        tx.endpoints.lock(ME)
        for hours, wait in enumerate(WAITS.values(), start=1):
            wait(tx, world.now + timedelta(hours=hours))
    assert next_telling(world.context) == world.now + timedelta(hours=1)
