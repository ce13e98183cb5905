"""Change a good input until it is bad: cut, repeat, nest, mix, and put in what parsers trip over."""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable, Sequence

from tests.fuzz.forms import change_element, change_json, change_line
from tests.fuzz.pieces import PIECES

LARGEST = 200_000
"""Bytes of an input: what is slow for this much is slow."""

Change = Callable[[bytes, random.Random], bytes]


def changed(seeds: Sequence[bytes], chance: random.Random) -> bytes:
    """Return one of the seeds after one to six changes, of at most ``LARGEST`` bytes."""
    data = chance.choice(seeds)
    for _ in range(chance.choice((1, 1, 2, 3, 6))):
        data = chance.choice(CHANGES)(data, chance)[:LARGEST]
    if chance.random() < 0.03:
        other = chance.choice(seeds)
        data = data[: chance.randint(0, len(data))] + other[chance.randint(0, len(other)) :]
    return data[:LARGEST]


def _place(data: bytes, chance: random.Random) -> int:
    return chance.randint(0, len(data))


def _span(data: bytes, chance: random.Random) -> tuple[int, int]:
    begin = _place(data, chance)
    return begin, min(len(data), begin + chance.choice((1, 3, 10, 60, 400, 3000)))


def _insert(data: bytes, chance: random.Random) -> bytes:
    at = _place(data, chance)
    return data[:at] + chance.choice(PIECES) + data[at:]


def _insert_many(data: bytes, chance: random.Random) -> bytes:
    at, much = _place(data, chance), chance.choice((10, 100, 1_000, 20_000, 100_000))
    pieces = b"".join(chance.sample(PIECES, chance.choice((1, 1, 2, 3))))
    return data[:at] + pieces * max(1, much // max(len(pieces), 1)) + data[at:]


def _remove(data: bytes, chance: random.Random) -> bytes:
    begin, end = _span(data, chance)
    return data[:begin] + data[end:]


def _repeat(data: bytes, chance: random.Random) -> bytes:
    begin, end = _span(data, chance)
    return data[:end] + data[begin:end] * chance.choice((1, 2, 20, 300)) + data[end:]


def _replace(data: bytes, chance: random.Random) -> bytes:
    begin, end = _span(data, chance)
    return data[:begin] + chance.choice(PIECES) + data[end:]


def _move(data: bytes, chance: random.Random) -> bytes:
    begin, end = _span(data, chance)
    rest, at = data[:begin] + data[end:], _place(data, chance)
    return rest[:at] + data[begin:end] + rest[at:]


def _flip(data: bytes, chance: random.Random) -> bytes:
    flipped = bytearray(data)
    for _ in range(chance.choice((1, 4, 30))):
        if flipped:
            flipped[chance.randrange(len(flipped))] = chance.randrange(256)
    return bytes(flipped)


def _cut(data: bytes, chance: random.Random) -> bytes:
    return data[: _place(data, chance)]


def _recode(data: bytes, chance: random.Random) -> bytes:
    return data.decode("utf-8", "replace").encode(
        chance.choice(("utf-16", "utf-16-le", "latin-1", "utf-32")), "replace"
    )


def _zip(data: bytes, chance: random.Random) -> bytes:
    packed = gzip.compress(data * chance.choice((1, 1, 50)), mtime=0)
    return packed if chance.random() < 0.7 else packed[: _place(packed, chance)]


def _nothing_left(data: bytes, chance: random.Random) -> bytes:
    return b"".join(chance.choices(PIECES, k=chance.choice((1, 5, 50, 500))))


CHANGES: tuple[Change, ...] = (
    *(_insert, _insert, _insert_many, _insert_many, _remove, _repeat, _replace, _replace, _move, _flip, _cut),
    *(_recode, _zip, _nothing_left, change_json, change_json, change_element, change_element, change_line),
)
