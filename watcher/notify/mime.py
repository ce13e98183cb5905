"""A mail as bytes: headers by the standard library, bodies by hand, which takes a third of the time."""

from __future__ import annotations

from binascii import b2a_qp
from email.header import Header
from email.message import EmailMessage
from email.policy import EmailPolicy
from typing import Any


class _Policy(EmailPolicy):
    """Leaves addresses in headers whole: a long one would be written in encoded words, which no reader follows.

    And loses no blanks of a long subject, as EmailPolicy does between two encoded words (CPython issue 92081).
    """

    def fold_binary(self, name: str, value: Any) -> bytes:
        if name == "List-Unsubscribe":
            return f"{name}: {value}{self.linesep}".encode("ascii")
        if name == "Subject" and not str(value).isascii():
            folded = Header(str(value), "utf-8", header_name=name).encode(linesep=self.linesep)
            return f"{name}: {folded}{self.linesep}".encode("ascii")
        return super().fold_binary(name, value)


# Anything but ASCII is encoded: not every server on the way takes eight bits.
POLICY = _Policy(linesep="\r\n", cte_type="7bit", max_line_length=78)

_PART = b'Content-Type: text/%s; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n'

_BOUNDARY = "=_watcher"
"""No line of quoted-printable text holds ``=_`` (RFC 2045, 6.7)."""


def mail_bytes(headers: EmailMessage, text: str, html: str | None) -> bytes:
    """A whole mail (RFC 5322, 2045, 2046): 7-bit characters, CRLF, lines of 78 at most in its bodies.

    ``headers`` are all but those of MIME; ``html`` is None for text alone.
    """
    for name in ("MIME-Version", "Content-Type", "Content-Transfer-Encoding"):
        del headers[name]
    head = headers.as_bytes().removesuffix(b"\r\n") + b"MIME-Version: 1.0\r\n"
    if html is None:
        return head + _part("plain", text)
    kind = f'Content-Type: multipart/alternative; boundary="{_BOUNDARY}"\r\n\r\n'.encode("ascii")
    line = f"--{_BOUNDARY}".encode("ascii")
    parts = [line + b"\r\n" + _part(*one) for one in (("plain", text), ("html", html))]
    return head + kind + b"".join(parts) + line + b"--\r\n"


def _part(subtype: str, text: str) -> bytes:
    """A part with its headers; it ends with a line's end of its own, before that of a boundary."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n") + "\n"
    body = b2a_qp(lines.replace("\n", "\r\n").encode(), istext=True)
    return _PART % subtype.encode("ascii") + b"\r\n" + body + b"\r\n"
