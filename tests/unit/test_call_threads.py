"""Calls in kept threads: a call that hangs holds up no other, and is told to be under way."""

from __future__ import annotations

import threading

from tests.patience import PATIENCE
from watcher.notify.threads import CallThreads


def test_a_thread_is_kept_for_the_next_call() -> None:
    threads, names = CallThreads(), list[int | None]()
    for _ in range(3):
        names.append(threads.begin(threading.get_ident).result_within(PATIENCE))
        threads.begin(lambda: True).result_within(PATIENCE)
    assert None not in names and len(set(names)) <= 2


def test_a_call_that_hangs_holds_up_no_other() -> None:
    threads, gate = CallThreads(), threading.Event()
    hung = threads.begin(lambda: gate.wait(PATIENCE))
    assert hung.result_within(0.0) is None and not hung.is_over
    assert threads.begin(lambda: "done").result_within(PATIENCE) == "done"
    gate.set()
    assert hung.result_within(PATIENCE) is True and hung.is_over


def test_a_call_that_raises_has_no_result_and_is_over() -> None:
    def leave() -> str:
        raise SystemExit

    threads = CallThreads()
    call = threads.begin(leave)
    assert call.result_within(PATIENCE) is None and call.is_over
    assert threads.begin(lambda: 7).result_within(PATIENCE) == 7


def test_threads_without_a_call_end() -> None:
    threads, idents = CallThreads(), threading.Event()
    running: list[threading.Thread] = []

    def note() -> bool:
        running.append(threading.current_thread())
        return idents.wait(PATIENCE)

    calls = [threads.begin(note) for _ in range(3)]
    idents.set()
    assert all(call.result_within(PATIENCE) for call in calls)
    del threads
    for one in running:
        one.join(PATIENCE)
    assert not any(one.is_alive() for one in running)
