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
