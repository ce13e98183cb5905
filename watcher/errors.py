"""Everything that watcher raises on purpose.

::

    WatcherError                     a person can act on it: printed as one line, never as a traceback
    ├── UsageError                   the config or the command line is wrong (exit 2)
    │   ├── ConfigError              carries every problem of the config at once
    │   ├── CronError                one schedule that cannot be read; carries a hint
    │   └── RuleError                one rule that cannot be read; carries the place and a hint
    ├── StoreError                   the database cannot be used: missing, newer, unwritable, damaged, full
    │   ├── DaemonRunning            another process holds the lock on this state folder
    │   ├── DatabaseAway             its server does not answer, which may mend itself
    │   ├── DatabaseLost             its file is gone, emptied, or another one lies in its place
    │   │   └── DatabaseDamaged      its file cannot be read
    │   └── DatabaseNewer            another watcher has brought the tables further than this one knows
    ├── Stopped                      the process was asked to end while a source was being read
    ├── Overtaken                    another daemon has read the source meanwhile
    └── UnknownPage                  a saved page of no kind that watcher reads

A page that cannot be fetched or read, and a message that cannot be sent, are values (``Unreachable``,
``Unreadable``, ``Outcome``), not exceptions: they are expected, stored and told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class WatcherError(Exception):
    """Something that a person can act on; ``str()`` is the whole message."""

    exit_code = 1


class UsageError(WatcherError):
    """The config or the command line is wrong."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a config file.

    ``line`` and ``column``: from 1; 0 if the place is not known.
    ``what``: what is wrong, in words; ``hint``: what to write instead.
    ``source_line``: the line as it stands in the file, for the caret.
    ``fatal``: it is an error; False for a warning.
    ``name``: as docs/warnings.md has it; ``accept:`` takes the names of warnings.
    """

    file: str
    line: int
    column: int
    what: str
    hint: str = ""
    source_line: str = ""
    fatal: bool = True
    name: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        kind = "" if self.fatal else "warning: "
        name = f" [{self.name}]" if self.name and not self.fatal else ""
        return f"{place}: {kind}{self.what}" + (f"; {self.hint}" if self.hint else "") + name


class ConfigError(UsageError):
    """The config cannot be used.

    ``problems``: all that is wrong, in file order.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class CronError(UsageError):
    """A cron expression cannot be read.

    ``what``: what is wrong with it.
    ``hint``: what to write instead.
    """

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(f"{what}; {hint}")
        self.what, self.hint = what, hint


class RuleError(UsageError):
    """A rule cannot be read.

    ``start`` and ``end``: offsets of the mistake in the rule's text.
    ``hint``: what to write instead.
    ``text``: the rule's whole text, set by whoever knows it, so that the place can be shown.
    """

    def __init__(self, what: str, *, start: int = 0, end: int = 0, hint: str = "", text: str = "") -> None:
        self.what, self.start, self.end, self.hint, self.text = what, start, max(start, end), hint, text
        super().__init__(what + (f"; {hint}" if hint else ""))


class StoreError(WatcherError):
    """The database cannot be used."""


class DaemonRunning(StoreError):
    """Another process holds the lock of this state folder."""


class DatabaseAway(StoreError):
    """The database's server does not answer. That may pass."""


class DatabaseLost(StoreError):
    """The database's file is gone or emptied, or another one is in its place."""


class DatabaseDamaged(DatabaseLost):
    """The database's file is there, but cannot be read as a whole."""


class DatabaseNewer(StoreError):
    """A newer release of watcher has migrated the tables further than this one knows."""


class Stopped(WatcherError):
    """The process was asked to stop while a source was being read. That says nothing about the source."""


class Overtaken(WatcherError):
    """Another daemon has read the source after this one lost its turn. Nothing is stored."""


class GzipError(WatcherError):
    """Compressed data ends early, is damaged, or holds more than is read; ``str()`` says which."""


class UnknownPage(WatcherError):
    """A saved page is of no kind that watcher reads."""
