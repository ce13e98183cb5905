"""A claim that another sender has taken over is noticed before its message is sent a second time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.integration.queues import LEASE, Inline
from tests.integration.test_pipeline import World
from tests.integration.test_senders import ME, YOU, Gate, enqueue, gate, states, wait_until, world
from tests.patience import PATIENCE
from watcher.errors import StoreError
from watcher.model import Delivery, DeliveryState, Tuning
from watcher.outbox import results
from watcher.outbox import sender as sending
from watcher.outbox.deliver import deliver_all
from watcher.outbox.send import Attempt, gather
from watcher.outbox.sender import Sender
from watcher.pipeline.context import Context
from watcher.store.database import schema
from watcher.store.deliveries.queue import Queue

__all__ = ["gate", "world"]


def another_sends(world: World, later: timedelta) -> None:
    """Another sender with a clock ahead takes over the claims of this sender."""
    now = world.now + later
    deliver_all(replace(world.context, clock=lambda: now, stopping=threading.Event()), pool=Inline)


def attempts(world: World) -> list[tuple[int, str]]:
    """Fence and outcome of each attempt."""
    with world.context.store.reading() as tx:
        return sorted((row.fence, row.outcome) for row in tx.connection.execute(schema.attempt.select()))


@pytest.mark.parametrize("fails", [True, False])
def test_what_another_has_sent_while_it_was_gathered_is_left_to_that_one(
    world: World, gate: Gate, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    """Reading what messages say takes longer than a lease, or fails until then."""
    ids = enqueue(world, ME, YOU)
    is_first = True

    def slow(deliveries: list[Delivery], context: Context) -> list[Attempt]:
        nonlocal is_first
        if is_first:
            is_first = False
            world.now += LEASE
            another_sends(world, timedelta(0))
            if fails:
                raise StoreError("the connection was ended")
        return gather(deliveries, context)

    monkeypatch.setattr(sending, "gather", slow)
    deliver_all(world.context, pool=Inline)
    assert sorted(gate.keys) == sorted(ids), "once each"
    assert states(world) == {DeliveryState.SENT: 2}
    assert attempts(world) == [(1, "unknown"), (1, "unknown"), (2, "sent"), (2, "sent")]


class Later(ThreadPoolExecutor):
    """Threads that are all busy until the test lets them begin."""

    free = threading.Event()

    def __init__(self, threads: int, name: str) -> None:
        super().__init__(threads, name)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **named: Any) -> Future[Any]:
        def begin() -> Any:
            assert self.free.wait(PATIENCE)
            return fn(*args, **named)

        return super().submit(begin)


def test_what_another_has_sent_while_it_waited_for_a_thread_is_not_sent_though_renewals_go_on(
    world: World, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process slept past its leases; the first that wakes is the loop, and it renews."""
    (id,) = enqueue(world, ME)
    renewals: list[set[str]] = []
    renew = Queue.renew

    def counted(self: Queue, deliveries: list[Delivery], until: datetime) -> set[str]:
        renewals.append(renew(self, deliveries, until))
        return renewals[-1]

    monkeypatch.setattr(Queue, "renew", counted)
    monkeypatch.setattr(Later, "free", threading.Event())
    world.context.tuning = Tuning(threads=1, idle=timedelta(seconds=0.05))
    sender = Sender(world.context, pool=Later)
    sender.start()
    wait_until(lambda: states(world) == {DeliveryState.SENDING: 1})
    another_sends(world, LEASE)
    world.now += LEASE
    wait_until(lambda: len(renewals) >= 1)
    enqueue(world, YOU)
    sender.wake()
    wait_until(lambda: states(world).get(DeliveryState.SENDING) == 1)  # the loop has gone on
    Later.free.set()
    gate.wait_for(2)
    world.context.stopping.set()
    assert sender.stop(PATIENCE)
    assert renewals[0] == set()
    assert gate.keys.count(id) == 1 and len(gate.keys) == 2
    assert attempts(world) == [(1, "sent"), (1, "unknown"), (2, "sent")]


def test_a_result_keeps_its_claim_while_it_cannot_be_recorded(
    world: World, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the sender knows that a message was sent: nobody takes it over while leases can be renewed."""
    ids = enqueue(world, ME, YOU)
    tries = 0

    def hindered(ended: list[Attempt], context: Context) -> object:
        nonlocal tries
        tries += 1
        if context is world.context and tries < 4:
            world.now += LEASE * 0.4
            another_sends(world, timedelta(0))
            raise StoreError("the connection was ended")
        return results.record(ended, context)

    with monkeypatch.context() as patched:
        patched.setattr(sending, "record", hindered)
        sender = Sender(world.context, pool=Inline)
        sender.run_until_empty()
    assert sorted(gate.keys) == sorted(ids) and states(world) == {DeliveryState.SENT: 2}
    assert attempts(world) == [(1, "sent"), (1, "sent")]
