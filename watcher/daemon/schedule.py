"""Run polls and ticks when they are due, on APScheduler's threads.

Each run of a job returns when the job runs next. So runs of a job never overlap, late runs are not dropped, and a poll
can come sooner after a partial page. Instants are aware and in UTC. What is due to be told is stored in the database,
not here.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Condition, Event, Lock, Thread

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler

from watcher.daemon.gate import Gate
from watcher.store.database.clock import utc_now

IN_TURN = 2
"""Polls at a time of sources that wait for each other anyway, since they are at one slow site."""

PATIENCE = 1.0
"""Seconds after which another poll may begin beside one that is not over."""

LONG = 5.0
"""Seconds after which a poll counts as slow: its next run is on the threads for slow ones."""

MOST = 1_000
"""Most runs of one job, and of jobs without a gate, at a time: as many as the threads of their pool."""

PULSE = 30.0  # seconds between checks of the clock: APScheduler does not notice that it was set
JUMP = timedelta(seconds=5)

log = logging.getLogger(__name__)


@dataclass(eq=False)
class _Task:
    """A named job that runs again and again.

    ``is_slow``: its last run took long.
    ``active``: it is running.
    ``again``: run it once more right after the present run.
    ``turn``: held while it runs; shared with a replaced job of the same name.
    """

    name: str
    run: Callable[[], datetime]
    pool: str
    turn: Lock = field(default_factory=Lock)
    is_slow: bool = False
    active: bool = False
    again: bool = False


class _Scheduler(BackgroundScheduler):  # type: ignore[misc]  # APScheduler has no types
    """APScheduler's background scheduler.

    If it is stopped while it starts a job, its thread would end with an error; here the error is ignored.
    """

    def remove_job(self, job_id: str, jobstore: str | None = None) -> None:
        with suppress(JobLookupError):
            super().remove_job(job_id, jobstore)


class Schedule:
    """Runs polls and ticks on threads until it is stopped.

    Polls and ticks have separate pools, so that slow sites never hold up telling. Slow sites do not hold up other polls
    either: ``polls`` polls run at a time, not counting up to ``slow`` polls that have taken longer than ``patience``
    seconds. A poll that took longer than ``long`` seconds runs on threads of its own the next time.

    If a run raises, that is logged, and the job runs again after ``after_failure``.
    """

    def __init__(
        self,
        clock: Callable[[], datetime] = utc_now,
        monotonic: Callable[[], float] = time.monotonic,
        *,
        polls: int = 8,
        slow: int = 100,
        patience: float = PATIENCE,
        long: float = LONG,
        ticks: int = 8,
        after_failure: timedelta = timedelta(minutes=1),
    ) -> None:
        self._clock, self._monotonic, self._after_failure = clock, monotonic, after_failure
        self._tasks: dict[str, _Task] = {}
        self._busy = 0
        self._changed = Condition()
        self._ended = Event()
        self._offset = self._clock_offset()
        self._scheduler = _Scheduler(
            executors={
                "polls": ThreadPoolExecutor(polls + slow),
                "slow polls": ThreadPoolExecutor(polls),
                "polls in turn": ThreadPoolExecutor(IN_TURN),
                "ticks": ThreadPoolExecutor(ticks),
            },
            # A job schedules its next run while it still runs: with a limit of one instance APScheduler would drop it.
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": MOST},
            timezone=UTC,
        )
        self._gate, self._no_gate = Gate(polls, patience, monotonic), Gate(MOST, patience, monotonic)
        self._long = long
        self._pulse = Thread(target=self._follow, name="schedule-pulse", daemon=True)

    def start(self) -> None:
        """Begin to run jobs. They may be added before or after."""
        self._scheduler.start()
        self._pulse.start()

    def poll_each(self, name: str, first: datetime, run: Callable[[], datetime], *, in_turn: bool = False) -> None:
        """Call ``run`` at ``first``, then at the instant that each call returns.

        A job of this name is replaced. If it is running, its run ends first.

        ``in_turn``: run it on the two threads for polls that wait for each other anyway.
        """
        self._put(name, first, run, "polls in turn" if in_turn else "polls")

    def every(self, seconds: float, fn: Callable[[], object], name: str = "") -> None:
        """Call ``fn`` now, then ``seconds`` after the end of each call.

        ``name``: of the job; the name of the function if empty.
        """

        def run() -> datetime:
            fn()
            return self._clock() + timedelta(seconds=seconds)

        self.repeat(name or fn.__qualname__, run)

    def repeat(self, name: str, run: Callable[[], datetime]) -> None:
        """Call ``run`` now, then at the instant that each call returns."""
        self._put(name, self._clock(), run, "ticks")

    def soon(self, name: str) -> None:
        """Run the job ``name`` now, or once more right after its present run. An unknown name is ignored."""
        with self._changed:
            task = self._tasks.get(name)
            if task is None:
                return
            if task.active:
                task.again = True
            else:
                self._add(task, self._clock())

    def remove(self, name: str) -> None:
        """Remove a job. If it is running, that run ends and is the last."""
        with self._changed:
            self._tasks.pop(name, None)
            self._scheduler.remove_job(name)

    @property
    def names(self) -> frozenset[str]:
        """The names of all jobs."""
        with self._changed:
            return frozenset(self._tasks)

    def is_slow(self, name: str) -> bool:
        """Return whether the last run of the job ``name`` took long."""
        with self._changed:
            task = self._tasks.get(name)
            return task is not None and task.is_slow

    def next_run(self, name: str) -> datetime | None:
        """Return when the job ``name`` runs next; None if it is unknown, running or not started."""
        at: datetime | None = getattr(self._scheduler.get_job(name), "next_run_time", None)
        return at

    def stop(self, wait: float = 0.0) -> bool:
        """Start no further runs; return whether all runs have ended within ``wait`` seconds.

        If not, the interpreter waits for their threads at its exit; a process that must end calls ``os._exit``.
        """
        with self._changed:
            self._tasks.clear()
        self._ended.set()
        self._gate.open()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        with self._changed:
            return self._changed.wait_for(lambda: self._busy == 0, timeout=wait)

    def _put(self, name: str, first: datetime, run: Callable[[], datetime], pool: str) -> None:
        with self._changed:
            if self._ended.is_set():
                return
            task = _Task(name, run, pool)
            if name in self._tasks:
                task.turn, task.is_slow = self._tasks[name].turn, self._tasks[name].is_slow
            self._tasks[name] = task
            self._add(task, first)

    def _add(self, task: _Task, at: datetime) -> None:
        pool = "slow polls" if task.pool == "polls" and task.is_slow else task.pool
        self._scheduler.add_job(
            partial(self._run, task, pool), "date", run_date=at, id=task.name, executor=pool, replace_existing=True
        )

    def _run(self, task: _Task, pool: str) -> None:
        gate = self._gate if pool == "polls" else self._no_gate
        with task.turn, gate.passed() as elapsed:
            if not self._begin(task):
                return
            following = self._attempt(task)
            task.is_slow = elapsed() > self._long
            self._end(task, following)

    def _begin(self, task: _Task) -> bool:
        with self._changed:
            wanted = self._tasks.get(task.name) is task
            task.active = wanted
            self._busy += wanted
            return wanted

    def _end(self, task: _Task, following: datetime) -> None:
        with self._changed:
            task.active = False
            self._busy -= 1
            self._changed.notify_all()
            if self._tasks.get(task.name) is task:
                again, task.again = task.again, False
                self._add(task, self._clock() if again else following)

    def _attempt(self, task: _Task) -> datetime:
        try:
            return task.run()
        except Exception as error:
            verbose = log.isEnabledFor(logging.DEBUG)
            log.error("%s failed: %s: %s", task.name, type(error).__name__, error, exc_info=verbose)
            return self._clock() + self._after_failure

    def _clock_offset(self) -> timedelta:
        return self._clock() - datetime.fromtimestamp(self._monotonic(), UTC)

    def _follow(self) -> None:
        while not self._ended.wait(PULSE):
            self.follow_clock()

    def follow_clock(self) -> None:
        """Adapt to a clock that was set: run what is due by it; if it was set back, move next runs back with it.

        If the clock jumped ahead, as on a machine that slept, next runs stay as they are: they are overdue.
        """
        offset = self._clock_offset()
        back, self._offset = offset - self._offset, offset
        if back < -JUMP:
            log.warning("the clock was set back by %s", -back)
            self._move(back)
        self._scheduler.wakeup()

    def _move(self, by: timedelta) -> None:
        with self._changed:
            for name, task in self._tasks.items():
                if (at := self.next_run(name)) is not None:
                    self._add(task, at + by)
