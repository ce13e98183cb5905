"""Read compressed data piece by piece."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

from watcher.errors import GzipError

MOST_INFLATED = 2**30
MOST_MEMBERS = 20_000
"""Most members of gzip data. Each costs time, and twenty bytes may be one; programs that write many give each 64 KB."""

GZIP = b"\x1f\x8b"
PIECE = 2**16

_WITH_HEADER = 16 + zlib.MAX_WBITS
_MEMBER = GZIP[:1]  # how a further member begins; its second byte may come in the next piece


def inflated(sent: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the pieces of gzip data, of all its members in order (RFC 1952). What stands behind them is ignored.

    Raises ``GzipError`` after the last whole piece. The time is linear in what is sent and yielded, however small
    the members are.
    """
    member, members, size = zlib.decompressobj(_WITH_HEADER), 1, 0
    is_behind = False
    for given in _small(sent):
        rest = given
        while rest and not is_behind:
            if member.eof:
                is_behind = not rest.startswith(_MEMBER)
                if is_behind:
                    break
                member, members = zlib.decompressobj(_WITH_HEADER), members + 1
            try:
                piece = member.decompress(rest, PIECE)
            except zlib.error:
                raise GzipError("is not the gzip that it claims to be") from None
            size += len(piece)
            if size > MOST_INFLATED:
                raise GzipError("inflates to more than a gigabyte")
            if members > MOST_MEMBERS:
                raise GzipError(f"is gzip of more than {MOST_MEMBERS:,} members")
            if piece:
                yield piece
            rest = member.unused_data if member.eof else member.unconsumed_tail
    if not member.eof:
        raise GzipError("was cut off: its gzip does not end")


def _small(sent: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the same data in pieces of at most ``PIECE``, since zlib copies what it leaves of one."""
    for one in sent:
        if len(one) <= PIECE:
            yield one
        else:
            yield from (one[at : at + PIECE] for at in range(0, len(one), PIECE))
