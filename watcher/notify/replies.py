"""smtplib with answers within bounds: by itself it reads on while line follows line, and waits anew for each byte."""

from __future__ import annotations

import smtplib
from typing import Any

from watcher.notify.bounds import bounded

MOST = 64 * 1024
"""Bytes of one answer, all its lines together."""


class _InBounds:
    """Answers of ``MOST`` bytes, there whole within ``within`` seconds, or within the socket's timeout if longer."""

    def __init__(self, *args: Any, within: float, **settings: Any) -> None:
        self._within = within
        super().__init__(*args, **settings)

    def getreply(self) -> tuple[int, bytes]:
        smtp: Any = self
        if smtp.file is None:  # a new connection, or one that is encrypted from here on
            smtp.file, smtp.bounds = bounded(smtp.sock.makefile("rb"), smtp.sock)
        smtp.bounds.allow(MOST, max(smtp.sock.gettimeout() or 0, self._within))
        reply: tuple[int, bytes] = super().getreply()  # type: ignore[misc]
        return reply


class PlainSmtp(_InBounds, smtplib.SMTP):
    """Without encryption, or with it from STARTTLS on."""


class Encrypted(_InBounds, smtplib.SMTP_SSL):
    """Encrypted from the first byte."""
