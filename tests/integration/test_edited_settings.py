"""What an edit of a subscription that is there already changes from then on: each setting, not only its rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from tests.integration.test_pipeline import World, subscription
from watcher.model import Endpoint, Rhythm, When
from watcher.pipeline.subscriptions.apply import apply_config
from watcher.store import Store

NOTHING = "title:nothing"
LIFE: dict[str, Any] = {"rule": NOTHING, "shows_life": True}


@pytest.fixture
def world(store: Store) -> World:
    world = World(store)
    world.apply(subscription(rule=NOTHING))
    world.look()
    assert world.tell() == 0
    return world


def until(world: World, text: str) -> list[str]:
    """Let time pass; the subjects of what is sent."""
    before, end = len(world.receivers.sent), datetime.fromisoformat(text).replace(tzinfo=UTC)
    while world.now < end:
        world.now = min(world.now + timedelta(hours=6), end)
        world.tell()
    return [message.subject for _, message in world.receivers.sent[before:]]


def test_a_sign_of_life_that_is_asked_for_later_comes(world: World) -> None:
    world.apply(subscription(**LIFE))
    assert until(world, "2026-04-01T08:59") == []
    assert len(until(world, "2026-04-01T09:00")) == 1
    assert len(until(world, "2026-05-01T09:00")) == 1


def test_papers_that_count_as_known_are_no_reason_to_leave_it_out(world: World) -> None:
    world.apply(subscription(**LIFE))
    world.apply(subscription(**LIFE | {"rule": "title:part"}))
    with world.context.store.reading() as tx:
        assert len(tx.matches.baseline(1)) == 12, "the rule was edited"
    assert len(until(world, "2026-04-01T09:00")) == 1


def test_one_that_is_not_asked_for_any_more_does_not_come(world: World) -> None:
    world.apply(subscription(**LIFE))
    world.apply(subscription(rule=NOTHING))
    assert until(world, "2026-05-02T00:00") == []


def test_it_moves_with_the_hour_and_the_time_zone_of_its_subscription(world: World) -> None:
    world.apply(subscription(**LIFE))
    world.apply(subscription(**LIFE, when=When(Rhythm.DAILY, time(18)), timezone="America/New_York"))
    assert until(world, "2026-04-01T21:59") == []
    assert len(until(world, "2026-04-01T22:00")) == 1


def test_a_restart_with_the_same_config_moves_nothing(world: World) -> None:
    world.apply(subscription(**LIFE))
    until(world, "2026-03-31T00:00")
    apply_config(world.context)
    assert len(until(world, "2026-04-01T09:00")) == 1


def test_what_waits_for_a_receiver_that_is_taken_out_with_its_subscription_can_be_replayed(world: World) -> None:
    """The edit takes the receiver from the subscription and from the config at once."""
    me, you = Endpoint("me"), Endpoint("you")
    late: dict[str, Any] = {"name": "late", "backfill": 30, "when": When(Rhythm.DAILY, time(8))}
    world.apply(subscription(**late, endpoints=(me, you)))
    with world.context.store.transaction() as tx:
        (saved,) = tx.subscriptions.active()
        tx.matches.owe(tx.matches.held(saved.id), (me, you), world.now)
    world.apply(subscription(**late, endpoints=(me,)), receivers=("me", "ops"))
    with world.context.store.reading() as tx:
        (dead,) = tx.deliveries.dead()
    assert (dead.endpoint, dead.papers) == (you, 12)


def test_a_new_rule_is_tried_on_the_last_digest_days_however_old_they_are(world: World) -> None:
    """On as many as numbers are followed for: a source may have stood still for months."""
    assert (world.source.look_back, world.source.follow) == (3, 14)
    world.source = replace(world.source, look_back=1)
    world.now += timedelta(days=90)
    world.apply(subscription(rule=NOTHING), subscription("new"))
    with world.context.store.reading() as tx:
        assert len(tx.matches.known([paper.id for paper in tx.papers.all()])) == 12
