"""Send mails over connections that are kept open.

Opening a connection costs more than sending a message: it takes four answers and a TLS handshake.
"""

from __future__ import annotations

import re
import select
import smtplib
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from threading import BoundedSemaphore, Lock
from typing import Any

from watcher.notify.replies import Encrypted, PlainSmtp
from watcher.notify.ways import certificates

PATIENCE = 20.0
"""Seconds to wait for an answer."""

LONGEST_IDLE = 20.0
"""Seconds after its last message at which a connection is closed, since it costs the server memory."""

LONGEST_LIFE = 300.0
"""Seconds for which a connection is used again (like Postfix's ``smtp_connection_reuse_time_limit``)."""

MOST_MESSAGES = 100
"""Most messages that are sent over one connection: many servers have this limit."""

LAST_PATIENCE = 600.0
"""Seconds to wait for the answer to a whole message.

A server may look for viruses first, and a client that hangs up before the answer gets the message delivered twice (RFC
5321, 4.5.3.2.6).
"""

WITHIN = 60.0
"""Seconds within which sending the message itself must begin. Later the claim of its delivery may be lost."""

AT_ONCE = 4
"""Most connections to one server: many servers accept few, and a server that hangs must not hold up all threads."""

PARTING = 1.0
"""Seconds to wait for the answer to QUIT."""

_FIRST_DOT = re.compile(rb"^\.", re.MULTILINE)
_TOO_BIG = 552
_GOODBYE = frozenset({-1, 421})  # smtplib: -1 is no answer that anybody understands


class AnswerLost(Exception):
    """The message was sent, but its answer did not come: it may have arrived."""


class TooBig(smtplib.SMTPResponseException):
    """The server refused the message because of its announced size, before it was sent."""


class _Stale(Exception):
    """A kept connection no longer works, and nothing of the message was sent over it."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """A mail server, and how to sign in there.

    ``host`` and ``port``: where it listens.
    ``user`` and ``password``: to sign in there, "" to send without signing in.
    ``secure``: ``insecure``, ``starttls`` or ``ssl`` (apprise's words).
    ``verify``: check the server's certificate.
    ``authorities``: certificates in PEM that are trusted in addition to the machine's.
    """

    host: str
    port: int
    secure: str
    user: str = ""
    password: str = field(default="", repr=False)
    verify: bool = True
    authorities: str = field(default="", repr=False)


@dataclass(slots=True)
class _Kept:
    smtp: smtplib.SMTP
    opened: float
    used: float
    messages: int = 0


@dataclass(frozen=True, slots=True)
class _Mail:
    sender: str
    recipients: Sequence[str]
    message: bytes
    begin_by: float


class Connections:
    """Kept connections to mail servers. Safe to use from several threads.

    Each connection is used by one thread at a time. A thread waits while a server has ``AT_ONCE`` connections in use.

    ``patience``: seconds that a server may be silent.
    ``last_patience``: the same, after a whole message.
    ``within``: seconds for an answer, and for everything before the message itself.
    """

    def __init__(
        self,
        patience: float = PATIENCE,
        last_patience: float = LAST_PATIENCE,
        within: float = WITHIN,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._patience, self._last_patience, self._within = patience, last_patience, within
        self._monotonic = monotonic
        self._lock = Lock()
        self._turns: dict[tuple[str, int], BoundedSemaphore] = {}
        self._idle: dict[MailServer, list[_Kept]] = {}
        self._closed = False

    def send(self, server: MailServer, sender: str, recipients: Sequence[str], message: bytes) -> list[str]:
        """Send a mail; return the recipients that the server refused, if it accepted others.

        If a kept connection no longer works, a new one is opened, once. After the message itself has begun, nothing is
        repeated. Raises ``AnswerLost`` if the message may have arrived, ``OSError`` for everything else (also
        smtplib's).

        ``message``: with CRLF line ends and 7-bit characters only.
        """
        mail = _Mail(sender, recipients, message, begin_by=self._monotonic() + self._within)
        with self._lock:
            turn = self._turns.setdefault((server.host, server.port), BoundedSemaphore(AT_ONCE))
        if not turn.acquire(timeout=self._within):
            raise TimeoutError("timed out")
        try:
            return self._send(server, mail)
        finally:
            turn.release()

    def _send(self, server: MailServer, mail: _Mail) -> list[str]:
        if kept := self._take(server):
            with suppress(_Stale):
                return self._hand_over(server, kept, mail)
        now = self._monotonic()
        return self._hand_over(server, _Kept(_connect(server, self._patience, self._within), now, now), mail)

    def close_idle(self) -> None:
        """Close connections that have been idle for ``LONGEST_IDLE``."""
        now = self._monotonic()
        with self._lock:
            old = [one for waiting in self._idle.values() for one in waiting if not _is_young(one, now)]
            self._idle = {
                server: young
                for server, waiting in self._idle.items()
                if (young := [one for one in waiting if _is_young(one, now)])
            }
        for one in old:
            _part(one.smtp)

    def close(self) -> None:
        """Close all connections; one that is in use is closed after its message."""
        with self._lock:
            self._closed = True
            left = [one for waiting in self._idle.values() for one in waiting]
            self._idle.clear()
        for one in left:
            _part(one.smtp)

    def _take(self, server: MailServer) -> _Kept | None:
        """Return the most recently used connection that still can be used, None if there is none."""
        while True:
            with self._lock:
                waiting = self._idle.get(server)
                if not waiting:
                    return None
                kept = waiting.pop()
            if _is_young(kept, self._monotonic()) and not _has_news(kept.smtp):
                return kept
            _part(kept.smtp)

    def _give(self, server: MailServer, kept: _Kept) -> None:
        kept.used, kept.messages = self._monotonic(), kept.messages + 1
        with self._lock:
            if keep := not self._closed and kept.messages < MOST_MESSAGES:
                self._idle.setdefault(server, []).append(kept)
        if not keep:
            _part(kept.smtp)

    def _hand_over(self, server: MailServer, kept: _Kept, mail: _Mail) -> list[str]:
        is_reusable = False
        try:
            refused = _envelope(kept.smtp, mail, is_old=kept.messages > 0)
            if self._monotonic() > mail.begin_by:
                raise TimeoutError("timed out")
            _body(kept.smtp, mail.message, self._last_patience)
            if kept.smtp.sock is not None:
                kept.smtp.sock.settimeout(self._patience)
            is_reusable = True
        except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused) as error:
            # A refusal is about one message, and the next may go over the same connection.
            is_reusable = _code(error) not in _GOODBYE and _is_reset(kept.smtp)
            raise
        finally:
            if is_reusable:
                self._give(server, kept)
            else:
                kept.smtp.close()
        return refused


def _envelope(smtp: smtplib.SMTP, mail: _Mail, *, is_old: bool) -> list[str]:
    """Send everything that comes before the message itself; return the refused recipients if others were accepted."""
    try:
        _sender(smtp, mail.sender, len(mail.message))
        refused = _recipients(smtp, mail.recipients)
        code, answer = smtp.docmd("DATA")
        if code != 354:
            raise smtplib.SMTPDataError(code, answer)
    except OSError as error:  # smtplib's exceptions are OSError, too
        if is_old and _may_be_age(error):
            raise _Stale from error
        raise
    return refused


def _sender(smtp: smtplib.SMTP, sender: str, size: int) -> None:
    code, answer = smtp.mail(sender, [f"size={size}"] if smtp.has_extn("size") else [])
    if code == _TOO_BIG:
        raise TooBig(code, answer)
    if code != 250:
        raise smtplib.SMTPSenderRefused(code, answer, sender)


def _recipients(smtp: smtplib.SMTP, recipients: Sequence[str]) -> list[str]:
    refused: dict[str, tuple[int, bytes]] = {}
    for recipient in recipients:
        code, answer = smtp.rcpt(recipient)
        if code in _GOODBYE:
            raise smtplib.SMTPRecipientsRefused({recipient: (code, answer)})
        if code not in (250, 251):
            refused[recipient] = (code, answer)
    if len(refused) == len(recipients):
        raise smtplib.SMTPRecipientsRefused(refused)
    return list(refused)


def _body(smtp: smtplib.SMTP, message: bytes, patience: float) -> None:
    """Send the message itself. After its first byte nobody can tell a lost message from a lost answer (RFC 1047)."""
    end = b".\r\n" if message.endswith(b"\r\n") else b"\r\n.\r\n"
    try:
        if smtp.sock is not None:
            smtp.sock.settimeout(patience)
        smtp.send(_FIRST_DOT.sub(b"..", message) + end)
        code, answer = smtp.getreply()
    except OSError as error:
        raise AnswerLost from error
    if code != 250:
        raise smtplib.SMTPDataError(code, answer)


def _connect(server: MailServer, patience: float, within: float) -> smtplib.SMTP:
    smtp: PlainSmtp | Encrypted
    settings: dict[str, Any] = {"local_hostname": _own_name(), "timeout": patience, "within": within}
    if server.secure == "ssl":
        smtp = Encrypted(server.host, server.port, context=certificates(server.verify, server.authorities), **settings)
    else:
        smtp = PlainSmtp(server.host, server.port, **settings)
    try:
        if server.secure == "starttls":
            smtp.starttls(context=certificates(server.verify, server.authorities))
        smtp.ehlo_or_helo_if_needed()
        if smtp.sock is not None:
            # A message goes out in several writes, and the last would wait for the first one's acknowledgement.
            smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if server.user and server.password:
            smtp.login(server.user, server.password)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _part(smtp: smtplib.SMTP) -> None:
    with suppress(OSError):
        if smtp.sock is not None:
            smtp.sock.settimeout(PARTING)
            smtp.quit()
    smtp.close()


def _is_young(kept: _Kept, now: float) -> bool:
    return now - kept.used < LONGEST_IDLE and now - kept.opened < LONGEST_LIFE


def _has_news(smtp: smtplib.SMTP) -> bool:
    """Return whether the server sent something without being asked: it is closing the connection."""
    if smtp.sock is None:
        return True
    asked = select.poll()
    asked.register(smtp.sock, select.POLLIN)
    return bool(asked.poll(0))


def _is_reset(smtp: smtplib.SMTP) -> bool:
    try:
        return smtp.rset()[0] == 250
    except OSError:
        return False


def _may_be_age(error: OSError) -> bool:
    """Return whether a new connection may work: this one was cut, or has carried too many messages."""
    if isinstance(error, smtplib.SMTPSenderRefused):
        return error.smtp_code in _GOODBYE or 400 <= error.smtp_code < 500
    return _code(error) in (0, *_GOODBYE)


def _code(error: OSError) -> int:
    """Return the code of a server's answer, 0 for an error without one."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return max(code for code, _ in error.recipients.values())
    return error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else 0


@lru_cache(maxsize=1)
def _own_name() -> str:
    # Asked once: without a name server every connection would wait for it.
    name = socket.getfqdn()
    return name if "." in name else "[127.0.0.1]"
