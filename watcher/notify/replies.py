"""Bound what smtplib reads of answers: by itself it reads as long as lines follow, and waits anew for each byte.

Signing in sends UTF-8, as RFC 4616 says; smtplib sends ASCII only.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import smtplib
from collections.abc import Callable
from typing import Any

from watcher.notify.bounds import bounded

MOST = 64 * 1024
"""Most bytes of an answer, all its lines together."""


MOST_QUESTIONS = 5
"""Most questions that a server may ask while somebody signs in."""


class _InBounds:
    """Reads answers of at most ``MOST`` bytes.

    A whole answer must come within ``within`` seconds, or within the socket's timeout if that is longer.
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

    def auth(
        self, mechanism: str, authobject: Callable[..., str | None], *, initial_response_ok: bool = True
    ) -> tuple[int, bytes]:
        """Sign in by one mechanism.

        Raises ``SMTPAuthenticationError`` if the server refuses, and ``SMTPException`` if it asks ever more questions.
        """
        smtp: Any = self
        first = authobject() if initial_response_ok else None
        code, answer = smtp.docmd("AUTH", mechanism if first is None else f"{mechanism} {_in_base64(first)}")
        for _ in range(MOST_QUESTIONS):
            if code != 334:
                break
            try:
                question = base64.b64decode(answer)
            except binascii.Error:
                raise smtplib.SMTPAuthenticationError(code, answer) from None
            code, answer = smtp.docmd(_in_base64(authobject(question) or ""))
        if code == 334:
            raise smtplib.SMTPException("the server does not stop to ask")
        if code in (235, 503):
            return code, answer
        raise smtplib.SMTPAuthenticationError(code, answer)

    def auth_login(self, challenge: bytes | None = None) -> str:
        """Return the user's name at the beginning and if the server asks for it, else the password."""
        smtp: Any = self
        return str(smtp.user if challenge is None or challenge[:4].lower() == b"user" else smtp.password)

    def auth_cram_md5(self, challenge: bytes | None = None) -> str | None:
        """Return the answer to a challenge of CRAM-MD5, None if there is no challenge yet."""
        smtp: Any = self
        if challenge is None:
            return None
        return f"{smtp.user} {hmac.new(smtp.password.encode(), challenge, 'md5').hexdigest()}"


def _in_base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


class PlainSmtp(_InBounds, smtplib.SMTP):  # type: ignore[misc]
    """SMTP without encryption, or encrypted from STARTTLS on."""


class Encrypted(_InBounds, smtplib.SMTP_SSL):  # type: ignore[misc]
    """SMTP that is encrypted from the first byte."""
