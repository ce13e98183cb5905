"""Read the body of a response, within limits on its compressed and its full size."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from watcher.errors import GzipError
from watcher.parsers.common.compressed import inflated

MOST_TIMES = 2
"""How often a body may be compressed, one compression within the other."""

_GZIP = frozenset(("gzip", "x-gzip"))
_OTHERS = frozenset(
    ("aes128gcm", "br", "compress", "dcb", "dcz", "deflate", "exi", "pack200-gzip", "x-compress", "zstd")
)
"""Codings other than gzip (https://www.iana.org/assignments/http-parameters/http-parameters.xhtml#content-coding)."""


class BadBody(Exception):
    """The body is too large, cut off, or in an unexpected coding. ``str()`` is for people."""


def read_body(chunks: Iterable[bytes], encoding: str, *, most_sent: int, most: int) -> bytes:
    """Return the whole body. Raises ``BadBody`` as soon as a limit is passed; nothing beyond it is kept in memory.

    ``chunks``: the body as it was sent.
    ``encoding``: the header Content-Encoding. Only gzip and no coding are accepted, since nothing else is asked for. A
        value that names no coding counts as none (:func:`no_codings`).
    ``most_sent``: most bytes as sent.
    ``most``: most bytes of the decompressed body.
    """
    codings = _named(encoding)
    if others := [one for one in codings if one in _OTHERS]:
        raise BadBody(f"the body is encoded as {others[0]!r}, which was not asked for")
    times = sum(one in _GZIP for one in codings)
    if times > MOST_TIMES:
        raise BadBody(f"the body is compressed {times} times over")
    if not times:
        return b"".join(_bounded(chunks, most, "body"))
    body = _gunzip(_bounded(chunks, most_sent, "compressed body"), most)
    for _ in range(times - 1):
        body = _gunzip([body], most)
    return body


def no_codings(encoding: str) -> tuple[str, ...]:
    """Return the words of a Content-Encoding that name no coding, such as ``utf-8`` or ``aws-chunked``."""
    return tuple(one for one in _named(encoding) if one not in _OTHERS and one not in _GZIP and one != "identity")


def _named(encoding: str) -> list[str]:
    names = (one.partition(";")[0].strip(" \t\"'").lower() for one in encoding.split(","))
    return [one for one in names if one]


def _bounded(chunks: Iterable[bytes], most: int, what: str) -> Iterable[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > most:
            raise BadBody(f"the {what} is larger than {_megabytes(most)}")
        yield chunk


def _gunzip(chunks: Iterable[bytes], most: int) -> bytes:
    """Return decompressed gzip, b"" where nothing was sent."""
    sent, out = iter(chunks), bytearray()
    first = next((one for one in sent if one), b"")
    try:
        for piece in inflated(chain([first], sent)) if first else ():
            out += piece
            if len(out) > most:
                raise BadBody(f"the body inflates to more than {_megabytes(most)}")
    except GzipError as error:
        raise BadBody(f"the body {error}") from error
    return bytes(out)


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:g} MB"
