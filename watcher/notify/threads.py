"""Call functions in threads of their own, so that a caller can stop waiting for a call that hangs."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread, current_thread
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Call(Generic[T]):
    """A call that was begun.

    ``is_over``: its function has ended.
    """

    def __init__(self, function: Callable[[], T]) -> None:
        self._function = function
        self._results: SimpleQueue[T | None] = SimpleQueue()
        self.is_over = False

    def run(self, ended: Callable[[], object]) -> None:
        """Call the function, then ``ended``, and only then let the result be seen."""
        result = None
        with suppress(BaseException):  # whoever waits sees that there is no result
            result = self._function()
        self.is_over = True
        ended()
        self._results.put(result)

    def result_within(self, timeout: float) -> T | None:
        """Return the result, None if the function does not end within ``timeout`` seconds or raises."""
        try:
            return self._results.get(timeout=timeout)
        except Empty:
            return None


BUSY, IDLE = "send", "send, idle"
"""Names of threads."""

_Calls = SimpleQueue[Call[Any] | None]


class CallThreads:
    """Threads for a call at a time, kept for the next call. Safe to use from several threads.

    They are daemon threads: one that hangs keeps no process from its end.
    """

    def __init__(self) -> None:
        self._idle: list[_Calls] = []
        weakref.finalize(self, _end, self._idle)

    def begin(self, function: Callable[[], T]) -> Call[T]:
        """Begin a call in a thread that has nothing to do."""
        call = Call(function)
        try:
            calls = self._idle.pop()
        except IndexError:
            calls = _Calls()
            Thread(target=_make_calls, args=(calls, self._idle), name=IDLE, daemon=True).start()
        calls.put(call)
        return call

    def end_idle(self) -> None:
        """End the threads that have nothing to do."""
        _end(self._idle)


def _end(idle: list[_Calls]) -> None:
    with suppress(IndexError):
        while True:
            idle.pop().put(None)


def _make_calls(calls: _Calls, idle: list[_Calls]) -> None:
    thread = current_thread()

    def rest() -> None:
        thread.name = IDLE
        idle.append(calls)

    while (call := calls.get()) is not None:
        thread.name = BUSY
        call.run(rest)
        del call  # what it holds is not kept until the next one
