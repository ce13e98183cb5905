"""What deliveries say, gathered for many at once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.integration.queues import claim
from tests.integration.test_pipeline import World, subscription
from watcher.model import Endpoint, Outcome, Result
from watcher.pipeline.telling.content import contents_of
from watcher.pipeline.telling.tell import tell_due
from watcher.store import Store

ME, YOU = Endpoint("me"), Endpoint("you")


@pytest.mark.parametrize(("first", "is_told"), [(Result.SENT, True), (Result.REFUSED, False)])
def test_a_paper_was_told_before_only_where_its_message_arrived(store: Store, first: Result, is_told: bool) -> None:
    world = World(store)
    world.apply(subscription())
    world.look()
    world.receivers.outcome = Outcome(first, "550")
    world.tell()
    world.now += timedelta(days=1)
    both = (ME, YOU)
    world.apply(subscription(), subscription("more", rule="title:part", endpoints=both, backfill=30))
    tell_due(world.context)
    claimed = [one for endpoint in both if (one := claim(store, endpoint, world.now))]
    with store.reading() as tx:
        contents = contents_of(claimed, tx, world.context.config)
    found = {one.endpoint: {item.told_before is not None for item in contents[one.id].items} for one in claimed}
    assert found == {ME: {is_told}, YOU: {False}}


def test_of_several_days_the_first_on_which_a_paper_was_told_counts(store: Store) -> None:
    world, asked = World(store), []
    first = world.now.date()
    for n in range(4):
        asked.append(subscription(f"parts {n}", backfill=30))
        world.apply(*asked)
        world.look()
        assert world.tell() == 1, "each is told the same papers, on a day of its own"
        world.now += timedelta(days=1)
    told = [message.text.split("Told before")[1:] for _, message in world.receivers.sent]
    assert [bool(parts) for parts in told] == [False, True, True, True]
    with store.reading() as tx:
        papers = tx.matches.held_among([]) or {paper.id for paper in tx.papers.all()}
        days = tx.contents.told_at(ME, papers)
    assert set(days.values()) == {first}
