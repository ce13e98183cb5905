"""Read collections of papers in JSON Lines, compressed or not, in batches.

Each line is an object with ``arxiv_id`` and ``title``, and if known ``abstract``, ``first_listed`` (the digest day) and
``upvotes``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from watcher.model import Entry, Reading, Unreadable
from watcher.parsers.common import clean
from watcher.parsers.common.compressed import PIECE, CutOff
from watcher.parsers.common.dates import day_of
from watcher.parsers.huggingface.entry import identified, is_id

BATCH = 500
"""Papers that are read and stored together."""

LONGEST_LINE = 2**20


def is_corpus(head: bytes) -> bool:
    """Return whether a text begins like a collection of papers in JSON lines."""
    line, end, _ = head.lstrip(b"\xef\xbb\xbf \r\n").partition(b"\n")
    return isinstance(_entry(line), Entry) if end or len(head) < PIECE else False


def read_corpus(pieces: Iterable[bytes]) -> Iterator[Reading | Unreadable]:
    """Yield the papers batch by batch. A line that cannot be read ends it, with its number."""
    batch: list[Entry] = []
    number = 0
    try:
        for number, line in enumerate(_lines(pieces), start=1):
            entry = _entry(line)
            if isinstance(entry, str):
                yield from _all(batch)
                yield Unreadable(f"line {number}: {entry}")
                return
            batch.append(entry)
            if len(batch) == BATCH:
                yield from _all(batch)
                batch = []
    except CutOff:
        warning = f"the file is cut off after {number} whole lines"
        yield Reading(entries=_once(batch), whole=False, warnings=(warning,))
        return
    yield from _all(batch)


def _all(batch: list[Entry]) -> Iterator[Reading]:
    if batch:
        yield Reading(entries=_once(batch))


def _once(batch: Iterable[Entry]) -> tuple[Entry, ...]:
    return tuple({(entry.keys, entry.listed): entry for entry in batch}.values())


def _lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the lines that are not blank; the last one may have no end. A line that is too long is cut."""
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        yield from filter(bytes.strip, whole)
        if len(rest) > LONGEST_LINE:
            yield rest
            return
    if rest.strip():
        yield rest


def _entry(line: bytes) -> Entry | str:
    """Return the paper of one line, or what is wrong with the line."""
    if len(line) > LONGEST_LINE:
        return f"longer than {LONGEST_LINE:,} bytes"
    try:
        value = json.loads(line.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError):
        return "not JSON, or cut off"
    if not isinstance(value, dict):
        return "no JSON object"
    number, title = value.get("arxiv_id"), clean.line(value.get("title"))
    if not isinstance(number, str) or not is_id(number) or not title:
        return "no arxiv_id and title"
    return identified(
        number,
        title=title,
        abstract=clean.abstract(value.get("abstract")),
        listed=day_of(value.get("first_listed")),
        upvotes=clean.number(value.get("upvotes")),
    )
