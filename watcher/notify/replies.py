"""Limit smtplib's reading of answers: by itself it reads on while lines follow, and waits anew for each byte."""

from __future__ import annotations

import smtplib
from typing import Any

from watcher.notify.bounds import bounded

MOST = 64 * 1024
"""Bytes of an answer, all its lines together."""


class _InBounds:
    """Reads answers of at most ``MOST`` bytes.

    An answer must be complete within ``within`` seconds, or the socket's timeout if that is longer.
    """

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
    """SMTP without encryption, or encrypted from STARTTLS on."""


class Encrypted(_InBounds, smtplib.SMTP_SSL):
    """SMTP that is encrypted from the first byte."""
