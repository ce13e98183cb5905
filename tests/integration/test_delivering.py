"""Leases, interruptions, outages and poisonous messages: no message holds up others for long."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest

from tests.integration.queues import LEASE, claim
from tests.integration.test_pipeline import World, subscription
from tests.patience import PATIENCE
from watcher.model import Content, DeliveryKind, DeliveryState, Endpoint, Message, Outcome, Result, Tuning
from watcher.outbox import send as sending
from watcher.outbox.deliver import deliver_all
from watcher.outbox.results import record
from watcher.outbox.send import Attempt
from watcher.outbox.sender import Sender
from watcher.pipeline.subscriptions.apply import apply_config
from watcher.pipeline.telling.tell import tell_due
from watcher.store import Store

ME = Endpoint("me")
DOWN, UP = Outcome(Result.FAILED, "connection refused"), Outcome(Result.SENT)


@pytest.fixture
def world(store: Store) -> World:
    world = World(store)
    apply_config(world.context)
    return world


def states(world: World) -> dict[DeliveryState, int]:
    with world.context.store.reading() as tx:
        return tx.outbox.states()


def notice(world: World, kind: DeliveryKind = DeliveryKind.TEST) -> str:
    with world.context.store.transaction() as tx:
        return tx.outbox.enqueue(ME, kind, world.now)


# --- leases ---


def test_a_lease_is_renewed_while_its_message_is_being_sent(world: World) -> None:
    notice(world)
    begun, gate = threading.Event(), threading.Event()

    def send(url: str, message: Message, delivery_id: str) -> Outcome:
        begun.set()
        assert gate.wait(PATIENCE)
        return UP

    world.receivers.send = send  # type: ignore[method-assign]
    world.context.tuning = Tuning(idle=timedelta(seconds=0.02))
    sender = Sender(world.context)
    sender.start()
    assert begun.wait(PATIENCE)
    ticking = threading.Event()
    for _ in range(30):
        world.now += LEASE / 10
        ticking.wait(0.05)
    with world.context.store.reading() as tx:
        assert tx.queue.left_behind(world.now) == []  # three leases later it is still being sent
    gate.set()
    world.context.stopping.set()
    assert sender.stop(30)
    assert states(world) == {DeliveryState.SENT: 1}


def test_a_lost_claim_is_not_renewed(world: World) -> None:
    notice(world)
    first = claim(world.context.store, ME, world.now)
    world.now += LEASE
    second = claim(world.context.store, ME, world.now)
    assert first and second
    with world.context.store.transaction() as tx:
        assert tx.queue.renew([first], world.now + LEASE) == set()
        assert tx.queue.renew([second], world.now + LEASE) == {second.id}


def test_what_a_sender_left_behind_is_found_though_nothing_else_is_pending(world: World) -> None:
    notice(world)
    assert claim(world.context.store, ME, world.now)
    deliver_all(world.context)
    assert states(world) == {DeliveryState.SENDING: 1}
    world.now += LEASE
    deliver_all(world.context)
    assert states(world) == {DeliveryState.SENT: 1}


def test_a_try_that_was_given_up_too_early_still_counts(world: World) -> None:
    """The daemon freed it at its start, while the thread of the one before was about to say that it was sent."""
    notice(world)
    claimed = claim(world.context.store, ME, world.now)
    assert claimed
    with world.context.store.transaction() as tx:
        assert tx.queue.free_interrupted(world.now) == 1
    record([Attempt(Content(delivery=claimed), outcome=UP)], world.context)
    assert states(world) == {DeliveryState.SENT: 1}


# --- poison ---


@pytest.mark.parametrize("broken", ["contents_of", "render_message"])
def test_a_message_that_can_not_be_put_into_words_is_dead_and_the_rest_is_sent(
    world: World, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    world.apply(subscription(), subscription(name="yours", to="you"))
    world.look()
    real = getattr(sending, broken)

    def fail(what: Any, *more: Any) -> Any:
        deliveries = what if isinstance(what, list) else [what.delivery]
        if any(one.endpoint == ME for one in deliveries):
            raise ValueError("poison")
        return real(what, *more)

    monkeypatch.setattr(sending, broken, fail)
    tell_due(world.context)
    deliver_all(world.context)
    assert states(world) == {DeliveryState.SENT: 1, DeliveryState.DEAD: 1}
    assert [url for url, _ in world.receivers.sent] == ["json://you.example/"]


# --- outages ---


def outage(world: World, hours: int) -> None:
    """Nothing arrives for so long; the daemon goes on trying every half an hour."""
    world.receivers.outcome = DOWN
    for _ in range(2 * hours):
        world.tell()
        world.now += timedelta(minutes=30)
    world.receivers.outcome = UP
    world.now += timedelta(hours=1)


RULES = ["gauges", "orchards OR kilns", "maps OR agents OR compost"]


def three_digests(world: World) -> None:
    """Three messages that wait at one endpoint, of a few papers each."""
    for n in range(len(RULES)):
        world.apply(*[subscription(name=f"s{m}", rule=rule) for m, rule in enumerate(RULES[: n + 1])])
        tell_due(world.context)


def test_what_piled_up_in_an_outage_comes_as_the_probe_and_one_summary(world: World) -> None:
    world.apply()
    world.look()
    three_digests(world)
    assert states(world) == {DeliveryState.PENDING: 3}
    outage(world, hours=24 * 7)
    world.tell()
    world.tell()  # that it is back is told to the operator, whose thread may have ended before
    mine = [message for url, message in world.receivers.sent if "me.example" in url]
    assert len(mine) == 2 and world.told() == 12
    deliver_all(world.context)  # the operator may have been written to before there was something to say
    # Only the probe had been attempted; what took the place of the other two says what it stands for.
    found = states(world)
    assert found[DeliveryState.FOLDED] == 2 and DeliveryState.PENDING not in found
    assert "2 messages" in mine[1].text


def test_of_what_piled_up_a_message_that_lost_its_papers_is_cancelled_and_not_told_by_another(world: World) -> None:
    world.apply()
    world.look()
    three_digests(world)
    outage(world, hours=24)
    with world.context.store.transaction() as tx:
        # Any of the three may be the one that was tried meanwhile.
        emptied, _ = tx.outbox.digests_in_backlog(Endpoint("me"))
        (saved,) = tx.subscriptions.of_full_name(tx.contents.told(emptied)[0].subscription)
        tx.silence.drop(saved.id, [Endpoint("me")], "muted")
        assert not tx.contents.told(emptied)
    world.tell()
    world.tell()
    with world.context.store.reading() as tx:
        assert tx.outbox.state_of(emptied) == (DeliveryState.CANCELLED, "nothing left to tell")
        (folded,) = tx.deliveries.listed(DeliveryState.FOLDED, "me", 9)
    assert folded.reason == f"told by {folded.folded_into}"


def test_after_a_short_outage_messages_go_out_as_they_are(world: World) -> None:
    world.apply()
    world.look()
    three_digests(world)
    world.receivers.outcome = DOWN
    world.tell()
    world.receivers.outcome = UP
    world.now += timedelta(minutes=5)
    assert world.tell() == 3 and world.told() == 12
    assert states(world) == {DeliveryState.SENT: 3}


def test_an_operator_that_was_away_gets_one_summary_of_all_incidents(world: World) -> None:
    world.context.config = world.config(subscription())
    world.look()
    pages = dict(world.network.pages)
    world.receivers.outcome = DOWN
    for n in range(4):
        world.network.pages = {} if n % 2 == 0 else dict(pages)
        world.look()
        world.tell()
        world.now += timedelta(hours=1)
    world.receivers.outcome = UP
    world.now += timedelta(hours=1)
    world.tell()
    world.tell()
    told = [message for url, message in world.receivers.sent if "ops" in url]
    # The probe, the summary of the three that waited, and that messages to the others arrive again.
    summaries = [message for message in told if "while you could not be told" in message.subject]
    assert len(summaries) == 1 and "hf cannot be reached" in summaries[0].text
    assert states(world)[DeliveryState.FOLDED] >= 2 and DeliveryState.PENDING not in states(world)


def test_a_receiver_that_hangs_holds_up_no_other(world: World) -> None:
    world.apply(subscription(), subscription(name="yours", to="you"))
    world.look()
    tell_due(world.context)
    gate, arrived = threading.Event(), threading.Event()
    real = world.receivers.send

    def send(url: str, message: Message, delivery_id: str) -> Outcome:
        if "me.example" in url:
            assert gate.wait(PATIENCE)
        else:
            arrived.set()
        return real(url, message, delivery_id)

    world.receivers.send = send  # type: ignore[method-assign]
    sending = threading.Thread(target=deliver_all, args=(world.context,))
    sending.start()
    assert arrived.wait(PATIENCE)
    gate.set()
    sending.join()
    assert states(world) == {DeliveryState.SENT: 2}


def test_a_clock_that_was_set_back_keeps_no_endpoint_waiting(world: World) -> None:
    world.look()
    world.receivers.outcome = DOWN
    world.tell()
    world.receivers.outcome = UP
    world.now -= timedelta(hours=2)
    assert world.tell() == 1 and world.told() == 12
