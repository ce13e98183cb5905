"""Mend the headers of an answer as browsers do. h11 would refuse an answer for one line that is no header.

This is harmless: each connection has one answer, and nothing is forwarded to a program that may read it differently.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

LARGEST = 100_000
"""Most bytes of headers that are mended; h11 refuses larger ones."""

_END = re.compile(rb"\n\r?\n")
_STATUS = re.compile(rb"HTTP/([0-9])(?:\.([0-9]))?[ \t]++([0-9]{3})(?![0-9])", re.IGNORECASE)
_BLANK_LINES = b"\r\n"
_FIELD = re.compile(rb"([-!#$%&'*+.^_`|~0-9a-zA-Z]++)[ \t]*+:(.*+)", re.DOTALL)
_NO_TEXT = bytes.maketrans(b"\x00\r\x0b\x0c", b"    ")
_FOLDED = (b" ", b"\t")
_LENGTH, _CODING = b"content-length", b"transfer-encoding"


class MendedHead:
    """Holds back the headers of an answer until they are complete, mends them, and passes on everything after them."""

    def __init__(self) -> None:
        self._held: bytearray | None = bytearray()

    def passed(self, data: bytes) -> bytes:
        """Take the next bytes of the answer; return those that can be read now, none before the headers are complete.

        ``data``: b"" at the end of the answer.
        """
        if self._held is None:
            return data
        searched = max(len(self._held) - 2, 0)  # an end may have begun in what came before
        self._held += data if self._held else data.lstrip(_BLANK_LINES)
        passed = bytearray()
        while (found := _END.search(self._held, searched)) and found.end() <= LARGEST:
            head, searched = bytes(self._held[: found.end()]), 0
            del self._held[: found.end()]
            passed += mended(head)
            if not _is_interim(head):
                break
        else:
            if data and len(self._held) <= LARGEST:
                return bytes(passed)
        passed += self._held
        self._held = None
        return bytes(passed)


def mended(head: bytes) -> bytes:
    """Return the head of an answer without the lines that are no headers.

    ``head``: the status line and the headers. One that begins with no status line is returned unchanged.
    """
    first, *lines = head.rstrip(b"\r\n").split(b"\n")
    status = _STATUS.match(first)
    if status is None:
        return head
    version = status[1] + b"." + (status[2] or b"1")
    begin = b"HTTP/" + (version if version in (b"1.0", b"1.1") else b"1.1") + b" " + status[3] + b" "
    return b"\r\n".join([begin, *_framed(list(_fields(lines))), b"", b""])


def _is_interim(head: bytes) -> bool:
    status = _STATUS.match(head)
    return status is not None and status[3].startswith(b"1")


def _fields(lines: list[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Yield (name, value) of each header. A continued line is part of the one before."""
    name, value = b"", b""
    for line in lines:
        if line.startswith(_FOLDED):
            value += b" " + line.strip()
            continue
        if name:
            yield name, value
        found = _FIELD.match(line.rstrip(b"\r"))
        name, value = (found[1], found[2]) if found else (b"", b"")
    if name:
        yield name, value


def _framed(fields: list[tuple[bytes, bytes]]) -> Iterator[bytes]:
    """Yield the lines of headers. A header about the length of the body is left out if it says nothing."""
    codings = {one.strip() for name, value in fields if name.lower() == _CODING for one in value.lower().split(b",")}
    is_known = codings <= {b"chunked", b"identity", b""}
    for name, value in fields:
        text = value.translate(_NO_TEXT).strip()
        if name.lower() == _LENGTH and not _is_length(text):
            continue
        if name.lower() == _CODING and is_known:
            continue
        yield name + b": " + text
    if is_known and b"chunked" in codings:
        yield b"Transfer-Encoding: chunked"


def _is_length(text: bytes) -> bool:
    return all(one.strip().isdigit() for one in text.split(b","))
