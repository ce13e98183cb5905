"""Libraries beside what else a subscription may ask for: everything, an order by numbers, thumbs; and ``never:``."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

import pytest

from tests.integration.test_likes import LIKED, bring, liking, of_all
from tests.integration.test_pipeline import World
from tests.likes import entries_of
from watcher.model import DigestOrder, DueAlert, NeverItem, Rhythm, Subscription, When
from watcher.pipeline.subscriptions.apply import apply_config
from watcher.pipeline.thumbs import give_thumb, take_thumb_back
from watcher.store import Store, Transaction

EVENING = When(Rhythm.DAILY, time(18))


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


def waiting(tx: Transaction) -> dict[str, DueAlert]:
    """Return key of a paper → what the only subscription waits to tell of it."""
    (saved,) = tx.subscriptions.active()
    found = {one.paper_id: one for one in tx.contents.waiting_of(saved.id)}
    return {paper.key: found[paper.id] for paper in tx.papers.get(sorted(found))}


def keys(subject: str, count: int) -> set[str]:
    return {one.keys[0] for one in entries_of(subject, count)}


def reads_numbers(world: World) -> bool:
    return world.context.rules.uses_numbers


def test_everything_is_told_in_the_order_of_the_library(world: World) -> None:
    world.apply(liking(*LIKED, rule="everything", when=EVENING))
    assert bring(world, *of_all(5), entries_of("kiln", 5, first=500)) == 20
    with world.context.store.reading() as tx:
        found = waiting(tx)
    best = sorted(found, key=lambda key: -found[key].score)[:5]
    assert set(best) == keys("kiln", 5) and min(one.score for one in found.values()) < 0.5
    world.now = world.now.replace(hour=18)
    assert world.tell() == 1
    data = world.receivers.sent[-1][1].data["papers"]
    assert (
        isinstance(data, list) and [one["score"] for one in data] == sorted(one.score for one in found.values())[::-1]
    )


def test_what_nobody_wants_is_not_told_however_close(world: World) -> None:
    world.context.config = replace(world.config(liking(*LIKED)), never=(NeverItem("", "glaze", "glaze"),))
    apply_config(world.context)
    matched = bring(world, *of_all(15))
    with world.context.store.reading() as tx:
        found = waiting(tx)
        titles = [paper.title.lower() for paper in tx.papers.get([one.paper_id for one in found.values()])]
    assert 0 < matched == len(found) and not any("glaze" in title for title in titles)


def test_an_order_by_numbers_has_numbers_read_beside_a_library(world: World) -> None:
    world.apply(liking(*LIKED))
    assert not reads_numbers(world)
    world.apply(liking(*LIKED, order=DigestOrder.RISING))
    assert reads_numbers(world)
    world.apply(liking(*LIKED, rule="upvotes > 5"))
    assert reads_numbers(world)
    world.apply(liking(*LIKED))
    assert not reads_numbers(world)


@pytest.mark.parametrize("rule", ["", "kiln OR clay"])
def test_thumbs_move_scores_of_a_library_and_leave_its_reasons(world: World, rule: str) -> None:
    asked: Subscription = liking(*LIKED, rule=rule, when=EVENING, learns=True)
    world.apply(asked)
    bring(world, *of_all(15))
    with world.context.store.transaction() as tx:
        (saved,) = tx.subscriptions.active()
        before = waiting(tx)
        papers = tx.papers.get(sorted(one.paper_id for one in before.values()))[:4]
        for n, paper in enumerate(papers):
            assert give_thumb(tx, saved, paper, n % 2 == 0, world.now)
        after = waiting(tx)
        moved = [after[one.key].score - before[one.key].score for one in papers]
        assert min(moved[0::2]) > max(moved[1::2])
        for paper in papers:
            assert take_thumb_back(tx, saved, paper)
        back = waiting(tx)
        assert {key: one.score for key, one in back.items()} == {key: one.score for key, one in before.items()}
        for n, paper in enumerate(papers):
            give_thumb(tx, saved, paper, n % 2 == 0, world.now)
    assert bring(world, entries_of("kiln", 20, first=100)) > 0
    with world.context.store.reading() as tx:
        assert all(one.because is not None for one in waiting(tx).values())
