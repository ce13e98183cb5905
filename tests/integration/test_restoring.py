"""What a restored database takes as known, and what it goes on to tell, on real databases with a clock of ours.

The database of a test stands for a backup: what the lost one did between then and the restore simply did not happen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from tests.integration.test_pipeline import DAYS, SITE, START, World, subscription
from tests.parsers.pages import make_page, sample_papers
from watcher.model import DeliveryState, Endpoint, IncidentKind, Outcome, Result, Rhythm, When
from watcher.pipeline.restoring import Restored, bring_up_to_now
from watcher.pipeline.subscriptions.pause_and_mute import record_pause
from watcher.store import Store
from watcher.store.history.checks import find_lost

DAILY = When(Rhythm.DAILY, time(8))
MONDAYS = When(Rhythm.WEEKLY, time(8), 0)
NEXT = date(2026, 3, 11)  # the day after START, a Wednesday


@pytest.fixture
def world(store: Store) -> World:
    """A Tuesday noon: the look-back was told, and this is what the backup holds."""
    world = World(store)
    world.apply(subscription())
    world.look()
    world.tell()
    assert world.told() == 12
    return world


def add_day(world: World, day: date, many: int = 3) -> list[str]:
    """Let the site show a new day; its titles."""
    before = max(world.papers)
    world.papers[day] = sample_papers(many, seed=day.toordinal())
    address = f"{SITE}/papers/date/"
    older = max((one for one in world.papers if one < before), default=None)
    world.network.pages[f"{address}{before}"] = make_page(before, world.papers[before], older, day)
    world.network.pages[f"{address}{day}"] = make_page(day, world.papers[day], before, None)
    world.network.pages[f"{SITE}/papers"] = world.network.pages[f"{address}{day}"]
    return [paper["title"] for paper in world.papers[day]]


def restore(world: World, at: datetime, *, tell: bool = False) -> Restored:
    world.now = at
    return bring_up_to_now(world.context, tell=tell, has_config=True)


def restoring(world: World) -> Sequence[str]:
    """The sources that were not read since the restore."""
    with world.context.store.reading() as tx:
        found = [one.incident for one in tx.incidents.all_open()]
    return [one.subject for one in found if one.kind is IncidentKind.DATABASE_RESTORED]


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


# --- what the sources listed meanwhile ---


def test_what_was_listed_meanwhile_counts_as_known_and_what_comes_later_is_told(world: World) -> None:
    done = restore(world, at(11, 12))
    assert (done.blind.since, done.blind.until) == (START, at(11, 12))
    assert done.papers == [] and restoring(world) == ["hf"]
    add_day(world, NEXT)
    world.look()
    assert world.tell() == 0 and restoring(world) == []
    with world.context.store.reading() as tx:
        assert len(tx.history.counted_as_known(done.blind.reason)) == 3
    world.now = at(12, 12)
    add_day(world, date(2026, 3, 12))
    world.look()
    assert world.tell() == 1 and world.told() == 15


def test_a_day_that_began_after_the_restore_is_told_also_at_the_first_look(world: World) -> None:
    restore(world, at(11, 12))
    add_day(world, NEXT)
    add_day(world, date(2026, 3, 12))
    world.now = at(12, 12)
    world.look()
    assert world.tell() == 1 and world.told() == 15
    assert world.papers[NEXT][0]["title"] not in world.receivers.text()


@pytest.mark.parametrize(
    ("when", "restored", "told"),
    [
        (DAILY, at(11, 7), 3),  # the digest of this morning is still to come
        (DAILY, at(11, 10), 0),
        (MONDAYS, at(12, 12), 3),  # on Monday
        (MONDAYS, at(16, 7), 3),
        (MONDAYS, at(16, 9), 0),
        (When(Rhythm.IMMEDIATELY), at(11, 7), 0),
    ],
)
def test_a_digest_whose_time_did_not_come_is_told(world: World, when: When, restored: datetime, told: int) -> None:
    world.apply(subscription(when=when))
    restore(world, restored)
    add_day(world, NEXT)
    world.look()
    for _ in range(8 * 24):
        world.now += timedelta(hours=1)
        world.tell()
    assert world.told() == 12 + told


def test_until_the_source_was_read_whole_it_is_waited_for(world: World) -> None:
    restore(world, at(11, 12))
    add_day(world, NEXT)
    whole = dict(world.network.pages)
    world.network.pages.clear()
    assert world.look() == "unreachable" and restoring(world) == ["hf"]
    world.network.pages.update(whole)
    world.now = at(11, 14)
    assert world.look() == "new" and restoring(world) == []
    assert world.tell() == 2 and world.told() == 12  # that it cannot be reached, and that it can


def test_news_of_papers_that_were_told_count_as_known_too(world: World) -> None:
    world.apply(subscription(tells_updates=True))
    restore(world, at(11, 12))
    world.papers[DAYS[-1]][0]["abstract"] = "This paper has been withdrawn by its authors: the islands were clouds."
    world.publish()
    world.look()
    assert world.tell() == 0


def test_a_subscription_that_the_backup_lacks_was_told_its_look_back_meanwhile(world: World) -> None:
    world.context.config = world.config(subscription(), subscription(name="more", to="you"))
    done = restore(world, at(11, 12))
    assert {name for name, _ in done.papers} == {"more"} and len(done.papers) == 12
    world.look()
    assert world.tell() == 0


# --- what the backup held ---


@pytest.fixture
def waiting(store: Store) -> World:
    """A Tuesday noon: twelve papers are held for a digest."""
    world = World(store)
    world.apply(subscription(when=DAILY))
    world.look()
    assert world.tell() == 0
    return world


def test_what_was_held_for_a_time_that_passed_is_known_and_can_be_told(waiting: World) -> None:
    done = restore(waiting, at(11, 9))
    assert len(done.papers) == 12 and {name for name, _ in done.papers} == {"parts"}
    with waiting.context.store.reading() as tx:
        (saved,) = tx.subscriptions.active()
    assert saved.next_due == at(12, 8)
    waiting.look()
    waiting.now = at(14, 9)
    assert waiting.tell() == 0
    with waiting.context.store.transaction() as tx:
        tx.matches.hold(saved.id, tx.matches.baseline(saved.id), waiting.now)
    waiting.now = at(15, 9)
    assert waiting.tell() == 1 and waiting.told() == 12


def test_what_is_held_for_later_stays(waiting: World) -> None:
    assert restore(waiting, at(11, 7)).papers == []
    waiting.now = at(11, 9)
    assert waiting.tell() == 1 and waiting.told() == 12


def test_what_a_paused_subscription_holds_stays(waiting: World) -> None:
    with waiting.context.store.transaction() as tx:
        (saved,) = tx.subscriptions.active()
        record_pause(tx, saved)
    assert restore(waiting, at(11, 9)).papers == []
    waiting.look()
    with waiting.context.store.reading() as tx:
        assert len(tx.matches.held(saved.id)) == 12
        (after,) = tx.subscriptions.active()
    assert (after.last_due, after.next_due) == (saved.last_due, saved.next_due), "it is told once it goes on"


def test_a_message_that_waited_is_given_up_and_can_be_replayed(store: Store) -> None:
    world = World(store)
    world.apply(subscription())
    world.receivers.outcome = Outcome(Result.FAILED, "away")
    world.look()
    world.tell()
    world.receivers.outcome = Outcome(Result.SENT)
    done = restore(world, at(11, 12))
    assert done.messages == {Endpoint("me"): 1} and len(done.papers) == 12
    world.look()
    assert world.tell() == 0
    with store.transaction() as tx:
        (dead,) = tx.deliveries.dead(None)
        assert dead.state is DeliveryState.DEAD and "due before the database was restored on" in dead.reason
        tx.deliveries.replay(dead, [Endpoint("me")], world.now)
        tx.endpoints.try_now()
    assert world.tell() == 1 and world.told() == 12


def test_papers_that_waited_for_their_abstract_are_known(store: Store) -> None:
    world = World(store)
    world.apply(subscription())
    world.publish(json=False)
    world.look()
    restore(world, at(11, 13))
    assert world.tell() == 0
    world.publish()
    world.look()
    assert world.tell() == 1 and world.told() == 0  # that the source is complete again


def test_no_empty_digest_and_no_sign_of_life_is_repeated(store: Store) -> None:
    world = World(store)
    unheard: dict[str, Any] = {"rule": "title:unheard-of", "when": DAILY}
    world.apply(subscription(**unheard, sends_empty=True), subscription(name="quiet", **unheard, shows_life=True))
    world.look()
    restore(world, datetime(2026, 4, 1, 10, tzinfo=UTC))
    assert world.tell() == 0
    world.now = datetime(2026, 4, 2, 7, tzinfo=UTC)
    assert world.tell() == 0
    world.now = datetime(2026, 4, 2, 9, tzinfo=UTC)
    assert world.tell() == 1


def test_with_tell_all_of_it_is_told(waiting: World) -> None:
    done = restore(waiting, at(11, 9), tell=True)
    assert len(done.papers) == 12 and not done.is_known and restoring(waiting) == []
    add_day(waiting, NEXT)
    waiting.look()
    waiting.now = at(12, 9)
    waiting.tell()
    assert waiting.told() == 15


@pytest.mark.parametrize("before", [1, 2])
def test_with_tell_no_restore_before_it_keeps_anything_known(world: World, before: int) -> None:
    for n in range(before):
        restore(world, at(11, 12 + n))
    assert restoring(world) == ["hf"]
    assert not restore(world, at(11, 15), tell=True).is_known
    assert restoring(world) == []
    add_day(world, NEXT)
    world.look()
    world.tell()
    assert world.told() == 15


def test_with_tell_a_source_that_the_config_has_no_longer_is_forgotten(world: World) -> None:
    restore(world, at(11, 12))
    world.context.config = replace(world.context.config, sources={})
    restore(world, at(11, 13), tell=True)
    assert restoring(world) == []


def test_nothing_is_left_behind_that_is_overdue(world: World) -> None:
    restore(world, at(14, 12))
    with world.context.store.reading() as tx:
        assert find_lost(tx.connection, at(14, 13)) == []


def test_it_may_be_done_twice(world: World) -> None:
    restore(world, at(11, 12))
    done = restore(world, at(11, 13))
    assert restoring(world) == ["hf"] and done.blind.until == at(11, 13)
    add_day(world, NEXT)
    world.look()
    assert world.tell() == 0


def test_an_empty_database_knows_of_no_time(store: Store) -> None:
    world = World(store)
    done = restore(world, at(11, 12))
    assert done.blind.since.year == 1970
    world.look()
    assert world.tell() == 0
