"""Read compressed files piece by piece."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

MOST_INFLATED = 2**30
GZIP = b"\x1f\x8b"

_WITH_HEADER = 16 + zlib.MAX_WBITS
PIECE = 2**16


class CutOff(Exception):
    """Compressed data has no end, or is damaged before its end."""


def inflated(body: bytes) -> Iterator[bytes]:
    """Yield the pieces of gzip data, of all its members in order (RFC 1952).

    Raises ``CutOff`` after the last whole piece if the data is cut off, damaged, or more than a gigabyte when inflated.
    """
    member, rest, size = zlib.decompressobj(_WITH_HEADER), body, 0
    while rest:
        try:
            piece = member.decompress(rest, PIECE)
        except zlib.error:
            raise CutOff from None
        size += len(piece)
        if size > MOST_INFLATED:
            raise CutOff
        if piece:
            yield piece
        rest = member.unused_data if member.eof else member.unconsumed_tail
        if member.eof and rest.startswith(GZIP):
            member = zlib.decompressobj(_WITH_HEADER)
        elif member.eof:
            return
    if not member.eof:
        raise CutOff
