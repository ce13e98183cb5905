"""Logging to stderr: plain lines or JSON lines, with every known secret taken out, whoever logged it."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Iterable
from datetime import UTC, datetime

from watcher.notify import SHORTEST_SECRET, scrub

QUIET = ("httpx", "httpcore", "apscheduler", "alembic", "sqlalchemy", "markdown_it", "asyncio")
"""Libraries of which only warnings are shown; httpx would log every address."""

_PRIORITIES = {logging.CRITICAL: 2, logging.ERROR: 3, logging.WARNING: 4, logging.INFO: 6, logging.DEBUG: 7}
"""syslog(3) priorities, which journald reads from ``<n>`` at the beginning of a line (sd-daemon(3))."""

_secrets: set[str] = set()


def set_up(log_format: str, *, verbose: bool, secrets: Iterable[str]) -> None:
    """Log to stderr as ``plain`` or ``json``; calling it again replaces what was set up before."""
    add_secrets(secrets)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Json() if log_format == "json" else Plain(journal="JOURNAL_STREAM" in os.environ))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.DEBUG if verbose else logging.INFO)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def add_secrets(secrets: Iterable[str]) -> None:
    """Take these out of every line from now on. None is ever forgotten: a rotated password may still be logged."""
    _secrets.update(secret for secret in secrets if len(secret) >= SHORTEST_SECRET)


class Plain(logging.Formatter):
    """``2026-03-10 08:00:00 WARNING message``; under journald, which keeps the time, ``<4>message``."""

    def __init__(self, *, journal: bool) -> None:
        super().__init__("%(message)s" if journal else "%(asctime)s %(levelname)s %(message)s", "%Y-%m-%d %H:%M:%S")
        self._journal = journal

    def format(self, record: logging.LogRecord) -> str:
        text = scrub(super().format(record), _secrets)
        if not self._journal:
            return text
        prefix = f"<{_PRIORITIES.get(record.levelno, 6)}>"
        return "\n".join(prefix + line for line in text.split("\n"))


class Json(logging.Formatter):
    """One object a line: ts (ISO 8601, UTC), level, logger, message, and the traceback where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "ts": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": scrub(record.getMessage(), _secrets),
        }
        if record.exc_info:
            line["exc"] = scrub(self.formatException(record.exc_info), _secrets)
        return json.dumps(line, ensure_ascii=False)
