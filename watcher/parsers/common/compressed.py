"""Compressed files, piece by piece."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

MOST_INFLATED = 2**30
GZIP = b"\x1f\x8b"

_WITH_HEADER = 16 + zlib.MAX_WBITS
PIECE = 2**16


class CutOff(Exception):
    """The compressed data does not end, or is damaged before its end."""


def inflated(body: bytes) -> Iterator[bytes]:
    """The pieces of gzip data, of all its members one after the other (RFC 1952). Raises CutOff after the last whole
    piece, and for what inflates to more than a gigabyte."""
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
