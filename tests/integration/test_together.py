"""Two daemons over one PostgreSQL: turns, one config that counts, each thing told by one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest

from tests.integration.test_pipeline import World, subscription
from tests.postgres import Server
from watcher.alerts.retry import LEASE
from watcher.model import DeliveryKind, DeliveryState, Endpoint, Outcome, Result, Rhythm, When
from watcher.pipeline.apply import apply_config
from watcher.pipeline.crew import Crew
from watcher.pipeline.deliver import endpoints_to_serve_singly
from watcher.pipeline.lease import turn
from watcher.pipeline.poll import Overtaken, poll
from watcher.pipeline.tell import tell_due
from watcher.pipeline.together import Self, apply_at_start, out_of_step, poll_in_turn
from watcher.store import Store, Transaction, open_store
from watcher.store.daemons import SILENT
from watcher.store.outbox import Rendered

ME = Endpoint("me")


@pytest.fixture
def stores(postgres: Server, postgres_database: str) -> Iterator[list[Store]]:
    with open_store(postgres_database, mode="create") as one, open_store(postgres_database) as other:
        yield [one, other]


@pytest.fixture
def worlds(stores: list[Store]) -> list[World]:
    worlds = [World(store) for store in stores]
    for world in worlds:
        world.parts.config = replace(world.parts.config, digest="first")
        apply_config(world.parts)
    return worlds


def beat(world: World, pid: int) -> None:
    Self("host", pid, world.now, id=f"daemon{pid}").beat(world.parts)


def problem(world: World) -> str:
    with world.parts.store.reading() as tx:
        return out_of_step(tx, world.parts.config.digest)


# --- one config that counts ---


def test_the_last_config_that_took_effect_counts(worlds: list[World], caplog: pytest.LogCaptureFixture) -> None:
    one, other = worlds
    assert problem(one) == problem(other) == ""
    other.parts.config = replace(other.parts.config, digest="second")
    apply_config(other.parts)
    assert problem(other) == "" and "is not the one that counts (second" in problem(one)
    beat(one, 1)
    assert "give it the same files, then reload it" in caplog.text


def test_an_old_config_does_not_come_back_while_its_successor_is_in_use(worlds: list[World]) -> None:
    one, other = worlds
    other.parts.config = replace(other.config(subscription(), subscription("more")), digest="second")
    apply_config(other.parts)
    beat(other, 2)
    assert not apply_at_start(one.parts)
    with one.parts.store.reading() as tx:
        assert tx.subscriptions.count() == 2
    one.now += SILENT + timedelta(seconds=1)
    assert apply_at_start(one.parts)  # nobody lives that would say otherwise
    with one.parts.store.reading() as tx:
        assert tx.subscriptions.count() == 1


def test_daemons_are_seen_until_they_leave_or_fall_silent(worlds: list[World]) -> None:
    one, other = worlds
    beat(one, 1)
    beat(other, 2)

    def alive(now: datetime) -> list[int]:
        with one.parts.store.reading() as tx:
            return [daemon.pid for daemon in tx.daemons.alive(now)]

    assert alive(one.now) == [1, 2]
    Self("host", 2, other.now, id="daemon2").leave(other.parts)
    assert alive(one.now) == [1] and alive(one.now + SILENT) == []


# --- polls ---


def test_a_source_is_polled_by_one_at_a_time(worlds: list[World]) -> None:
    one, other = worlds
    with turn("poll hf", one.parts) as holder:
        assert holder and poll_in_turn(other.source, other.parts) > other.now
        with other.parts.store.reading() as tx:
            assert tx.pages.last_poll("hf") is None
    assert poll_in_turn(other.source, other.parts) > other.now
    # What the other has read just now is not read again.
    again = poll_in_turn(one.source, one.parts)
    assert again >= one.now + one.source.every
    with one.parts.store.reading() as tx:
        assert len(tx.pages.polls("hf")) == 1


def test_whoever_slept_past_its_turn_stores_nothing(worlds: list[World]) -> None:
    one, other = worlds
    with turn("poll hf", one.parts) as holder:
        other.now = one.now + 2 * LEASE - timedelta(seconds=1)
        with turn("poll hf", other.parts) as taken:
            assert taken and holder

            def is_mine(tx: Transaction) -> bool:
                return tx.leases.hold("poll hf", holder)

            with pytest.raises(Overtaken):
                poll(one.source, one.parts, is_mine)
    with one.parts.store.reading() as tx:
        assert tx.papers.count() == 0


# --- telling ---


def test_a_digest_is_made_once_whoever_wakes_first(worlds: list[World]) -> None:
    daily = subscription(when=When(Rhythm.DAILY, time(8)), sends_empty=True)
    for world in worlds:
        world.apply(daily)
        world.now += timedelta(days=1)
    assert [tell_due(world.parts) for world in worlds] == [1, 0]
    with worlds[0].parts.store.reading() as tx:
        assert tx.outbox.states() == {DeliveryState.PENDING: 1}


def test_who_holds_a_subscription_tells_it(worlds: list[World]) -> None:
    one, other = worlds
    one.look()
    with one.parts.store.transaction() as tx:
        (id,) = tx.subscriptions.due(one.now)
        assert tx.subscriptions.hold_due(id, one.now)
        assert tell_due(other.parts) == 0
    assert tell_due(other.parts) == 1


# --- many deliveries in few statements ---


def claim(world: World, endpoints: list[Endpoint]) -> list[str]:
    with world.parts.store.transaction() as tx:
        return [str(one.endpoint) for one in tx.bulk.claim(endpoints, world.now)]


def owe(world: World, *names: str) -> list[Endpoint]:
    """A digest for each of some receivers."""
    world.apply(subscription(to="me", endpoints=tuple(Endpoint(name) for name in names)))
    world.look()
    tell_due(world.parts)
    return [Endpoint(name) for name in names]


def test_plain_digests_are_claimed_one_an_endpoint_by_one_of_them(worlds: list[World]) -> None:
    one, other = worlds
    endpoints = owe(one, "me", "you")
    with one.parts.store.reading() as tx:
        assert tx.bulk.endpoints_after(None, 10) == endpoints
        assert tx.bulk.endpoints_after(endpoints[0], 10) == endpoints[1:]
        assert tx.bulk.endpoints_after(None, 1) == endpoints[:1]
    with one.parts.store.transaction() as tx:
        assert len(tx.bulk.claim(endpoints[:1], one.now)) == 1
        assert claim(other, endpoints) == ["you"]  # the first is held, and nobody waits for it
    assert claim(other, endpoints) == []


def test_what_is_odd_is_left_to_be_served_singly(worlds: list[World]) -> None:
    one, _ = worlds
    endpoints = owe(one, "me", "you")
    with one.parts.store.transaction() as tx:
        tx.outbox.enqueue(Endpoint("ops"), DeliveryKind.TEST, one.now)
    assert claim(one, [*endpoints, Endpoint("ops")]) == ["me", "you"]
    assert endpoints_to_serve_singly(one.parts) == [Endpoint("ops")]
    one.now += 2 * LEASE  # whoever claimed them is gone
    assert endpoints_to_serve_singly(one.parts) == [ME, Endpoint("ops"), Endpoint("you")]


def test_a_mark_of_one_whose_claim_was_lost_is_not_written(worlds: list[World]) -> None:
    one, other = worlds
    endpoints = owe(one, "me", "you")
    with one.parts.store.transaction() as tx:
        claimed = tx.bulk.claim(endpoints, one.now)
    other.now = one.now + 2 * LEASE
    with other.parts.store.transaction() as tx:
        assert tx.outbox.claim(ME, other.now)
    with one.parts.store.transaction() as tx:
        marked = tx.bulk.mark_sent({delivery.id: Rendered() for delivery in claimed}, one.now)
        assert marked == {delivery.id for delivery in claimed if delivery.endpoint != ME}
        assert tx.outbox.states() == {DeliveryState.SENDING: 1, DeliveryState.SENT: 1}


def crew_of(world: World, aside: Callable[[Endpoint], None] = lambda endpoint: None) -> Crew:
    return Crew(world.parts, threads=2, aside=aside)


def work(world: World, crew: Crew, state: DeliveryState, n: int) -> None:
    """Let the crew work until so many deliveries are in this state."""
    crew.wake()
    for _ in range(400):
        with world.parts.store.reading() as tx:
            if tx.outbox.states().get(state) == n:
                break
        world.parts.stopping.wait(0.05)
    world.parts.stopping.set()
    assert crew.stop(20)
    with world.parts.store.reading() as tx:
        assert tx.outbox.states().get(state) == n


def test_a_crew_sends_what_waits(worlds: list[World]) -> None:
    one, _ = worlds
    owe(one, "me", "you", "ops")
    work(one, crew_of(one), DeliveryState.SENT, 3)
    assert sorted(url for url, _ in one.receivers.sent) == [f"json://{name}.example/" for name in ("me", "ops", "you")]


def test_a_failure_is_marked_like_any_other(worlds: list[World]) -> None:
    one, _ = worlds
    owe(one, "me", "you")
    one.receivers.outcome = Outcome(Result.FAILED, "connection refused")
    crew = crew_of(one)
    crew.wake()
    for _ in range(400):
        with one.parts.store.reading() as tx:
            if len(tx.endpoints.failing()) == 2:
                break
        one.parts.stopping.wait(0.05)
    one.parts.stopping.set()
    assert crew.stop(20)
    with one.parts.store.reading() as tx:
        assert tx.outbox.states() == {DeliveryState.PENDING: 2} and len(tx.endpoints.failing()) == 2
