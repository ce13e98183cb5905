"""Runs that come when they asked to, whatever happens in between."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from threading import Barrier, Event, Lock, Semaphore

import pytest

from tests.patience import PATIENCE
from watcher.daemon.schedule import Schedule
from watcher.store.database.clock import utc_now

HOUR = timedelta(hours=1)


class Clocks:
    """A wall clock that tests set, and a monotonic clock."""

    def __init__(self) -> None:
        self.shift = timedelta()
        self.elapsed = 0.0

    def now(self) -> datetime:
        return datetime.now(UTC) + self.shift

    def monotonic(self) -> float:
        return datetime.now(UTC).timestamp() + self.elapsed


@pytest.fixture
def clocks() -> Clocks:
    return Clocks()


@pytest.fixture
def schedule(clocks: Clocks) -> Iterator[Schedule]:
    made = Schedule(clocks.now, clocks.monotonic)
    made.start()
    yield made
    made.stop(wait=PATIENCE)


def noting(ran: Event) -> Callable[[], datetime]:
    """A poll that says so when it runs, and comes again in an hour."""

    def poll() -> datetime:
        ran.set()
        return utc_now() + HOUR

    return poll


def test_a_poll_says_when_it_comes_next(schedule: Schedule) -> None:
    thrice, runs = Event(), []

    def run() -> datetime:
        runs.append(1)
        if len(runs) < 3:
            return utc_now()
        thrice.set()
        return utc_now() + HOUR

    schedule.poll_each("a", utc_now(), run)
    assert thrice.wait(PATIENCE)


def test_what_is_overdue_runs_at_once(schedule: Schedule) -> None:
    ran = Event()
    schedule.poll_each("a", utc_now() - 100 * HOUR, noting(ran))
    assert ran.wait(PATIENCE)


def test_a_failure_is_one_line_and_the_run_comes_again(schedule: Schedule, caplog: pytest.LogCaptureFixture) -> None:
    failing, seen = Event(), Event()

    def fail() -> datetime:
        failing.set()
        raise ValueError("no such thing")

    class Seen(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            seen.set()

    caplog.set_level(logging.INFO, "watcher.daemon.schedule")
    logging.getLogger("watcher.daemon.schedule").addHandler(handler := Seen())
    try:
        schedule.poll_each("hf-daily", utc_now(), fail)
        assert failing.wait(PATIENCE)
        assert seen.wait(PATIENCE)
    finally:
        logging.getLogger("watcher.daemon.schedule").removeHandler(handler)
    schedule.stop(wait=PATIENCE)
    lines = [record for record in caplog.records if record.name == "watcher.daemon.schedule"]
    assert [line.getMessage() for line in lines] == ["hf-daily failed: ValueError: no such thing"]
    assert not lines[0].exc_info


def test_after_a_failure_the_next_run_is_soon(schedule: Schedule) -> None:
    def fail() -> datetime:
        raise ValueError

    schedule.poll_each("a", utc_now(), fail)
    other = Event()
    while (at := schedule.next_run("a")) is None or at <= utc_now():
        other.wait(0.01)
    assert at <= utc_now() + timedelta(minutes=1)


def test_a_tick_is_not_dropped_by_its_own_end(schedule: Schedule) -> None:
    """The next run is asked for while the present one still counts as running."""
    often, runs = Event(), []

    def tick() -> None:
        runs.append(1)
        if len(runs) == 100:
            often.set()

    schedule.every(0, tick, "tick")
    assert often.wait(PATIENCE)


def test_runs_of_one_name_never_overlap_even_when_replaced(schedule: Schedule) -> None:
    inside, overlapped, replaced = Lock(), Event(), Event()
    entered, leave = Event(), Event()

    def first() -> datetime:
        with inside:
            entered.set()
            assert leave.wait(PATIENCE)
        return utc_now()

    def second() -> datetime:
        if not inside.acquire(blocking=False):
            overlapped.set()
        replaced.set()
        return utc_now() + HOUR

    schedule.poll_each("a", utc_now(), first)
    assert entered.wait(PATIENCE)
    schedule.poll_each("a", utc_now(), second)
    assert not replaced.wait(0.1)
    leave.set()
    assert replaced.wait(PATIENCE)
    assert not overlapped.is_set()


def test_soon_while_running_means_once_more(schedule: Schedule) -> None:
    entered, leave, again = Event(), Event(), Event()

    def run() -> datetime:
        if entered.is_set():
            again.set()
        entered.set()
        assert leave.wait(PATIENCE)
        return utc_now() + HOUR

    schedule.poll_each("a", utc_now(), run)
    assert entered.wait(PATIENCE)
    schedule.soon("a")
    leave.set()
    assert again.wait(PATIENCE)


def test_soon_brings_a_far_run_near(schedule: Schedule) -> None:
    ran = Event()
    schedule.poll_each("a", utc_now() + HOUR, noting(ran))
    schedule.soon("unknown")
    schedule.soon("a")
    assert ran.wait(PATIENCE)


def test_removed_while_running_does_not_come_again(schedule: Schedule) -> None:
    entered, leave = Event(), Event()

    def run() -> datetime:
        entered.set()
        assert leave.wait(PATIENCE)
        return utc_now()

    schedule.poll_each("a", utc_now(), run)
    assert entered.wait(PATIENCE)
    schedule.remove("a")
    leave.set()
    assert schedule.stop(wait=PATIENCE)
    assert schedule.next_run("a") is None


def test_slow_polls_hold_up_no_tick() -> None:
    schedule = Schedule(polls=1, ticks=1)
    schedule.start()
    entered, leave, ticked = Event(), Event(), Event()

    def poll() -> datetime:
        entered.set()
        assert leave.wait(PATIENCE)
        return utc_now() + HOUR

    schedule.poll_each("slow", utc_now(), poll)
    assert entered.wait(PATIENCE)
    schedule.every(60, ticked.set, "tick")
    assert ticked.wait(PATIENCE)
    leave.set()
    assert schedule.stop(wait=PATIENCE)


def test_stop_says_that_something_still_runs() -> None:
    schedule = Schedule()
    schedule.start()
    entered, leave = Event(), Event()

    def poll() -> datetime:
        entered.set()
        assert leave.wait(PATIENCE)
        return utc_now()

    schedule.poll_each("slow", utc_now(), poll)
    assert entered.wait(PATIENCE)
    assert not schedule.stop(wait=0.05)
    leave.set()
    assert schedule.stop(wait=PATIENCE)


def test_different_names_run_side_by_side(schedule: Schedule) -> None:
    both = Barrier(2)
    met = Event()

    def run() -> datetime:
        both.wait(PATIENCE)
        met.set()
        return utc_now() + HOUR

    schedule.poll_each("a", utc_now(), run)
    schedule.poll_each("b", utc_now(), run)
    assert met.wait(PATIENCE)


def test_a_clock_set_back_takes_the_next_run_back(schedule: Schedule, clocks: Clocks) -> None:
    due = clocks.now() + 3 * HOUR
    schedule.poll_each("a", due, lambda: clocks.now() + HOUR)
    clocks.shift = -2 * HOUR
    schedule.follow_clock()
    earlier = schedule.next_run("a")
    assert earlier is not None
    assert abs(earlier - (due - 2 * HOUR)) < timedelta(seconds=1)


def test_a_clock_that_went_on_leaves_the_next_run(schedule: Schedule, clocks: Clocks) -> None:
    due = clocks.now() + 3 * HOUR
    schedule.poll_each("a", due, lambda: clocks.now() + HOUR)
    clocks.shift = 2 * HOUR
    schedule.follow_clock()
    assert schedule.next_run("a") == due


def test_what_is_gone_may_be_removed() -> None:
    """APScheduler does so itself when it is stopped while it starts a job, and must not trip over it."""
    schedule = Schedule()
    schedule.start()
    schedule.remove("unknown")
    schedule.every(60, list, "tick")
    assert schedule.stop(wait=PATIENCE)
    schedule.remove("tick")
    assert schedule.names == frozenset()


def test_polls_that_wait_for_each_other_hold_up_no_other(schedule: Schedule) -> None:
    leave, ran = Event(), Event()

    def wait() -> datetime:
        leave.wait(PATIENCE)
        return utc_now() + HOUR

    for n in range(20):
        schedule.poll_each(f"arxiv {n}", utc_now(), wait, in_turn=True)
    schedule.poll_each("hf", utc_now(), noting(ran))
    try:
        assert ran.wait(PATIENCE)
    finally:
        leave.set()


class Silent:
    """Sites that accept and say nothing: their polls last until ``leave`` is set."""

    def __init__(self, schedule: Schedule, n: int) -> None:
        self.leave, self.again = Event(), Event()
        self.entered = Semaphore(0)
        for number in range(n):
            schedule.poll_each(f"silent {number}", utc_now(), self._poll)

    def _poll(self) -> datetime:
        leave = self.again if self.leave.is_set() else self.leave
        self.entered.release()
        assert leave.wait(PATIENCE)
        return utc_now()

    def wait_for(self, n: int) -> None:
        """Wait until ``n`` more polls have begun."""
        for _ in range(n):
            assert self.entered.acquire(timeout=PATIENCE)


def test_sites_that_say_nothing_hold_up_no_other() -> None:
    schedule = Schedule(polls=2, slow=20, patience=0.05)
    schedule.start()
    silent, asked = Silent(schedule, 12), Event()
    silent.wait_for(2)
    schedule.poll_each("healthy", utc_now(), noting(asked))
    assert asked.wait(PATIENCE)
    silent.leave.set()
    silent.again.set()
    schedule.stop(wait=PATIENCE)


def test_what_was_slow_has_threads_of_its_own_the_next_time() -> None:
    schedule = Schedule(polls=2, slow=0, long=0.01)
    schedule.start()
    silent, asked = Silent(schedule, 2), Event()
    silent.wait_for(2)
    schedule.poll_each("healthy", utc_now(), noting(asked))
    assert not asked.wait(0.1)  # all threads are taken: nobody knew
    silent.leave.set()
    assert asked.wait(PATIENCE)
    silent.wait_for(2)
    asked.clear()
    schedule.poll_each("healthy", utc_now(), noting(asked))
    assert asked.wait(PATIENCE)
    silent.again.set()
    schedule.stop(wait=PATIENCE)


def test_a_run_that_waited_for_the_one_before_it_is_not_slow() -> None:
    schedule = Schedule(polls=4, slow=0, long=0.2)
    schedule.start()
    entered, leave, second = Event(), Event(), Event()

    def first() -> datetime:
        entered.set()
        assert leave.wait(PATIENCE)
        return utc_now() + HOUR

    schedule.poll_each("a", utc_now(), first)
    assert entered.wait(PATIENCE)
    schedule.poll_each("a", utc_now(), noting(second))
    assert not second.wait(0.3)
    leave.set()
    assert second.wait(PATIENCE)
    until_known = utc_now() + timedelta(seconds=PATIENCE)
    while schedule.next_run("a") is None:
        assert utc_now() < until_known
    assert not schedule.is_slow("a")
    schedule.stop(wait=PATIENCE)
