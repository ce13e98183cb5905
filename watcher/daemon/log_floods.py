"""Limit how often the same thing is logged, so that a fault that repeats neither fills the disk nor hides others."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

SPAN = 60.0
"""Seconds for which lines are counted."""

OF_A_CAUSE = 30
"""Most lines in ``SPAN`` of one message about one thing: its first argument, such as a source or a receiver."""

OF_A_MESSAGE = 3_000
"""Most lines in ``SPAN`` of one message about all things."""

MOST = 2_000
"""Most messages, and most things, that are remembered. The oldest is forgotten for a new one."""

_Key = tuple[str, str, str]
"""(logger, message, what it is about); the last is "" for a message about anything."""


@dataclass(slots=True)
class _Count:
    since: float
    level: int
    lines: int = 0
    left_out: int = 0


class FloodLimit:
    """Decides which records are logged. Those left out are counted, and the count is logged with the next record.

    ``monotonic``: returns the time in seconds.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._messages: dict[_Key, _Count] = {}
        self._causes: dict[_Key, _Count] = {}
        self._forgotten: list[tuple[int, str]] = []

    def allows(self, record: logging.LogRecord) -> bool:
        """Return whether a record is logged. One that is logged only on request (``-v``) always is."""
        if record.levelno < logging.INFO:
            return True
        args = record.args if isinstance(record.args, tuple) else ()
        about = str(args[0])[:200] if args else ""
        message = self._count(self._messages, (record.name, str(record.msg), ""), record)
        cause = self._count(self._causes, (record.name, str(record.msg), about), record)
        if message.lines > OF_A_MESSAGE:
            message.left_out += 1
        elif cause.lines > OF_A_CAUSE:
            cause.left_out += 1
        else:
            return True
        return False

    def over(self) -> list[tuple[int, str]]:
        """Return (level, text) of lines that say how many were left out in spans that are over; forget these counts."""
        now = self._monotonic()
        found, self._forgotten = self._forgotten, []
        for counts in (self._messages, self._causes):
            for key in [key for key, count in counts.items() if now - count.since >= SPAN]:
                found += _said(key, counts.pop(key))
        return found

    def _count(self, counts: dict[_Key, _Count], key: _Key, record: logging.LogRecord) -> _Count:
        if key not in counts and len(counts) >= MOST:
            oldest = next(iter(counts))
            self._forgotten += _said(oldest, counts.pop(oldest))
        count = counts.setdefault(key, _Count(self._monotonic(), record.levelno))
        count.lines += 1
        return count


def _said(key: _Key, count: _Count) -> list[tuple[int, str]]:
    """Return (level, text) of the line that says how many were left out, in a list that is empty if none were."""
    if not count.left_out:
        return []
    _, message, about = key
    whose = f" about {about}" if about else ""
    text = f"{count.left_out} more lines like this{whose} were left out: {' '.join(message.split())[:80]}"
    return [(count.level, text)]
