"""Messages that end the program each time are sent last and alone; a stopped sender leaves its claims to the next."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.integration.queues import claim
from tests.integration.test_pipeline import World
from tests.integration.test_senders import (
    HANGING,
    ME,
    OPS,
    WORKING,
    YOU,
    Gate,
    enqueue,
    gate,
    states,
    world,
)
from tests.patience import PATIENCE
from watcher.model import DeliveryState, Endpoint, Message, Outcome, Tuning
from watcher.outbox.deliver import deliver_all
from watcher.outbox.sender import Sender
from watcher.policy.deliveries.retry import SUSPECT_AFTER
from watcher.store import Store

__all__ = ["gate", "world"]


def cut_off(world: World, endpoint: Endpoint, times: int) -> None:
    """The program ends so many times while it sends there."""
    for n in range(times):
        assert claim(world.context.store, endpoint, world.now, suspects=n >= SUSPECT_AFTER)
        with world.context.store.transaction() as tx:
            tx.queue.free_interrupted(world.now)


def test_what_may_end_the_program_is_sent_last_and_alone_the_least_suspect_first(world: World, gate: Gate) -> None:
    worst, bad = enqueue(world, ME, YOU)
    cut_off(world, ME, SUSPECT_AFTER + 1)
    cut_off(world, YOU, SUSPECT_AFTER)
    others = enqueue(world, OPS, *WORKING)
    under_way: list[int] = []
    sent, lock = 0, threading.Lock()
    real = gate.send

    def send(url: str, message: Message, delivery_id: str) -> Outcome:
        nonlocal sent
        if delivery_id in (worst, bad):
            with world.context.store.reading() as tx:
                under_way.append(tx.outbox.states()[DeliveryState.SENDING])
        with lock:
            sent += 1
        return real(url, message, delivery_id)

    gate.send = send  # type: ignore[method-assign]
    deliver_all(world.context)
    assert set(gate.keys[: len(others)]) == set(others) and gate.keys[len(others) :] == [bad, worst]
    assert under_way == [1, 1]
    assert states(world) == {DeliveryState.SENT: len(others) + 2}


def test_what_may_end_the_program_waits_while_anything_is_under_way(world: World, gate: Gate) -> None:
    (suspect,) = enqueue(world, ME)
    cut_off(world, ME, SUSPECT_AFTER)
    enqueue(world, HANGING[0])
    world.context.tuning = Tuning(idle=timedelta(seconds=0.01))
    sender = Sender(world.context)
    sender.start()
    for n, endpoint in enumerate(WORKING, start=1):
        enqueue(world, endpoint)
        sender.wake()
        gate.wait_for(n)  # the sender has looked again and again
    assert suspect not in gate.keys
    gate.opened.set()
    gate.wait_for(len(WORKING) + 2)
    assert gate.keys[-1] == suspect
    world.context.stopping.set()
    assert sender.stop(PATIENCE)


def test_what_may_end_the_program_does_not_wait_for_ever_for_one_that_hangs(world: World, gate: Gate) -> None:
    (suspect,) = enqueue(world, ME)
    cut_off(world, ME, SUSPECT_AFTER)
    enqueue(world, HANGING[0])
    world.context.tuning = Tuning(idle=timedelta(seconds=0.05), suspects_wait=timedelta(minutes=1))
    sender = Sender(world.context)
    sender.start()
    ticking = threading.Event()
    while suspect not in gate.keys:
        assert world.now < datetime(2026, 3, 10, 13, tzinfo=UTC)
        world.now += timedelta(seconds=1)
        ticking.wait(0.02)
    gate.opened.set()
    gate.wait_for(2)
    world.context.stopping.set()
    assert sender.stop(PATIENCE)


@pytest.mark.parametrize("when", ["before", "while"])
def test_a_stop_leaves_what_was_claimed_and_not_sent_to_the_next(
    world: World, gate: Gate, when: str, make_store: Callable[[], Store]
) -> None:
    ids = enqueue(world, HANGING[0], *WORKING)
    world.context.tuning = Tuning(threads=1)
    if when == "before":
        world.context.stopping.set()
    sender = Sender(world.context)
    sender.start()
    if when == "while":
        assert gate.knocked.wait(PATIENCE)
        assert states(world) == {DeliveryState.SENDING: len(ids)}
        world.context.stopping.set()
        gate.opened.set()
    assert sender.stop(PATIENCE)
    sent = len(gate.taken)
    assert sent == (1 if when == "while" else 0)
    assert states(world) == {DeliveryState.PENDING: len(ids) - sent} | ({DeliveryState.SENT: sent} if sent else {})
    world.context.stopping.clear()
    gate.opened.set()
    deliver_all(world.context)
    assert sorted(gate.keys) == sorted(ids) and states(world) == {DeliveryState.SENT: len(ids)}
