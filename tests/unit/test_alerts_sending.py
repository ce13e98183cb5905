"""The next message is chosen by the state of its endpoint; others wait."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.model import Endpoint, Tuning
from watcher.policy.deliveries.lanes import Lane, WaitingEndpoint, choose, is_suspects_turn, room_of, turn_of
from watcher.policy.deliveries.retry import Health

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
SOON = NOW + timedelta(minutes=5)
TUNING = Tuning()
ROOM = {Lane.WORKING: 2, Lane.PROBE: 1}


def nobody(endpoint: Endpoint) -> None:
    """Nobody is left alone."""


def waiting(name: str = "me", *, fails: bool = False, next_try: datetime | None = None) -> WaitingEndpoint:
    health = Health(NOW - timedelta(hours=1), 3, next_try, "no answer") if fails else Health()
    return WaitingEndpoint(Endpoint(name), health)


@pytest.mark.parametrize(
    ("one", "alone_until", "lane", "until"),
    [
        (WaitingEndpoint(Endpoint("new")), None, Lane.WORKING, None),
        (waiting(), None, Lane.WORKING, None),
        (waiting(fails=True, next_try=NOW), None, Lane.PROBE, None),
        (waiting(fails=True), None, Lane.PROBE, None),
        (waiting(fails=True, next_try=SOON), None, None, SOON),
        (waiting(fails=True, next_try=NOW + timedelta(hours=2)), None, Lane.PROBE, None),  # of a clock set back since
        (waiting(), SOON, None, SOON),
        (WaitingEndpoint(Endpoint("me"), Health(), SOON), None, None, SOON),
        (WaitingEndpoint(Endpoint("me"), Health(), NOW), None, Lane.WORKING, None),  # its sender is gone
    ],
)
def test_the_turn(
    one: WaitingEndpoint, alone_until: datetime | None, lane: Lane | None, until: datetime | None
) -> None:
    turn = turn_of(one, alone_until, NOW)
    assert (turn.lane, turn.until) == (lane, until)
    assert (turn.lane is None) == bool(turn.reason)


def test_a_suspect_has_a_lane_of_its_own_and_waits_like_any_other() -> None:
    assert turn_of(waiting(fails=True), None, NOW, is_suspect=True).lane is Lane.SUSPECT
    assert turn_of(waiting(fails=True, next_try=SOON), None, NOW, is_suspect=True).lane is None


def names(chosen: tuple[tuple[WaitingEndpoint, Lane], ...]) -> list[tuple[str, Lane]]:
    return [(str(one.endpoint), lane) for one, lane in chosen]


def test_lanes_fill_up_in_order_and_a_full_one_of_probes_stops_nobody() -> None:
    some = [waiting("a", fails=True), waiting("b", fails=True), waiting("c"), waiting("d"), waiting("e"), waiting("f")]
    choice = choose(some, nobody, ROOM, NOW)
    assert names(choice.chosen) == [("a", Lane.PROBE), ("c", Lane.WORKING), ("d", Lane.WORKING)]
    assert choice.left == 2  # the next look begins at e


def test_without_room_for_those_that_work_probes_are_still_found() -> None:
    some = [waiting("a"), waiting("b", fails=True), waiting("c")]
    choice = choose(some, nobody, {Lane.WORKING: 0, Lane.PROBE: 1}, NOW)
    assert names(choice.chosen) == [("b", Lane.PROBE)] and choice.left == 0


def test_it_is_said_when_the_first_of_those_that_wait_may_go() -> None:
    later = NOW + timedelta(minutes=30)
    some = [waiting("a", fails=True, next_try=later), waiting("b"), WaitingEndpoint(Endpoint("c"), None, SOON)]
    assert choose(some, nobody, ROOM, NOW).until == SOON
    assert choose(some[:2], nobody, ROOM, NOW).until == later
    assert choose(some[1:2], nobody, ROOM, NOW).until is None


@given(st.lists(st.booleans(), max_size=30), st.integers(0, 5), st.integers(0, 3))
def test_no_lane_gets_more_than_its_room_and_nobody_is_passed_over(fails: list[bool], working: int, probe: int) -> None:
    some = [waiting(f"r{n}", fails=one) for n, one in enumerate(fails)]
    choice = choose(some, nobody, {Lane.WORKING: working, Lane.PROBE: probe}, NOW)
    lanes = [lane for _, lane in choice.chosen]
    assert lanes.count(Lane.WORKING) <= working and lanes.count(Lane.PROBE) <= probe
    looked_at = some[: len(some) - choice.left]
    assert [one for one, _ in choice.chosen if one not in looked_at] == []
    passed = [one for one in looked_at if one not in [taken for taken, _ in choice.chosen]]
    assert all(one.health and one.health.failing_since for one in passed) or not working


@pytest.mark.parametrize(
    ("under_way", "working"),
    [({}, 36), ({Lane.WORKING: 18}, 18), ({Lane.WORKING: 19}, 0), ({Lane.WORKING: 36}, 0)],
)
def test_the_working_lane_is_filled_in_batches(under_way: Mapping[Lane, int], working: int) -> None:
    assert room_of(under_way, TUNING)[Lane.WORKING] == working


def test_probes_and_suspects_are_claimed_as_threads_are_free() -> None:
    room = room_of({Lane.PROBE: 3, Lane.SUSPECT: 1}, TUNING)
    assert (room[Lane.PROBE], room[Lane.SUSPECT]) == (1, 0)
    assert room_of({}, TUNING)[Lane.SUSPECT] == 1


def test_a_suspect_goes_alone_or_after_a_long_wait_beside_others() -> None:
    assert is_suspects_turn(timedelta(), TUNING, all_done=True)
    assert not is_suspects_turn(timedelta(seconds=29), TUNING, all_done=False)
    assert is_suspects_turn(timedelta(seconds=30), TUNING, all_done=False)
