"""Schedules that count days, on real databases with a clock of ours: what happens in between moves none of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from tests.integration.test_pipeline import START, World, subscription
from watcher.model import QuietHours, Rhythm, Subscription, When
from watcher.pipeline.subscriptions.pause_and_mute import end_pause
from watcher.store import Store

EVERY_2_DAYS = When(Rhythm.EVERY_DAYS, time(8), every=2)


def due(world: World) -> str:
    """The next due instant of the one subscription, in UTC."""
    with world.context.store.reading() as tx:
        [saved] = tx.subscriptions.active()
    assert saved.next_due is not None
    return f"{saved.next_due:%m-%d %H:%M}"


def at(text: str) -> datetime:
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=UTC)


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


def asked(when: When, **more: Any) -> Subscription:
    return subscription(when=when, sends_empty=True, rule="title:unheard-of", **more)


def test_days_are_counted_over_restarts_and_outages(world: World) -> None:
    world.apply(asked(EVERY_2_DAYS))
    found = [due(world)]
    for time_of_start in ("03-11 07:00", "03-11 08:00", "03-12 09:00", "03-16 22:00", "03-17 08:01", "03-18 07:00"):
        world.now = at(time_of_start)
        world.apply(asked(EVERY_2_DAYS))
        world.tell()
        found.append(due(world))
    assert at("03-10 12:00") == START
    assert found == [
        *("03-11 08:00", "03-11 08:00", "03-13 08:00", "03-13 08:00"),
        *("03-17 08:00", "03-19 08:00", "03-19 08:00"),
    ]


def test_what_is_told_comes_every_second_day(world: World) -> None:
    world.apply(asked(EVERY_2_DAYS, timezone="Europe/Paris"))
    sent = []
    while world.now < at("04-05 00:00"):  # over the clock change of 29 March
        world.now += timedelta(minutes=30)
        sent += [f"{world.now:%m-%d %H:%M}"] * world.tell()
    march = [f"03-{day} {7 if day < 29 else 6:02}:00" for day in range(11, 32, 2)]
    assert sent == [*march, "04-02 06:00", "04-04 06:00"]


@pytest.mark.parametrize("what", ["another rule", "gone and back", "paused", "another schedule and back"])
def test_days_are_those_of_the_first_one_whatever_happens_in_between(world: World, what: str) -> None:
    world.apply(asked(EVERY_2_DAYS))
    world.now = at("03-15 09:00")
    world.tell()
    assert due(world) == "03-17 08:00"
    if what == "another rule":
        world.apply(subscription(when=EVERY_2_DAYS, rule="title:other"))
    elif what == "gone and back":
        world.apply()
        world.apply(asked(EVERY_2_DAYS))
    elif what == "paused":
        with world.context.store.transaction() as tx:
            [saved] = tx.subscriptions.active()
            tx.silence.set_paused(saved.id, True)
            end_pause(tx, saved, world.now, drop=True)
    else:
        world.apply(asked(When(Rhythm.HOURLY)))
        world.apply(asked(EVERY_2_DAYS))
    assert due(world) == "03-17 08:00"


@pytest.mark.parametrize("whose", ["the subscription's", "the receiver's"])
def test_a_digest_without_papers_waits_for_the_end_of_quiet_hours(world: World, whose: str) -> None:
    quiet = QuietHours(time(7), time(10))
    daily = When(Rhythm.DAILY, time(8))
    world.apply(asked(daily, quiet_hours=quiet) if whose == "the subscription's" else asked(daily))
    if whose == "the receiver's":
        receivers = {name: replace(one, quiet_hours=quiet) for name, one in world.context.config.receivers.items()}
        world.context.config = replace(world.context.config, receivers=receivers)
    sent = []
    for time_of_day in ("03-11 08:00", "03-11 09:59", "03-11 10:00", "03-12 07:00"):
        world.now = at(time_of_day)
        sent.append(world.tell())
    assert sent == [0, 0, 1, 0]
