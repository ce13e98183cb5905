"""Run the parsers in worker processes. One is kept ready; more are started while it is busy."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum
from functools import lru_cache
from threading import Condition, Event

from watcher.errors import UnknownPage
from watcher.model import Reading, Source, Unreadable
from watcher.model.masking import without_login
from watcher.parsers import Finding, SavedPage
from watcher.sandbox.frames import MOST_SOURCES, Answer, FindRequest, ParseRequest, RecogniseRequest, Request
from watcher.sandbox.process import OverBounds, ParsingLimits, Worker, WorkerEnded

log = logging.getLogger(__name__)

MOST = 3
"""Most workers at a time."""

PATIENCE = 0.5
"""Seconds to wait for a busy worker before another one is started."""


class WhyEnded(StrEnum):
    """Why a worker has ended."""

    OVER_LIMITS = "over limits"  # a page took more than ``ParsingLimits``: it was killed
    DIED = "died"  # by itself, or somebody else killed it
    GIVEN_UP = "given up"  # its owner stopped, or read no further
    SPARE = "spare"  # it had grown, or another one is idle


class ParseApart:
    """Runs the parsers in worker processes, see :class:`watcher.sandbox.here.Parsing`.

    The first worker is started when there is something to read.

    ``stopping``: when it is set, reading is given up and ``Stopped`` is raised.
    ``start``: starts a worker.
    ``ended``: called with the reason when a worker has ended before the process does.
    """

    def __init__(
        self,
        env: Mapping[str, str],
        stopping: Event,
        limits: ParsingLimits | None = None,
        start: Callable[[Mapping[str, str], ParsingLimits], Worker] = Worker,
        *,
        ended: Callable[[WhyEnded], object] = lambda why: None,
    ) -> None:
        self._env, self._stopping, self._start, self._ended = env, stopping, start, ended
        self._limits = limits or ParsingLimits()
        self._changed, self._idle, self._running = Condition(), list[Worker](), 0

    def parse(self, body: bytes, url: str, source: Source, charset: str = "") -> Reading | Unreadable:
        """See :class:`Parsing`. A page that takes too much time or memory is unreadable."""
        try:
            answer = self._one_answer(ParseRequest(url, _without_login(source), charset), body)
        except (OverBounds, WorkerEnded) as error:
            return Unreadable(str(error))
        if isinstance(answer.value, Reading | Unreadable):
            return answer.value
        return Unreadable("the process that read it answered something else")

    def find(self, body: bytes, source: Source, charset: str = "") -> tuple[Finding, ...]:
        """See :class:`Parsing`. Return nothing for a body that takes too much time or memory."""
        try:
            answer = self._one_answer(FindRequest(_without_login(source), charset), body)
        except (OverBounds, WorkerEnded):
            return ()
        return answer.value if isinstance(answer.value, tuple) else ()

    def recognise(self, body: bytes) -> Iterator[SavedPage]:
        """See :class:`Parsing`. Raises ``UnknownPage`` also for a page that takes too much time or memory."""
        unknown, is_first = "", True
        try:
            with self._worker(RecogniseRequest(), body) as (worker, first):
                answer = first
                while isinstance(answer.value, SavedPage):
                    is_first = False
                    yield answer.value
                    answer = _logged(worker.answer(self._stopping))
                unknown = answer.unknown
        except (OverBounds, WorkerEnded) as error:
            unknown = str(error) if is_first else f"{error}; what came before is stored"
        if unknown:
            raise UnknownPage(unknown)

    def close(self) -> None:
        """End the idle workers. Those that are reading stop when ``stopping`` is set."""
        with self._changed:
            idle, self._idle = self._idle, []
            self._running -= len(idle)
        for worker in idle:
            worker.end()

    def _one_answer(self, request: Request, body: bytes) -> Answer:
        with self._worker(request, body) as (_, answer):
            return answer

    @contextmanager
    def _worker(self, request: Request, body: bytes) -> Iterator[tuple[Worker, Answer]]:
        """Yield a worker with its first answer to a request. It is killed afterwards unless it has become ready again.

        If somebody else killed the worker while it was idle, or once while it read, the request is given to another
        one.
        """
        for is_last in (False, True):
            worker = self._take()
            try:
                worker.ask(request, body, self._stopping)
                answer = _logged(worker.answer(self._stopping))
            except WorkerEnded:
                self._end(worker, WhyEnded.DIED)
                if is_last:
                    raise
            except BaseException as error:
                self._end(worker, _why(error))
                raise
            else:
                break
        try:
            yield worker, answer
        except BaseException as error:
            self._end(worker, _why(error))
            raise
        self._give_back(worker)

    def _take(self) -> Worker:
        """Return an idle worker; start one if all have been busy for ``PATIENCE`` seconds."""
        until = time.monotonic() + PATIENCE
        with self._changed:
            while not self._idle:
                patience = until - time.monotonic()
                if self._running == 0 or (patience <= 0 and self._running < MOST):
                    self._running += 1
                    break
                self._changed.wait(patience if self._running < MOST else None)
            else:
                return self._idle.pop()
        try:
            return self._start(self._env, self._limits)
        except BaseException:
            self._count_down()
            raise

    def _give_back(self, worker: Worker) -> None:
        """Keep one worker for the next page; end it if there is one already, or if it takes too much memory."""
        with self._changed:
            is_kept = not self._idle and worker.memory <= self._limits.keep * 1024 and not self._stopping.is_set()
            if is_kept:
                self._idle.append(worker)
                self._changed.notify()
        if not is_kept:
            self._end(worker, WhyEnded.SPARE)

    def _end(self, worker: Worker, why: WhyEnded) -> None:
        worker.end()
        self._count_down()
        self._ended(why)

    def _count_down(self) -> None:
        with self._changed:
            self._running -= 1
            self._changed.notify()


def _why(error: BaseException) -> WhyEnded:
    if isinstance(error, OverBounds):
        return WhyEnded.OVER_LIMITS
    return WhyEnded.DIED if isinstance(error, WorkerEnded) else WhyEnded.GIVEN_UP


def _logged(answer: Answer) -> Answer:
    if answer.trace:
        log.debug("internal error in a worker:\n%s", answer.trace)
    return answer


@lru_cache(maxsize=MOST_SOURCES)
def _without_login(source: Source) -> Source:
    """Return the source without the password in its address, which a worker does not need."""
    return replace(source, url=without_login(source.url)) if source.url else source
