"""The daemon's threads that send: hanging receivers, however many, and those that work beside them."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from tests.integration.test_pipeline import World
from watcher.alerts.retry import Health
from watcher.app import Senders
from watcher.model import DeliveryKind, DeliveryState, Endpoint, Message, Outcome, Result
from watcher.store import Store

PATIENCE = 30.0
HANGING = [Endpoint(f"hangs{n}") for n in range(6)]
WORKING = [Endpoint(f"works{n}") for n in range(6)]


class Gate:
    """Receivers of which some take no message before the test lets them."""

    def __init__(self) -> None:
        self.opened = threading.Event()
        self.taken: list[str] = []
        self.changed = threading.Condition()

    def send(self, url: str, message: Message, delivery_id: str) -> Outcome:
        if "hangs" in url:
            assert self.opened.wait(PATIENCE)
        with self.changed:
            self.taken.append(url)
            self.changed.notify_all()
        return Outcome(Result.SENT)

    def wait_for(self, n: int) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.taken) >= n, PATIENCE), self.taken


@pytest.fixture
def gate() -> Iterator[Gate]:
    gate = Gate()
    yield gate
    gate.opened.set()


def test_receivers_that_hang_leave_threads_to_those_that_work(store: Store, gate: Gate) -> None:
    world = World(store)
    world.parts.notifier = gate  # type: ignore[assignment]
    world.parts.config = world.config(receivers=tuple(one.receiver for one in (*HANGING, *WORKING)))
    with store.transaction() as tx:
        for endpoint in (*HANGING, *WORKING):
            tx.outbox.enqueue(endpoint, DeliveryKind.TEST, world.now)
            tx.endpoints.lock(endpoint)
            if endpoint in HANGING:
                tx.endpoints.set_health(endpoint, Health(world.now, 1, world.now, "no answer"))
    senders = Senders(world.parts, threads=2, probes=2)
    senders.send_pending()
    gate.wait_for(len(WORKING))
    assert all("works" in url for url in gate.taken)
    gate.opened.set()
    gate.wait_for(len(WORKING) + len(HANGING))
    world.parts.stopping.set()
    assert senders.stop(PATIENCE)
    with store.reading() as tx:
        assert tx.outbox.states() == {DeliveryState.SENT: len(HANGING) + len(WORKING)}
