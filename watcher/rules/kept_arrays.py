"""Write arrays of numbers as bytes, and read them back in another process.

The bytes are a head in JSON and the arrays; nothing in them can be executed. A digest stands first, so that bytes that
were cut or changed by accident are refused. So are bytes of another version.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

_DIGEST, _LENGTH, _ALIGNED = 32, 8, 8

Piece = bytes | memoryview


class KeptArrays(NamedTuple):
    """Arrays by name, and what was written beside them."""

    head: Mapping[str, Any]
    arrays: dict[str, npt.NDArray[Any]]


def write_arrays(kind: str, version: str, kept: KeptArrays) -> Iterator[Piece]:
    """Yield the bytes of arrays, in pieces.

    ``kind``: what they are.
    ``version``: of everything that decides what they mean.
    """
    names = [(name, one.dtype.str, len(one)) for name, one in kept.arrays.items()]
    written = json.dumps({**kept.head, "version": version, "arrays": names}).encode("ascii")
    parts: list[Piece] = [len(written).to_bytes(_LENGTH, "little"), written]
    at = len(_magic(kind)) + _DIGEST + _LENGTH + len(written)
    for one in kept.arrays.values():
        parts += [bytes(-at % _ALIGNED), np.ascontiguousarray(one).view(np.uint8).data]
        at += -at % _ALIGNED + one.nbytes
    digest = blake2b(digest_size=_DIGEST)
    for part in parts:
        digest.update(part)
    yield _magic(kind)
    yield digest.digest()
    yield from parts


def read_arrays(kind: str, version: str, data: bytes) -> KeptArrays | None:
    """Return the arrays in these bytes; None if they are damaged, of another version, or something else."""
    begin = len(_magic(kind)) + _DIGEST
    body = memoryview(data)[begin:]
    if (
        not data.startswith(_magic(kind))
        or blake2b(body, digest_size=_DIGEST).digest() != data[begin - _DIGEST : begin]
    ):
        return None
    at = begin + _LENGTH
    end = at + int.from_bytes(body[:_LENGTH], "little")
    head = json.loads(data[at:end])
    if head["version"] != version:
        return None
    arrays: dict[str, npt.NDArray[Any]] = {}
    for name, dtype, length in head["arrays"]:
        end += -end % _ALIGNED
        arrays[name] = np.frombuffer(data, dtype, length, end)
        end += arrays[name].nbytes
    return KeptArrays(head, arrays)


def _magic(kind: str) -> bytes:
    return f"watcher: {kind}\n".encode("ascii")
