"""Show a line on stderr for work that takes long: what is done, how much of it, how long it will take."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from threading import Lock, Timer
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from watcher.store import Transaction

T = TypeVar("T")

PATIENCE = 1.5
"""Seconds of work before anything is shown."""

LONGEST_NOTE = 24


class Steps:
    """How far some work is.

    ``done``: number of steps done.
    ``of``: number of all steps, None if not known.
    ``note``: what is being done now.
    """

    def __init__(self, of: int | None = None) -> None:
        self.of, self.done, self.note = of, 0, ""

    def begin(self, note: str) -> None:
        """Note what is being done now."""
        self.at(self.done, self.of, note)

    def step(self, n: int = 1) -> None:
        """Count ``n`` further steps."""
        self.at(self.done + n, self.of, self.note)

    def at(self, done: int, of: int | None, note: str = "") -> None:
        """Show how far the work is: ``done`` of ``of`` steps, None if their number is not known.

        ``note``: what is being done now.
        """
        self.done, self.of, self.note = done, of, note

    def over(self, items: Iterable[T]) -> Iterator[T]:
        """Yield items; count each as a step when the next one is asked for."""
        for item in items:
            yield item
            self.step()


class _ShownSteps(Steps):
    """Steps that can be shown as a bar."""

    def __init__(self, what: str, of: int | None) -> None:
        super().__init__(of)
        self._what = what
        self._lock, self._is_over = Lock(), False
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def show(self) -> None:
        """Show the bar, unless the work is over."""
        with self._lock:
            if self._is_over:
                return
            self._bar = _new_bar()
            self._task = self._bar.add_task(self._what, total=self.of, completed=self.done, note=_cut(self.note))
            self._bar.start()

    def at(self, done: int, of: int | None, note: str = "") -> None:
        super().at(done, of, note)
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=done, total=of, note=_cut(note))

    def end(self) -> None:
        """Remove the bar."""
        with self._lock:
            self._is_over = True
            if self._bar is not None:
                self._bar.stop()


@contextmanager
def progress(what: str, of: int | None = None) -> Iterator[Steps]:
    """Yield an object that counts the steps of some work. A bar shows them on a terminal after ``PATIENCE`` seconds.

    ``what``: the work, as in "importing".
    ``of``: number of steps, None if not known.
    """
    if not sys.stderr.isatty():
        yield Steps(of)
        return
    shown = _ShownSteps(what, of)
    timer = Timer(PATIENCE, shown.show)
    timer.daemon = True
    if PATIENCE > 0:
        timer.start()
    else:
        shown.show()
    try:
        yield shown
    finally:
        timer.cancel()
        shown.end()


@contextmanager
def counting(tx: Transaction, since: date | None) -> Iterator[Callable[[int], bool]]:
    """Yield a function that a search calls with the number of papers it has looked at; a bar shows them.

    ``since``: first digest day of these papers, None for all.
    """
    with progress("trying the rule", len(tx.papers.ids(since)) if sys.stderr.isatty() else None) as steps:

        def count(looked: int) -> bool:
            steps.at(looked, steps.of)
            return False

        yield count
        steps.at(steps.of or steps.done, steps.of)


def _cut(note: str) -> str:
    return note if len(note) <= LONGEST_NOTE else f"…{note[1 - LONGEST_NOTE :]}"


def _new_bar() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn
    from rich.text import Text

    class HowFar(ProgressColumn):
        """Count, share and time left, where it is known of how many; else count and time."""

        max_refresh = 0.5

        def render(self, task: Task) -> Text:
            return Text(_how_far(task.completed, task.total, task.elapsed or 0, task.time_remaining))

    columns = (
        TextColumn("{task.description}"),
        BarColumn(20),
        HowFar(),
        TextColumn("{task.fields[note]}", markup=False),
    )
    return Progress(*columns, console=Console(stderr=True), transient=True)


def _how_far(done: float, of: float | None, elapsed: float, left: float | None) -> str:
    """Return in words how far some work is.

    ``elapsed`` and ``left``: seconds; ``left`` is None if it is not known yet.
    """
    if of:
        remaining = "" if left is None else f", {_clock(left)} left"
        return f"{done:,.0f} of {of:,.0f}, {100 * done / of:.0f} %{remaining}"
    return f"{done:,.0f}, {_clock(elapsed)}" if done else _clock(elapsed)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
