"""Turn a mistake of watcher itself into a reason why one page is broken, so that no other page is affected."""

from __future__ import annotations

import logging

from watcher.parsers.common import clean

log = logging.getLogger(__name__)


def reason_of(error: Exception, doing: str = "reading") -> str:
    """Return a reason for an exception that nobody foresaw: its kind, and the first line of what it says.

    With ``-v`` the log shows where it happened.
    """
    log.debug("internal error", exc_info=error)
    says = clean.line(str(error).strip().partition("\n")[0], 200)
    return f"internal error while {doing}: {type(error).__name__}" + (f": {says}" if says else "")
