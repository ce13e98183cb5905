"""Log to stderr in plain or JSON lines: without known secrets and control characters, and without floods."""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import TextIO

from watcher.daemon.log_floods import FloodLimit
from watcher.notify import Scrubber

QUIET = ("httpx", "httpcore", "urllib3", "apscheduler", "alembic", "sqlalchemy", "markdown_it", "asyncio")
"""Libraries of which only warnings are logged. httpx and urllib3 would log every address."""

REPEATING = ("psycopg",)
"""Libraries whose warnings repeat what their exceptions say."""

OUTCOMES = ("watcher.outbox.results", "watcher.pipeline.subscriptions.apply.effects")
"""Loggers that say how each message ended and what became of each subscription."""

_PRIORITIES = {logging.CRITICAL: 2, logging.ERROR: 3, logging.WARNING: 4, logging.INFO: 6, logging.DEBUG: 7}
"""syslog(3) priorities. journald reads them from ``<n>`` at the beginning of a line (sd-daemon(3))."""

LONGEST = 20_000
"""Most characters of one entry."""

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}
_scrub = Scrubber()


def set_up(
    log_format: str, *, verbose: bool, secrets: Iterable[str], own: int = logging.INFO, says_outcomes: bool = False
) -> None:
    """Log to stderr; a second call replaces the first.

    ``log_format``: ``plain`` or ``json``.
    ``verbose``: log everything.
    ``secrets``: texts that are removed from every line.
    ``own``: lowest level of the program's own lines.
    ``says_outcomes``: the caller prints itself what ``OUTCOMES`` would log, so that these are silenced.
    """
    add_secrets(secrets)
    handler = LogStream(sys.stderr)
    plain = PlainFormat(journal="JOURNAL_STREAM" in os.environ, timed=sys.stderr.isatty())
    handler.setFormatter(Json() if log_format == "json" else plain)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.DEBUG if verbose else logging.INFO)
    logging.getLogger("watcher").setLevel(logging.DEBUG if verbose else own)
    for name in OUTCOMES:
        logging.getLogger(name).setLevel(logging.ERROR if says_outcomes and not verbose else logging.NOTSET)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in REPEATING:
        logging.getLogger(name).setLevel(logging.ERROR)


def add_secrets(secrets: Iterable[str]) -> None:
    """Remove these secrets from every line of the log from now on.

    They are removed for good: an old password may still be logged after it was replaced.
    """
    _scrub.add(secrets)


class LogStream(logging.StreamHandler[TextIO]):
    """Writes lines to a stream, without floods."""

    def __init__(self, stream: TextIO, monotonic: Callable[[], float] = time.monotonic) -> None:
        super().__init__(stream)
        self._limit = FloodLimit(monotonic)

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record. Write first how many were left out in a span that is over."""
        for level, text in self._limit.over():
            super().emit(logging.LogRecord(__name__, level, "", 0, text, None, None))
        if self._limit.allows(record):
            super().emit(record)


def one_entry(text: str) -> str:
    """Return a text as one entry of the log, cut if it is long.

    Control characters are escaped and further lines are indented, so that no text can look like another line of the
    log.
    """
    return harmless(text).replace("\n", "\n  ")


def harmless(text: str) -> str:
    """Return a text, cut if it is long, in which control characters are escaped; line ends stay."""
    cut = text[:LONGEST] + (f" … ({len(text):,} characters)" if len(text) > LONGEST else "")
    lines = cut.replace("\r\n", "\n").replace("\t", " ").split("\n")
    return "\n".join(line if line.isprintable() else "".join(map(_shown, line)) for line in lines)


def _shown(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode("ascii")


class PlainFormat(logging.Formatter):
    """Formats ``WARNING message``: at a terminal with the time before it, under journald ``<4>message``."""

    def __init__(self, *, journal: bool = False, timed: bool = False) -> None:
        line = "%(message)s" if journal else "%(levelname)s %(message)s"
        super().__init__(f"%(asctime)s {line}" if timed and not journal else line, "%Y-%m-%d %H:%M:%S")
        self._journal = journal

    def format(self, record: logging.LogRecord) -> str:
        text = one_entry(_scrub(super().format(record)))
        if not self._journal:
            return text
        prefix = f"<{_PRIORITIES.get(record.levelno, 6)}>"
        return "\n".join(prefix + line for line in text.split("\n"))


class Json(logging.Formatter):
    """Formats a record as a JSON object in one line.

    Its keys: ts (ISO 8601, UTC), level, logger, message; if there are any, the fields given as ``extra``, and exc.
    """

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "ts": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": harmless(_scrub(record.getMessage())),
        }
        fields = {name: value for name, value in vars(record).items() if name not in _STANDARD}
        if fields:
            line["fields"] = {name: harmless(_scrub(str(value))) for name, value in fields.items()}
        if record.exc_info:
            line["exc"] = harmless(_scrub(self.formatException(record.exc_info)))
        return json.dumps(line, ensure_ascii=False)
