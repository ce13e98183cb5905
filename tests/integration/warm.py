"""Workers that read pages for many tests: starting a worker costs more than most tests do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Event

from watcher.parsers import SavedPage
from watcher.sandbox import process
from watcher.sandbox.frames import Answer, Request
from watcher.sandbox.process import ParsingLimits, Worker, given_of

Kind = tuple[tuple[str, ...], frozenset[tuple[str, str]], ParsingLimits]
"""The program that a worker runs, its environment, and its limits."""


class WarmWorkers:
    """Starts workers, and takes those that are ended while they are ready for whoever wants one of their kind next."""

    def __init__(self) -> None:
        self._ready: dict[Kind, list[WarmWorker]] = {}

    def start(self, env: Mapping[str, str], limits: ParsingLimits) -> Worker:
        """Return a worker that has nothing to do."""
        kind = process.COMMAND, frozenset(given_of(env).items()), limits
        ready = self._ready.setdefault(kind, [])
        while ready:
            worker = ready.pop()
            if worker.lives:
                return worker
            worker.end_really()
        return WarmWorker(env, limits, ready.append)

    def close(self) -> None:
        """End all that are ready."""
        for some in self._ready.values():
            while some:
                some.pop().end_really()


class WarmWorker(Worker):
    """A worker that is given to ``keep`` in place of being ended, if it has answered all that it was asked."""

    def __init__(self, env: Mapping[str, str], limits: ParsingLimits, keep: Callable[[WarmWorker], object]) -> None:
        super().__init__(env, limits)
        self._keep, self._is_ready, self._most = keep, True, limits.keep * 1024

    @property
    def lives(self) -> bool:
        """Whether its process has not ended."""
        return self._process.poll() is None

    def ask(self, request: Request, body: bytes, stopping: Event) -> None:
        self._is_ready = False
        super().ask(request, body, stopping)

    def answer(self, stopping: Event) -> Answer:
        found = super().answer(stopping)
        self._is_ready = not isinstance(found.value, SavedPage)  # more follows a page of a saved file
        return found

    def end(self) -> None:
        if self._is_ready and self.memory <= self._most and self.lives:
            self._keep(self)
        else:
            self.end_really()

    def end_really(self) -> None:
        super().end()
