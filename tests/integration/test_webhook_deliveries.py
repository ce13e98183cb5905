"""What a program is sent: each paper once, by the outbox, however often the program fails."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.integration.receivers import Web, web
from tests.integration.test_pipeline import World, subscription
from watcher.config import Config, Receiver
from watcher.config.addresses import Address
from watcher.notify import Notifier
from watcher.outbox.deliver import deliver_all
from watcher.pipeline.subscriptions.apply import apply_config
from watcher.pipeline.telling.tell import tell_due
from watcher.store import Store


@pytest.fixture
def service() -> Iterator[Web]:
    with web() as one:
        yield one


@pytest.fixture
def world(store: Store, service: Web) -> World:
    class Hooked(World):
        def config(self, *subscriptions: Any, **more: Any) -> Config:
            made = super().config(*subscriptions, **more)
            hook = Receiver(name="me", urls={"": Address(text=f"json://127.0.0.1:{service.port}/hook")})
            made.receivers["me"] = hook  # type: ignore[index]
            return made

    one = Hooked(store)
    one.context.notifier = Notifier()
    apply_config(one.context)
    return one


def deliver(world: World) -> None:
    tell_due(world.context)
    deliver_all(world.context)


def test_a_program_that_fails_is_sent_the_same_message_again(world: World, service: Web) -> None:
    world.apply(subscription(), subscription(name="all", rule='title:part "small"'))
    service.status = 500
    world.look()
    deliver(world)
    service.status = 200
    world.now += timedelta(minutes=5)
    deliver(world)
    world.now += timedelta(minutes=5)
    deliver(world)
    first, again = [json.loads(body)["watcher"] for _, _, body in service.requests]
    assert first == again
    assert first["delivery"] == json.loads(service.body)["delivery"]
    titles = [one["title"] for one in first["papers"]]
    assert sorted(titles) == sorted(paper["title"] for some in world.papers.values() for paper in some)
    assert all(one["subscriptions"][0]["name"] == "parts" for one in first["papers"])
    assert all(one["listings"][0]["source"] == "hf" for one in first["papers"])


def test_two_subscriptions_of_one_paper_are_both_named(world: World, service: Web) -> None:
    world.apply(subscription(), subscription(name="more", rule="abstract:part OR title:part"))
    world.look()
    deliver(world)
    (posted,) = [json.loads(body)["watcher"] for _, _, body in service.requests]
    assert [[one["name"] for one in paper["subscriptions"]] for paper in posted["papers"]] == [["parts", "more"]] * 12
    assert {one["strength"] for paper in posted["papers"] for one in paper["subscriptions"]} == {"strong"}
