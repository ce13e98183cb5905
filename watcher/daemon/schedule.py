"""Run polls and ticks at their time, on APScheduler's threads.

Every job runs once and returns when it runs next. So runs of a job never overlap, late runs are not dropped, and a poll
can come sooner after a partial page. Instants are aware and in UTC. What is due to be told is in the database, not
here.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Condition, Event, Lock, Thread

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler

from watcher.store.database.clock import utc_now

SLOW_POLLS = 2
PULSE = 30.0  # seconds between checks of the clock: APScheduler does not notice that it was set
JUMP = timedelta(seconds=5)

log = logging.getLogger(__name__)


@dataclass(eq=False)
class _Task:
    """A named job that runs again and again.

    ``active``: it is running.
    ``again``: run once more right after the present run.
    ``turn``: held while it runs; shared with the job of the same name that it replaced.
    """

    name: str
    run: Callable[[], datetime]
    pool: str
    turn: Lock = field(default_factory=Lock)
    active: bool = False
    again: bool = False


class _Scheduler(BackgroundScheduler):  # type: ignore[misc]  # APScheduler has no types
    """APScheduler's background scheduler.

    Stopped while it starts a job, its thread would end with an error; this ignores it.
    """

    def remove_job(self, job_id: str, jobstore: str | None = None) -> None:
        with suppress(JobLookupError):
            super().remove_job(job_id, jobstore)


class Schedule:
    """Runs polls and ticks on threads until stopped.

    Polls and ticks have separate pools, so that slow sites never hold up telling. An exception of a run is logged, and
    the run is repeated after ``after_failure``.
    """

    def __init__(
        self,
        clock: Callable[[], datetime] = utc_now,
        monotonic: Callable[[], float] = time.monotonic,
        *,
        polls: int = 8,
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
                "polls": ThreadPoolExecutor(polls),
                "slow polls": ThreadPoolExecutor(SLOW_POLLS),
                "ticks": ThreadPoolExecutor(ticks),
            },
            # A job schedules its next run while it still runs: with a limit of one instance APScheduler would drop it.
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1000},
            timezone=UTC,
        )
        self._pulse = Thread(target=self._follow, name="schedule-pulse", daemon=True)

    def start(self) -> None:
        """Begin; jobs may be added before and after."""
        self._scheduler.start()
        self._pulse.start()

    def poll_each(self, name: str, first: datetime, run: Callable[[], datetime], *, slowly: bool = False) -> None:
        """Call ``run`` at ``first``, then at the instant that each call returns.

        A job of this name is replaced; a run of it that has begun ends first.

        ``slowly``: run on the two threads for polls that wait for each other anyway.
        """
        self._put(name, first, run, "slow polls" if slowly else "polls")

    def every(self, seconds: float, fn: Callable[[], object], name: str = "") -> None:
        """Call ``fn`` now, and ``seconds`` after the end of each call. ``name`` defaults to the function's."""

        def run() -> datetime:
            fn()
            return self._clock() + timedelta(seconds=seconds)

        self.repeat(name or fn.__qualname__, run)

    def repeat(self, name: str, run: Callable[[], datetime]) -> None:
        """Call ``run`` now, then at the instant that each call returns."""
        self._put(name, self._clock(), run, "ticks")

    def soon(self, name: str) -> None:
        """Run ``name`` now, or once more right after its present run. Unknown names are ignored."""
        with self._changed:
            task = self._tasks.get(name)
            if task is None:
                return
            if task.active:
                task.again = True
            else:
                self._add(task, self._clock())

    def remove(self, name: str) -> None:
        """Remove a job. A run that has begun ends and is not repeated."""
        with self._changed:
            self._tasks.pop(name, None)
            self._scheduler.remove_job(name)

    @property
    def names(self) -> frozenset[str]:
        """The names of all jobs."""
        with self._changed:
            return frozenset(self._tasks)

    def next_run(self, name: str) -> datetime | None:
        """Return when ``name`` runs next; None if it is unknown, running or not started."""
        at: datetime | None = getattr(self._scheduler.get_job(name), "next_run_time", None)
        return at

    def stop(self, wait: float = 0.0) -> bool:
        """Start nothing more, and wait at most ``wait`` seconds; return whether all runs have ended.

        Otherwise the interpreter waits for their threads at exit: a process in a hurry uses ``os._exit``.
        """
        with self._changed:
            self._tasks.clear()
        self._ended.set()
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
                task.turn = self._tasks[name].turn
            self._tasks[name] = task
            self._add(task, first)

    def _add(self, task: _Task, at: datetime) -> None:
        self._scheduler.add_job(
            self._run, "date", run_date=at, args=[task], id=task.name, executor=task.pool, replace_existing=True
        )

    def _run(self, task: _Task) -> None:
        with task.turn:
            if not self._begin(task):
                return
            following = self._attempt(task)
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
        """Adapt to a clock that was set: what is due now runs; if the clock was set back, next runs move back with it.

        After a clock that went ahead (a machine that slept) they stay: they are overdue.
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
