"""The site's own mail: a subscription for everything, in an order of one's choice, with one's other matches marked."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

import pytest

from tests.integration.test_pipeline import World, subscription
from watcher.model import DigestOrder, NeverItem, Rhythm, When
from watcher.pipeline.subscriptions.apply import apply_config
from watcher.store import Store

EVENING = When(Rhythm.DAILY, time(18))
TRENDING = subscription("trending", rule="everything", when=EVENING, top=3, order=DigestOrder.UPVOTES, bundle=False)


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


def apply(world: World, *some: object, never: tuple[str, ...] = ()) -> None:
    world.context.config = replace(
        world.config(*some),  # type: ignore[arg-type]
        never=tuple(NeverItem("", one, one) for one in never),
    )
    apply_config(world.context)


def last(world: World) -> str:
    return " ".join(world.receivers.sent[-1][1].text.split())


def test_the_trending_papers_of_a_day_in_one_mail(world: World) -> None:
    papers = [paper for some in world.papers.values() for paper in some]
    for n, paper in enumerate(papers):
        paper["upvotes"] = 10 * n
    world.publish()
    best, second, third, fourth, *_ = (paper["title"] for paper in reversed(papers))
    agents = subscription(
        "agents", rule=f'"{third}"', when=When(Rhythm.WEEKLY, time(9), weekday=0), shown_as="My Agents"
    )
    apply(world, TRENDING, agents, subscription("theirs", rule=f'"{second}"', to="you"), never=(f'"{best}"',))
    world.look()
    world.tell()
    world.now = world.now.replace(hour=18)
    assert world.tell() == 1
    text = last(world)
    assert best not in text
    places = [text.index(one) for one in (second, third, fourth)]
    assert places == sorted(places) and text.index("also:") > places[-1]
    assert text.count("also in: My Agents") == 1 and "also in: theirs" not in text
    assert text.index("also in: My Agents") > text.index(third)
    assert text.index("also in: My Agents") < text.index(fourth)
    assert "Matched" not in text
    assert [paper["title"] in text for paper in papers] == [True] * 11 + [False]


def test_what_rose_is_told_with_its_pace(world: World) -> None:
    today = [*world.papers.values()][-1]
    slow, fast = today[0], today[1]
    weekly = replace(TRENDING, when=When(Rhythm.WEEKLY, time(20), weekday=3), order=DigestOrder.RISING, top=2)
    for some in world.papers.values():
        for paper in some:
            paper["upvotes"] = 1
    slow["upvotes"] = 95
    world.publish()
    apply(world, weekly)
    assert world.context.rules.uses_numbers
    world.look()
    world.now += timedelta(hours=30)
    fast["upvotes"], slow["upvotes"] = 81, 99
    world.publish()
    world.look()
    world.now = world.now.replace(day=12, hour=20)
    assert world.tell() == 1
    text = last(world)
    head, _, also = text.partition("also:")
    assert head.index(slow["title"]) < head.index(fast["title"]) and slow["title"] not in also
    assert "81 upvotes, 80 of them within a day" in head
    assert world.told() == 12
