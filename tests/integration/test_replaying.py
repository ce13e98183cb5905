"""Replay messages on real databases: untold papers move to the replay, told ones are repeated."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from tests.integration.queues import claim
from tests.integration.test_pipeline import World, subscription
from watcher.errors import UsageError
from watcher.model import DeliveryKind, DeliveryState, Endpoint, IncidentKind, Outcome, Result, Rhythm, When
from watcher.outbox.deliver import deliver_all
from watcher.pipeline.telling.content import contents_of
from watcher.pipeline.telling.tell import tell_due
from watcher.policy.deliveries.retry import Health
from watcher.store import Store
from watcher.store.deliveries.deliveries import Listed

ME, YOU, OPS = Endpoint("me"), Endpoint("you"), Endpoint("ops")
REFUSED, UP = Outcome(Result.REFUSED, "too large"), Outcome(Result.SENT)


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


def listed(world: World, state: DeliveryState | None = None, receiver: str | None = None) -> list[Listed]:
    with world.context.store.reading() as tx:
        return tx.deliveries.listed(state, receiver, 50)


def replay(world: World, one: Listed, *targets: Endpoint) -> int:
    """Replay and send; how many messages arrived."""
    before = len(world.receivers.sent)
    with world.context.store.transaction() as tx:
        tx.deliveries.replay(one, targets or [one.endpoint], world.now)
    deliver_all(world.context)
    return len(world.receivers.sent) - before


def refuse(world: World) -> list[Listed]:
    """Everything that is due is refused."""
    world.receivers.outcome = REFUSED
    world.tell()
    world.receivers.outcome = UP
    world.now += timedelta(minutes=1)
    with world.context.store.reading() as tx:
        return tx.deliveries.dead()


def test_dead_papers_are_told_once_by_the_replay(world: World) -> None:
    world.apply(subscription())
    world.look()
    (dead,) = refuse(world)
    assert (dead.papers, dead.reason) == (12, "too large")
    assert replay(world, dead) == 1 and world.told() == 12
    assert replay(world, dead) == 0 and world.tell() == 0
    with world.context.store.reading() as tx:
        assert tx.deliveries.dead() == [] and tx.deliveries.find(dead.id[:6]) == listed(world)[1]


def test_a_replay_of_what_was_told_is_whole_and_counts_as_nothing_new(world: World) -> None:
    world.apply(subscription())
    world.look()
    world.tell()
    (sent,) = listed(world)
    world.now += timedelta(days=1)
    assert replay(world, sent) == 1
    first, again_sent = (message.text.splitlines() for _, message in world.receivers.sent)
    assert first[2:] == again_sent[2:] and first[1] != again_sent[1], "all is the same but the day of the message"
    again = listed(world)[0]
    world.now += timedelta(minutes=1)
    assert replay(world, again) == 1  # a replay can be lost, too
    assert [one.papers for one in listed(world)][1:] == [12, 12]
    with world.context.store.reading() as tx:
        assert {one.delivery for one in tx.history.of_subscription(1, 50)} == {sent.id}


def test_another_receiver_is_told_only_what_it_was_not_told(world: World) -> None:
    world.apply(subscription(), subscription(name="some", rule="title:compost", to="you"))
    world.look()
    world.tell()
    (sent,) = listed(world, receiver="me")
    assert replay(world, sent, YOU) == 1
    assert {one.state for one in listed(world)} == {DeliveryState.SENT}
    assert replay(world, sent, YOU) == 0


def test_a_receiver_that_is_about_to_be_told_gets_no_replay_of_it(world: World) -> None:
    """Its own message waits: a replay would take the papers out of it."""
    world.apply(subscription(endpoints=(ME, YOU)))
    world.look()
    tell_due(world.context)
    world.receivers.outcome = REFUSED
    deliver_all(world.context, only=[YOU])
    (dead,), (waiting,) = listed(world, DeliveryState.DEAD), listed(world, DeliveryState.PENDING)
    assert (dead.endpoint, waiting.endpoint) == (YOU, ME)
    with world.context.store.transaction() as tx:
        assert tx.deliveries.replay(dead, [ME], world.now) == []
        assert len(tx.contents.told(waiting.id)) == 12


def test_a_receiver_and_its_subscription_go_on_where_another_receiver_is_named(world: World) -> None:
    world.apply(subscription())
    world.look()
    world.receivers.outcome = Outcome(Result.FAILED, "no answer")
    world.tell()
    world.receivers.outcome = UP
    world.apply(subscription(to="you"), receivers=("you", "ops"))
    (dead,) = listed(world, DeliveryState.DEAD, "me")
    assert dead.reason == "the receiver is gone from the config"
    assert world.tell() == 1 and "gone from the config" in world.receivers.text()  # the operator hears of it
    assert replay(world, dead, YOU) == 1
    texts = " ".join(" ".join(message.text.split()) for url, message in world.receivers.sent if "you." in url)
    assert sum(paper["title"] in texts for papers in world.papers.values() for paper in papers) == 12


def test_incidents_and_empty_digests_are_told_again(world: World) -> None:
    world.apply(subscription(rule="title:unheard-of", when=When(Rhythm.DAILY, time(8)), sends_empty=True))
    with world.context.store.transaction() as tx:
        begun = tx.incidents.begin(IncidentKind.SOURCE_BROKEN, "hf", "a login page", world.now)
        tx.incidents.tell(begun.id, [OPS], world.now)
    world.now += timedelta(days=1)
    dead = refuse(world)
    assert {one.kind for one in dead} == {DeliveryKind.INCIDENT, DeliveryKind.EMPTY}
    assert [replay(world, one) for one in dead] == [1, 1]
    told = next(one for one in listed(world, DeliveryState.SENT) if one.kind is DeliveryKind.EMPTY)
    assert replay(world, told, YOU) == 1
    text = world.receivers.text()
    assert "a login page" in text and text.count("because of your watcher subscription parts") == 2
    with world.context.store.reading() as tx:
        assert tx.deliveries.dead() == []


def test_a_summary_told_again_names_all_that_was_folded(world: World) -> None:
    world.apply(subscription())
    with world.context.store.transaction() as tx:
        for name in ("hf", "other"):
            begun = tx.incidents.begin(IncidentKind.SOURCE_BROKEN, name, f"{name} is a login page", world.now)
            tx.incidents.tell(begun.id, [OPS], world.now)
        tx.endpoints.lock(OPS)
        tx.outbox.fold_notices(OPS, world.now)
    (dead,) = refuse(world)
    assert replay(world, dead) == 1 and "other is a login page" in world.receivers.text()
    with world.context.store.transaction() as tx:
        tx.deliveries.replay(dead, [OPS], world.now)
    claimed = claim(world.context.store, OPS, world.now)
    assert claimed
    with world.context.store.reading() as tx:
        assert contents_of([claimed], tx, world.context.config)[claimed.id].folded == 2


def test_a_deliverys_beginning_has_to_be_enough(world: World) -> None:
    world.apply(subscription())
    for beginning in ("ffff", "%", ""):
        with pytest.raises(UsageError), world.context.store.reading() as tx:
            tx.deliveries.find(beginning)


def test_a_replay_that_waits_for_its_receiver_is_sent_and_not_folded(world: World) -> None:
    """Somebody asked for it: what piled up besides comes as one message, and the replay all the same."""
    first, second, third = (
        subscription(),
        subscription("some", rule="title:compost"),
        subscription("all", rule="title:part"),
    )
    world.apply(first)
    world.look()
    world.tell()
    (sent,) = listed(world)
    world.receivers.outcome = Outcome(Result.FAILED, "no answer")
    world.apply(first, second)
    assert world.tell() == 0, "the first try after which it backs off"
    world.now += timedelta(seconds=1)
    with world.context.store.transaction() as tx:
        (again,) = tx.deliveries.replay(sent, [ME], world.now)
        tx.endpoints.set_health(ME, Health(world.now, 9, world.now + timedelta(hours=1), "no answer"))
    world.apply(first, second, third)
    assert world.tell() == 0
    world.receivers.outcome = UP
    world.now += timedelta(hours=3)
    assert world.tell() == 3, "what was tried, the replay, and what gathered meanwhile"
    with world.context.store.reading() as tx:
        assert tx.outbox.state_of(again) == (DeliveryState.SENT, "")
