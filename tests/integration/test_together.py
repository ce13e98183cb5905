"""Two daemons share a PostgreSQL database: they take turns, agree on a config, and tell everything once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import text

from tests.integration.queues import LEASE, claim, waiting_in
from tests.integration.test_pipeline import World, subscription
from tests.postgres import Server
from watcher.daemon.fleet import Self, apply_at_start, out_of_step, poll_in_turn
from watcher.errors import Overtaken
from watcher.model import Content, DeliveryKind, DeliveryState, Endpoint, Outcome, Result, Rhythm, When
from watcher.outbox.lease import turn
from watcher.outbox.results import record
from watcher.outbox.send import Attempt
from watcher.outbox.sender import Sender
from watcher.pipeline.polling.poll import poll_pages
from watcher.pipeline.subscriptions.apply import apply_config
from watcher.pipeline.telling.tell import tell_due
from watcher.store import Store, Transaction, open_store
from watcher.store.fleet.daemons import SILENT

ME = Endpoint("me")


@pytest.fixture
def stores(postgres: Server, lent_database: str) -> Iterator[list[Store]]:
    with open_store(lent_database, mode="create") as one, open_store(lent_database) as other:
        yield [one, other]


@pytest.fixture
def worlds(stores: list[Store]) -> list[World]:
    worlds = [World(store) for store in stores]
    for world in worlds:
        world.context.config = replace(world.context.config, digest="first")
        apply_config(world.context)
    return worlds


def beat(world: World, pid: int) -> None:
    Self("host", pid, world.now, id=f"daemon{pid}").beat(world.context)


def problem(world: World) -> str:
    with world.context.store.reading() as tx:
        return out_of_step(tx, world.context.config.digest)


# --- one config that counts ---


def test_the_last_config_that_took_effect_counts(worlds: list[World], caplog: pytest.LogCaptureFixture) -> None:
    one, other = worlds
    assert problem(one) == problem(other) == ""
    other.context.config = replace(other.context.config, digest="second")
    apply_config(other.context)
    assert problem(other) == "" and "the fleet uses second" in problem(one)
    beat(one, 1)
    assert "install the same files and reload" in caplog.text


def test_an_old_config_does_not_come_back_while_its_successor_is_in_use(worlds: list[World]) -> None:
    one, other = worlds
    other.context.config = replace(other.config(subscription(), subscription("more")), digest="second")
    apply_config(other.context)
    beat(other, 2)
    assert not apply_at_start(one.context)
    with one.context.store.reading() as tx:
        assert tx.subscriptions.count() == 2
    one.now += SILENT + timedelta(seconds=1)
    assert apply_at_start(one.context)  # nobody lives that would say otherwise
    with one.context.store.reading() as tx:
        assert tx.subscriptions.count() == 1


def test_daemons_are_seen_until_they_leave_or_fall_silent(worlds: list[World]) -> None:
    one, other = worlds
    beat(one, 1)
    beat(other, 2)

    def alive(now: datetime) -> list[int]:
        with one.context.store.reading() as tx:
            return [daemon.pid for daemon in tx.daemons.alive(now)]

    assert alive(one.now) == [1, 2]
    Self("host", 2, other.now, id="daemon2").leave(other.context)
    assert alive(one.now) == [1] and alive(one.now + SILENT) == []


# --- polls ---


def test_a_source_is_polled_by_one_at_a_time(worlds: list[World]) -> None:
    one, other = worlds
    with turn("poll hf", one.context) as holder:
        assert holder and poll_in_turn(other.source, other.context) > other.now
        with other.context.store.reading() as tx:
            assert tx.pages.last_poll("hf") is None
    assert poll_in_turn(other.source, other.context) > other.now
    # What the other has read just now is not read again.
    again = poll_in_turn(one.source, one.context)
    assert again >= one.now + one.source.every
    with one.context.store.reading() as tx:
        assert len(tx.pages.polls("hf")) == 1


def test_whoever_slept_past_its_turn_stores_nothing(worlds: list[World]) -> None:
    one, other = worlds
    with turn("poll hf", one.context) as holder:
        other.now = one.now + 2 * LEASE - timedelta(seconds=1)
        with turn("poll hf", other.context) as taken:
            assert taken and holder

            def is_mine(tx: Transaction) -> bool:
                return tx.leases.hold("poll hf", holder)

            with pytest.raises(Overtaken):
                poll_pages(one.source, one.context, is_mine)
    with one.context.store.reading() as tx:
        assert tx.papers.count() == 0


# --- telling ---


def test_a_digest_is_made_once_whoever_wakes_first(worlds: list[World]) -> None:
    daily = subscription(when=When(Rhythm.DAILY, time(8)), sends_empty=True)
    for world in worlds:
        world.apply(daily)
        world.now += timedelta(days=1)
    assert [tell_due(world.context) for world in worlds] == [1, 0]
    with worlds[0].context.store.reading() as tx:
        assert tx.outbox.states() == {DeliveryState.PENDING: 1}


def test_who_holds_an_endpoint_makes_its_messages(worlds: list[World]) -> None:
    """With papers and without any: the other daemon makes those of other endpoints alone."""
    one, other = worlds
    both = (ME, Endpoint("you"))
    for world in worlds:
        world.apply(subscription(), subscription("empty", rule="title:unheard-of", endpoints=both, bundle=False))
    one.look()
    with one.context.store.transaction() as tx:
        tx.endpoints.add(both)
        empty = next(saved.id for saved in tx.subscriptions.active() if saved.subscription.name == "empty")
        tx.blanks.owe(empty, DeliveryKind.EMPTY, dict.fromkeys(both, one.now), one.now - timedelta(days=1), 7)
    with one.context.store.transaction() as tx:
        tx.endpoints.lock(ME)
        assert tell_due(other.context) == 1
        assert [found.endpoint.receiver for found in tx.deliveries.listed(None, None, 9)] == ["you"]
    assert tell_due(other.context) == 2


def test_who_holds_a_subscription_tells_it(worlds: list[World]) -> None:
    one, other = worlds
    one.look()
    with one.context.store.transaction() as tx:
        (id,) = tx.subscriptions.due(one.now)
        assert tx.subscriptions.hold_due(id, one.now)
        assert tell_due(other.context) == 0
    assert tell_due(other.context) == 1


# --- sending ---


def claim_all(world: World, endpoints: list[Endpoint]) -> list[str]:
    with world.context.store.transaction() as tx:
        waiting = waiting_in(tx, world.now)
        claimed = tx.queue.claim([waiting[one] for one in endpoints if one in waiting], world.now, LEASE)
    return sorted(str(one.endpoint) for one in claimed)


def owe(world: World, *names: str) -> list[Endpoint]:
    """A digest for each of some receivers."""
    world.apply(subscription(to="me", endpoints=tuple(Endpoint(name) for name in names)))
    world.look()
    tell_due(world.context)
    return [Endpoint(name) for name in names]


def test_messages_are_claimed_one_an_endpoint_by_one_of_them(worlds: list[World]) -> None:
    one, other = worlds
    endpoints = owe(one, "me", "you")
    with one.context.store.reading() as tx:
        assert [found.endpoint for found in tx.queue.waiting_after(None, 10)] == endpoints
        assert [found.endpoint for found in tx.queue.waiting_after(endpoints[0], 10)] == endpoints[1:]
        assert [found.endpoint for found in tx.queue.waiting_after(None, 1)] == endpoints[:1]
    with one.context.store.transaction() as tx:
        first = waiting_in(tx, one.now)[ME]
        assert len(tx.queue.claim([first], one.now, LEASE)) == 1
        assert claim_all(other, endpoints) == ["you"]  # the first is held, and nobody waits for it
    assert claim_all(other, endpoints) == []


def test_an_ended_lease_is_left_to_its_sender_for_a_while_after_the_servers_start(worlds: list[World]) -> None:
    """The server's start is now, as far as the test is concerned: the lease of an hour ago could not be renewed."""
    one, other = worlds
    owe(one, "me")
    with one.context.store.reading() as tx:
        started = tx.connection.scalar(text("SELECT pg_postmaster_start_time()"))
    assert started
    assert claim(one.context.store, ME, started - timedelta(hours=1))
    with other.context.store.transaction() as tx:
        left = tx.queue.left_behind(started + timedelta(seconds=1))
        assert [found.endpoint for found in left] == [ME]
        assert tx.queue.claim(left, started + timedelta(seconds=1), LEASE, timedelta(seconds=30)) == []
        assert len(tx.queue.claim(left, started + timedelta(seconds=31), LEASE, timedelta(seconds=30))) == 1


def test_a_result_of_one_whose_claim_was_lost_is_not_recorded(worlds: list[World]) -> None:
    one, other = worlds
    owe(one, "me", "you")
    mine = [claim(one.context.store, endpoint, one.now) for endpoint in (ME, Endpoint("you"))]
    other.now = one.now + 2 * LEASE
    assert claim(other.context.store, ME, other.now)
    sent = [Attempt(Content(delivery=claimed), outcome=Outcome(Result.SENT)) for claimed in mine if claimed]
    record(sent, one.context)
    with one.context.store.reading() as tx:
        assert tx.outbox.states() == {DeliveryState.SENDING: 1, DeliveryState.SENT: 1}


def work(world: World, is_done: Callable[[Transaction], bool]) -> None:
    """Let a sender work until something holds."""
    sender = Sender(world.context)
    sender.start()
    for _ in range(400):
        with world.context.store.reading() as tx:
            if is_done(tx):
                break
        world.context.stopping.wait(0.05)
    world.context.stopping.set()
    assert sender.stop(20)
    with world.context.store.reading() as tx:
        assert is_done(tx)


def test_two_senders_send_what_waits_once(worlds: list[World]) -> None:
    one, other = worlds
    names = [f"r{n}" for n in range(20)]
    for world in worlds:
        world.context.config = world.config(receivers=tuple(names))
    owe_to = subscription(to="r0", endpoints=tuple(Endpoint(name) for name in names))
    for world in worlds:
        world.context.config = world.config(owe_to, receivers=(*names, "ops"))
    apply_config(one.context)
    one.look()
    tell_due(one.context)
    beside = Sender(other.context)
    beside.start()
    work(one, lambda tx: tx.outbox.states() == {DeliveryState.SENT: 20})
    other.context.stopping.set()
    assert beside.stop(20)
    told = [url for world in worlds for url, _ in world.receivers.sent]
    assert sorted(told) == sorted(f"json://{name}.example/" for name in names)


def test_a_receiver_that_another_daemons_config_has_is_left_to_it(worlds: list[World]) -> None:
    one, other = worlds
    owe(one, "me", "you")
    other.context.config = other.config(receivers=("you", "ops"))
    work(other, lambda tx: tx.outbox.states() == {DeliveryState.SENT: 1, DeliveryState.PENDING: 1})


def test_failures_of_a_batch_are_recorded_each_with_what_follows(worlds: list[World]) -> None:
    one, _ = worlds
    owe(one, "me", "you")
    one.receivers.outcome = Outcome(Result.FAILED, "connection refused")
    work(one, lambda tx: len(tx.endpoints.failing()) == 2)
    with one.context.store.reading() as tx:
        assert tx.outbox.states() == {DeliveryState.PENDING: 2}
