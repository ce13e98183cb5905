"""The sender among failures: receivers hang, messages cannot be gathered, or end the program."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.integration.queues import LEASE, Inline, claim
from tests.integration.test_pipeline import World, subscription
from tests.patience import PATIENCE
from watcher.errors import StoreError
from watcher.model import DeliveryKind, DeliveryState, Endpoint, Message, Outcome, Result, Tuning
from watcher.outbox import results
from watcher.outbox import send as steps
from watcher.outbox import sender as sending
from watcher.outbox.claim import Rounds
from watcher.outbox.deliver import deliver_all
from watcher.outbox.send import Attempt
from watcher.outbox.sender import Sender
from watcher.pipeline.telling.tell import tell_due
from watcher.policy.deliveries.retry import Health
from watcher.store import Store
from watcher.store.database import schema
from watcher.store.deliveries.outbox import Digest
from watcher.store.deliveries.queue import Try

ME, YOU, OPS = Endpoint("me"), Endpoint("you"), Endpoint("ops")
HANGING = [Endpoint(f"hangs{n}") for n in range(6)]
WORKING = [Endpoint(f"works{n}") for n in range(6)]


class Gate:
    """Receivers of which some take no message before the test lets them."""

    def __init__(self) -> None:
        self.opened, self.knocked = threading.Event(), threading.Event()
        self.taken: list[str] = []
        self.keys: list[str] = []
        self.changed = threading.Condition()

    def send(self, url: str, message: Message, delivery_id: str) -> Outcome:
        if "hangs" in url:
            self.knocked.set()
            assert self.opened.wait(PATIENCE)
        with self.changed:
            self.taken.append(url)
            self.keys.append(delivery_id)
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


@pytest.fixture
def world(store: Store, gate: Gate) -> World:
    world = World(store)
    world.context.notifier = gate  # type: ignore[assignment]
    names = tuple(one.receiver for one in (ME, YOU, OPS, *HANGING, *WORKING))
    world.context.config = world.config(receivers=names)
    return world


def states(world: World) -> dict[DeliveryState, int]:
    with world.context.store.reading() as tx:
        return tx.outbox.states()


def enqueue(world: World, *endpoints: Endpoint) -> list[str]:
    with world.context.store.transaction() as tx:
        return [tx.outbox.enqueue(one, DeliveryKind.TEST, world.now) for one in endpoints]


def owe(world: World, *names: str) -> None:
    """A digest for each of some receivers."""
    world.apply(subscription(to="me", endpoints=tuple(Endpoint(name) for name in names)))
    world.look()
    tell_due(world.context)


def test_receivers_that_hang_leave_threads_to_those_that_work(world: World, gate: Gate) -> None:
    enqueue(world, *HANGING, *WORKING)
    with world.context.store.transaction() as tx:
        for endpoint in HANGING:
            tx.endpoints.lock(endpoint)
            tx.endpoints.set_health(endpoint, Health(world.now, 1, world.now, "no answer"))
    world.context.tuning = Tuning(threads=2, probes=2)
    sender = Sender(world.context)
    sender.start()
    gate.wait_for(len(WORKING))
    assert all("works" in url for url in gate.taken)
    gate.opened.set()
    gate.wait_for(len(WORKING) + len(HANGING))
    world.context.stopping.set()
    assert sender.stop(PATIENCE)
    assert states(world) == {DeliveryState.SENT: len(HANGING) + len(WORKING)}


def test_a_word_wakes_the_sender(world: World, gate: Gate) -> None:
    world.context.tuning = Tuning(idle=timedelta(hours=1))
    sender = Sender(world.context)
    sender.start()
    for n, endpoint in enumerate((ME, YOU, ME), start=1):
        enqueue(world, endpoint)
        sender.wake()
        gate.wait_for(n)
    world.context.stopping.set()
    assert sender.stop(PATIENCE)
    assert states(world) == {DeliveryState.SENT: 3}


def test_what_can_be_sent_later_wakes_the_sender_then(world: World, gate: Gate) -> None:
    """The end of a wait is known: nothing has to say that it has come."""
    enqueue(world, ME)
    world.context.clock = lambda: datetime.now(UTC)
    with world.context.store.transaction() as tx:
        tx.endpoints.lock(ME)
        soon = world.context.clock() + timedelta(seconds=0.3)
        tx.endpoints.set_health(ME, Health(soon, 1, soon, "no answer"))
    world.context.tuning = Tuning(idle=timedelta(hours=1))
    sender = Sender(world.context)
    sender.start()
    gate.wait_for(1)
    world.context.stopping.set()
    assert sender.stop(PATIENCE)


def test_messages_of_one_receiver_go_one_after_the_other(world: World, gate: Gate) -> None:
    ids = []
    for _ in range(4):
        ids += enqueue(world, ME)
        world.now += timedelta(seconds=1)
    deliver_all(world.context)
    assert gate.keys == ids


def test_parts_of_a_message_go_in_their_order(world: World, gate: Gate) -> None:
    with world.context.store.transaction() as tx:
        for n in (3, 1, 4, 2, 6, 5):
            row = {"id": f"{9 - n}" * 32, "kind": "test", "part": n, "parts": 6, "state": "pending"}
            tx.connection.execute(schema.delivery.insert(), row | {"receiver": "me", "created_at": world.now})
    deliver_all(world.context)
    assert gate.keys == [f"{9 - n}" * 32 for n in range(1, 7)]


def test_messages_that_are_made_together_go_in_the_order_of_their_making(world: World) -> None:
    store = world.context.store
    with store.transaction() as tx:
        made = tx.outbox.enqueue_digests([Digest(ME, 1, 1, (n,)) for n in range(6)], world.now)
    sent = []
    while found := claim(store, ME, world.now):
        sent.append(found.id)
        with store.transaction() as tx:
            tx.queue.record_arrived([Try(found, Outcome(Result.SENT))], world.now)
    assert sent == made


def test_a_message_with_nothing_left_to_tell_is_cancelled(world: World, gate: Gate) -> None:
    with world.context.store.transaction() as tx:
        (id,) = tx.outbox.enqueue_digests([Digest(ME, 1, 1, (999,))], world.now)
    assert deliver_all(world.context) == [] and gate.keys == []
    with world.context.store.reading() as tx:
        assert tx.outbox.state_of(id) == (DeliveryState.CANCELLED, "nothing left to tell")


def test_a_digest_that_lost_its_papers_is_recorded_as_the_empty_one_that_was_sent(world: World, gate: Gate) -> None:
    world.apply(subscription())
    with world.context.store.transaction() as tx:
        (id,) = tx.outbox.enqueue_digests([Digest(ME, 1, 1, (999,))], world.now)
        tx.blanks.owe(1, DeliveryKind.EMPTY, {ME: world.now}, world.now - timedelta(days=1), 7)
        tx.blanks.tell([one.id for one in tx.blanks.due(ME, world.now)], id)
    deliver_all(world.context)
    assert gate.keys == [id]
    with world.context.store.reading() as tx:
        (row,) = tx.connection.execute(schema.delivery.select())
    assert (row.kind, row.state) == ("empty", "sent")


def test_the_sender_waits_for_the_first_of_several_instants() -> None:
    first, second = datetime(2026, 3, 10, tzinfo=UTC), datetime(2026, 3, 11, tzinfo=UTC)
    for order in ((first, second), (second, first)):
        rounds = Rounds()
        for instant in order:
            rounds.wait_until(instant, for_rate=True)
            rounds.wait_until(None)
        assert (rounds.until, rounds.rate_until) == (first, first)


def test_what_has_changed_since_the_look_is_seen_by_the_claim(world: World) -> None:
    """Another sender was quicker: the endpoint backs off, or has a message in flight, when its row is had."""
    enqueue(world, ME, YOU, OPS)
    with world.context.store.reading() as tx:
        seen = tx.queue.waiting_after(None, 10)
    assert claim(world.context.store, YOU, world.now)
    with world.context.store.transaction() as tx:
        tx.endpoints.lock(ME)
        tx.endpoints.set_health(ME, Health(world.now, 1, world.now + timedelta(minutes=1), "no answer"))
    with world.context.store.transaction() as tx:
        assert [one.endpoint for one in tx.queue.claim(seen, world.now, LEASE)] == [OPS]


# --- one among many ---


def spoil(world: World, endpoint: Endpoint) -> None:
    """What is to be told there cannot be read from the database any more."""
    alert, match = schema.alert, schema.match
    with world.context.store.transaction() as tx:
        theirs = alert.select().with_only_columns(alert.c.match_id).where(alert.c.receiver == endpoint.receiver)
        tx.connection.execute(update(match).where(match.c.id.in_(theirs)).values(places=[["not a place"]]))


def test_a_message_that_cannot_be_gathered_is_dead_and_the_others_of_its_batch_are_sent(
    world: World, gate: Gate
) -> None:
    names = tuple(one.receiver for one in (ME, YOU, *WORKING))
    mine = subscription("mine", to="me")
    theirs = subscription("theirs", to="you", endpoints=tuple(Endpoint(name) for name in names[1:]))
    world.apply(mine, theirs, receivers=(*names, "ops"))
    world.look()
    tell_due(world.context)
    spoil(world, ME)
    deliver_all(world.context)
    assert states(world) == {DeliveryState.SENT: len(names) - 1, DeliveryState.DEAD: 1}
    assert not any("me.example" in url for url in gate.taken)


def test_a_result_that_cannot_be_recorded_keeps_no_other_from_it(
    world: World, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    enqueue(world, ME, YOU, OPS)

    def record(attempts: list[Attempt], parts: object) -> object:
        if any(one.delivery.endpoint == ME for one in attempts):
            raise ValueError("no such thing")
        return results.record(attempts, world.context)

    monkeypatch.setattr(sending, "record", record)
    deliver_all(world.context, pool=Inline)
    assert states(world) == {DeliveryState.SENT: 2, DeliveryState.SENDING: 1}
    world.now += LEASE
    monkeypatch.undo()
    deliver_all(world.context)
    assert states(world) == {DeliveryState.SENT: 3}


def test_what_was_sent_is_recorded_when_the_database_is_back(
    world: World, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    enqueue(world, ME, YOU)
    tries: list[int] = []

    def record(attempts: list[Attempt], parts: object) -> object:
        tries.append(len(attempts))
        if len(tries) < 3:
            raise StoreError("away")
        return results.record(attempts, world.context)

    monkeypatch.setattr(sending, "record", record)
    deliver_all(world.context, pool=Inline)
    assert tries == [2, 2, 2] and len(gate.taken) == 2
    assert states(world) == {DeliveryState.SENT: 2}


def test_a_mark_that_was_written_though_its_answer_was_lost_changes_nothing(world: World, gate: Gate) -> None:
    enqueue(world, ME, YOU)
    done = []

    def record_twice(attempts: list[Attempt], parts: object) -> object:
        done.extend(results.record(attempts, world.context))
        return results.record(attempts, world.context)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sending, "record", record_twice)
        deliver_all(world.context, pool=Inline)
    assert states(world) == {DeliveryState.SENT: 2} and {one.state for one in done} == {DeliveryState.SENT}
    with world.context.store.reading() as tx:
        assert len(tx.connection.execute(schema.attempt.select()).all()) == 2


def test_what_waited_for_a_thread_until_others_may_have_taken_it_is_claimed_anew(world: World, gate: Gate) -> None:
    (id,) = enqueue(world, ME)
    naps = [LEASE]

    class Asleep(Inline):
        """The machine sleeps before the first message is begun."""

        def submit(self, fn: Callable[..., Any], /, *args: Any, **named: Any) -> Future[Any]:
            world.now += naps.pop() if naps else timedelta()
            return super().submit(fn, *args, **named)

    deliver_all(world.context, pool=Asleep)
    assert gate.keys == [id]
    with world.context.store.reading() as tx:
        (row,) = tx.connection.execute(schema.attempt.select())
        assert (row.fence, row.n, row.outcome) == (2, 1, "sent")


def test_what_waits_for_a_thread_while_its_lease_is_renewed_is_sent_by_its_first_claim(
    world: World, gate: Gate
) -> None:
    """One thread, and a receiver that hangs for longer than a lease."""
    store = world.context.store
    world.context.tuning = Tuning(threads=1, idle=timedelta(seconds=0.05))
    enqueue(world, HANGING[0], ME)
    sender = Sender(world.context)
    sender.start()
    assert gate.knocked.wait(PATIENCE)
    for _ in range(2):
        world.now += LEASE / 2
        wait_until(lambda: leases(store) == {world.now + LEASE})
    gate.opened.set()
    gate.wait_for(2)
    world.context.stopping.set()
    assert sender.stop(PATIENCE)
    with store.reading() as tx:
        assert {(row.fence, row.outcome) for row in tx.connection.execute(schema.attempt.select())} == {(1, "sent")}


def leases(store: Store) -> set[datetime]:
    with store.reading() as tx:
        return set(tx.connection.scalars(select(schema.delivery.c.lease)))


def wait_until(is_so: Callable[[], bool]) -> None:
    began = time.monotonic()
    while not is_so():
        assert time.monotonic() - began < PATIENCE
        threading.Event().wait(0.02)


# --- what cannot be stored, or begun ---


@pytest.mark.parametrize("result", list(Result))
@pytest.mark.parametrize("said", ["no\x00way", "no \udc80 way", "no\x1b[31m way\r\n250 sent"])
def test_an_answer_of_any_characters_is_recorded(world: World, gate: Gate, result: Result, said: str) -> None:
    """PostgreSQL stores no NUL, no database a half character: what is not recorded is sent again, and again."""

    def answer(url: str, message: Message, delivery_id: str) -> Outcome:
        gate.send(url, message, delivery_id)
        return Outcome(result, said)

    world.context.notifier = SimpleNamespace(send=answer)  # type: ignore[assignment]
    (id,) = enqueue(world, ME)
    deliver_all(world.context)
    with world.context.store.reading() as tx:
        (row,) = tx.connection.execute(schema.attempt.select().where(schema.attempt.c.delivery_id == id))
    assert (gate.keys.count(id), row.outcome, row.n) == (1, result, 1)
    assert row.reason.startswith("no") and row.reason.isprintable()


def test_a_message_of_any_characters_is_recorded(world: World, gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    odd = Message(subject="Kites\x00 \ud800", text="Kites\x00 \ud800", html="", markdown="")
    monkeypatch.setattr(steps, "render_message", lambda *rest: odd)
    enqueue(world, ME)
    deliver_all(world.context)
    assert states(world) == {DeliveryState.SENT: 1} and len(gate.keys) == 1


class Refusing(Inline):
    """No thread can be started for the first two messages."""

    left = 2

    def submit(self, fn: Callable[..., Any], /, *args: Any, **named: Any) -> Future[Any]:
        if self.left:
            self.left -= 1
            raise RuntimeError("can't start new thread")
        return super().submit(fn, *args, **named)


def test_messages_for_which_no_thread_starts_are_sent_later(
    world: World, gate: Gate, caplog: pytest.LogCaptureFixture
) -> None:
    ids = enqueue(world, ME, YOU, OPS)
    deliver_all(world.context, pool=Refusing)
    assert sorted(gate.keys) == sorted(ids) and states(world) == {DeliveryState.SENT: 3}
    assert "can't start new thread" in caplog.text
