"""Turn a mistake of watcher itself into the reason why one page is broken, so that no other page is affected."""

from __future__ import annotations

import logging

from watcher.parsers.common import clean

log = logging.getLogger(__name__)


def reason_of(error: Exception, doing: str = "reading") -> str:
    """Return the reason for an unforeseen exception: its class, and the first line of its message.

    With ``-v`` the log shows where it was raised. ``doing``: what was being done.
    """
    log.debug("internal error", exc_info=error)
    says = clean.line(str(error).strip().partition("\n")[0], 200)
    return f"internal error while {doing}: {type(error).__name__}" + (f": {says}" if says else "")
