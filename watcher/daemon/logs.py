"""Log to stderr, as plain or JSON lines, without any known secret."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Iterable
from datetime import UTC, datetime

from watcher.notify import SHORTEST_SECRET, scrub

QUIET = ("httpx", "httpcore", "urllib3", "apscheduler", "alembic", "sqlalchemy", "markdown_it", "asyncio")
"""Libraries whose warnings alone are logged; httpx and urllib3 would log every address."""

_PRIORITIES = {logging.CRITICAL: 2, logging.ERROR: 3, logging.WARNING: 4, logging.INFO: 6, logging.DEBUG: 7}
"""syslog(3) priorities. journald reads them from ``<n>`` at the beginning of a line (sd-daemon(3))."""

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}
_secrets: set[str] = set()


def set_up(log_format: str, *, verbose: bool, secrets: Iterable[str], own: int = logging.INFO) -> None:
    """Log to stderr as ``plain`` or ``json``; a second call replaces the first.

    ``verbose``: log everything.
    ``own``: lowest level of the program's own lines.
    """
    add_secrets(secrets)
    handler = logging.StreamHandler(sys.stderr)
    plain = PlainFormat(journal="JOURNAL_STREAM" in os.environ, timed=sys.stderr.isatty())
    handler.setFormatter(Json() if log_format == "json" else plain)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.DEBUG if verbose else logging.INFO)
    logging.getLogger("watcher").setLevel(logging.DEBUG if verbose else own)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def add_secrets(secrets: Iterable[str]) -> None:
    """Remove these texts from every line from now on.

    They are kept for good: a rotated password may still be logged.
    """
    _secrets.update(secret for secret in secrets if len(secret) >= SHORTEST_SECRET)


class PlainFormat(logging.Formatter):
    """Formats ``WARNING message``; at a terminal with the time before it, under journald ``<4>message``."""

    def __init__(self, *, journal: bool = False, timed: bool = False) -> None:
        line = "%(message)s" if journal else "%(levelname)s %(message)s"
        super().__init__(f"%(asctime)s {line}" if timed and not journal else line, "%Y-%m-%d %H:%M:%S")
        self._journal = journal

    def format(self, record: logging.LogRecord) -> str:
        text = scrub(super().format(record), _secrets)
        if not self._journal:
            return text
        prefix = f"<{_PRIORITIES.get(record.levelno, 6)}>"
        return "\n".join(prefix + line for line in text.split("\n"))


class Json(logging.Formatter):
    """Formats a line as a JSON object.

    Ts (ISO 8601, UTC), level, logger, message, and if given fields (``extra``) and exc.
    """

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "ts": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": scrub(record.getMessage(), _secrets),
        }
        fields = {name: value for name, value in vars(record).items() if name not in _STANDARD}
        if fields:
            line["fields"] = {name: scrub(str(value), _secrets) for name, value in fields.items()}
        if record.exc_info:
            line["exc"] = scrub(self.formatException(record.exc_info), _secrets)
        return json.dumps(line, ensure_ascii=False)
