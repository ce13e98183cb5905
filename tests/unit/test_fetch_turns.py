from threading import Event, Thread

import pytest

from tests.patience import PATIENCE
from watcher.fetch.turns import NotNow, Turns
from watcher.policy.polls.pace import Pace


class Clock:
    """Seconds that pass only by sleeping."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def turns(clock: Clock) -> Turns:
    return Turns(clock, clock.sleep)


def take(turns: Turns, host: str = "a.org", interval: float = 1.0, patience: float = 60.0) -> None:
    with turns.turn(Pace(host, interval), patience):
        pass


def test_the_second_request_waits_for_the_interval(turns: Turns, clock: Clock) -> None:
    take(turns)
    clock.now += 0.25
    take(turns)
    assert clock.slept == [0.75]


def test_another_host_waits_for_nobody(turns: Turns, clock: Clock) -> None:
    take(turns, "a.org")
    take(turns, "b.org")
    assert clock.slept == []


def test_time_spent_in_the_turn_counts(turns: Turns, clock: Clock) -> None:
    with turns.turn(Pace("a.org", 1.0), 60.0):
        clock.now += 5
    take(turns)
    assert clock.slept == []


def test_a_closed_host_is_not_asked_before_its_time(turns: Turns, clock: Clock) -> None:
    turns.close(Pace("a.org", 1.0), 57)
    clock.now += 7
    with pytest.raises(NotNow, match=r"a\.org asked to be left alone, for 50 s more") as refusal:
        take(turns)
    assert refusal.value.wait == 50
    take(turns, "b.org")
    clock.now += 50
    take(turns)


def test_a_shorter_wait_does_not_replace_a_longer_one(turns: Turns, clock: Clock) -> None:
    turns.close(Pace("a.org", 1.0), 60)
    turns.close(Pace("a.org", 1.0), 1)
    clock.now += 30
    with pytest.raises(NotNow):
        take(turns)


def test_an_interval_beyond_the_patience_is_refused(turns: Turns) -> None:
    take(turns, interval=100)
    with pytest.raises(NotNow, match="busy"):
        take(turns, patience=10)


def test_one_request_at_a_time_to_a_host() -> None:
    turns = Turns(lambda: 0.0, lambda seconds: None)
    inside, leave, passed = Event(), Event(), Event()

    def first() -> None:
        with turns.turn(Pace("a.org", 0), 60):
            inside.set()
            leave.wait(PATIENCE)

    def second() -> None:
        with turns.turn(Pace("a.org", 0), 60):
            passed.set()

    holder, waiter = Thread(target=first), Thread(target=second)
    holder.start()
    assert inside.wait(PATIENCE)
    with pytest.raises(NotNow, match="busy"):
        take(turns, patience=0.01)
    waiter.start()
    assert not passed.is_set()
    leave.set()
    assert passed.wait(PATIENCE)
    holder.join()
    waiter.join()


def test_a_failed_turn_is_given_back(turns: Turns) -> None:
    with pytest.raises(OSError, match="reset"), turns.turn(Pace("a.org", 0), 60):
        raise OSError("reset")
    take(turns, patience=0.01)
