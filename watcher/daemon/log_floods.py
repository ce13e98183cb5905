"""Limit how often one cause is logged: a fault that repeats must not fill the disk, nor hide the others."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

SPAN = 60.0
"""Seconds in which lines are counted."""

OF_A_CAUSE = 30
"""Lines of one message about one thing (its first argument: a source, a receiver) in that time."""

OF_A_MESSAGE = 3_000
"""Lines of one message about all things in that time."""

MOST = 2_000
"""Messages, and causes, that are remembered: the oldest is forgotten for a new one."""

_Key = tuple[str, str, str]
"""The logger, the message, and what it is about; "" for a message about anything."""


@dataclass(slots=True)
class _Count:
    since: float
    level: int
    lines: int = 0
    left_out: int = 0


class FloodLimit:
    """Says which records are logged. What is left out is counted, and said at the next record after its time.

    ``monotonic``: returns the time (s).
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._messages: dict[_Key, _Count] = {}
        self._causes: dict[_Key, _Count] = {}
        self._forgotten: list[tuple[int, str]] = []

    def allows(self, record: logging.LogRecord) -> bool:
        """Return whether a record is logged; what is logged on request (``-v``) always is."""
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
        """Return the level and the text of what is to be said of what was left out, and forget it."""
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
    """Return the level and the text of what is said of lines that were left out; nothing if none was."""
    if not count.left_out:
        return []
    _, message, about = key
    whose = f" about {about}" if about else ""
    text = f"{count.left_out} more lines like this{whose} were left out: {' '.join(message.split())[:80]}"
    return [(count.level, text)]
