"""What a process has done is counted where it is done, and the counts never fall."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import pytest

from tests.integration.test_pipeline import World, subscription
from watcher.model import Outcome, Result
from watcher.pipeline.context import Spread, Tally
from watcher.pipeline.polling.poll import match_waiting
from watcher.pipeline.polling.source import poll_source
from watcher.pipeline.retention import sweep
from watcher.pipeline.rulebook import RuleBook
from watcher.pipeline.subscriptions.apply import apply_config
from watcher.store import Store


@pytest.fixture
def world(store: Store) -> World:
    world = World(store)
    world.context.rules = RuleBook(took=world.context.tally.match_seconds.note)
    apply_config(world.context)
    return world


def look(world: World) -> str:
    return poll_source(world.source, world.context).judged.verdict.value


def counts(tally: Tally) -> list[int]:
    """Every count that there is, in one order."""
    counted = (tally.polls, tally.new_papers, tally.matches, tally.attempts, tally.reloads, tally.workers_ended)
    found = [sum(one.read().values()) for one in counted]
    return [*found, tally.match_seconds.read()[0][-1][1], tally.delays.read()[0][-1][1]]


def test_polls_papers_and_matches_are_counted(world: World) -> None:
    tally = world.context.tally
    assert [look(world), look(world)] == ["new", "unchanged"]
    assert tally.polls.read() == {("hf", "new"): 1, ("hf", "unchanged"): 1}
    assert tally.new_papers.read() == {("hf",): 12} and tally.matches.read() == {(): 12}
    (*_, (bound, times)), seconds = tally.match_seconds.read()
    assert bound == float("inf") and times >= 1 and seconds > 0
    world.network.pages.clear()
    assert look(world) == "unreachable"
    assert tally.polls.read()["hf", "unreachable"] == 1


def test_matches_that_waited_for_an_abstract_are_counted_once(world: World) -> None:
    world.publish(json=False)
    look(world)
    assert world.context.tally.matches.read() == {(): 0}
    world.now += timedelta(hours=25)
    assert match_waiting(world.context) == 12 and match_waiting(world.context) == 0
    assert world.context.tally.matches.read() == {(): 12}


def test_attempts_are_counted_by_receiver_with_the_delay_of_what_was_sent(world: World) -> None:
    tally = world.context.tally
    world.receivers.outcome = Outcome(Result.FAILED, "HTTP 503")
    look(world)
    assert world.tell() == 0
    assert tally.attempts.read() == {("me", "failed"): 1} and tally.delays.read()[1] == 0
    world.receivers.outcome = Outcome(Result.SENT)
    world.now += timedelta(minutes=10)
    assert world.tell() == 1
    assert tally.attempts.read() == {("me", "failed"): 1, ("me", "sent"): 1}
    buckets, seconds = tally.delays.read()
    assert seconds == 600 and dict(buckets)[600] == 1 and dict(buckets)[120] == 0


def test_nothing_that_is_deleted_makes_a_count_fall(world: World) -> None:
    steps: list[Callable[[], object]] = [
        lambda: look(world),
        world.tell,
        lambda: world.apply(subscription(rule="title:nothing")),
        lambda: sweep(world.context),
        lambda: look(world),
        world.tell,
    ]
    seen = [counts(world.context.tally)]
    for step in steps:
        step()
        world.now += timedelta(days=400)
        seen.append(counts(world.context.tally))
    for before, after in pairwise(seen):
        assert all(a <= b for a, b in zip(before, after, strict=True))
    assert seen[-1] != seen[0]


def test_a_time_on_a_bound_is_counted_up_to_it() -> None:
    spread = Spread((1.0, 2.0))
    for seconds in (0.0, 1.0, 1.5, 2.0, 2.1):
        spread.note(seconds)
    assert spread.read() == ([(1.0, 2), (2.0, 4), (float("inf"), 5)], 6.6)
