"""Read collections of papers in JSON Lines, compressed or not, in batches.

Each line is an object with ``arxiv_id`` and ``title``, and if known ``abstract``, ``first_listed`` (the digest day) and
``upvotes``.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator

from watcher.errors import GzipError
from watcher.model import Entry, Reading, Unreadable
from watcher.parsers.common import clean
from watcher.parsers.common.compressed import PIECE
from watcher.parsers.common.dates import day_of
from watcher.parsers.huggingface.entry import identified, is_id

KEYS = ("arxiv_id", "title", "abstract", "first_listed", "upvotes")
"""What is read of a line."""

_ELSEWHERE = {
    "arxiv_id": ("id", "arxiv", "arxivid", "paper_id", "paperid", "key"),
    "title": ("name", "heading"),
    "abstract": ("summary", "description", "content"),
    "first_listed": ("date", "day", "listed", "digest_date", "digest_day", "published", "published_at", "publishedat"),
    "upvotes": ("votes", "likes", "stars", "num_upvotes"),
}
"""What other programs call it."""

MOST_UNREAD = 5
"""Keys that are not read, which a warning names."""

BATCH = 500
"""Papers that are read and stored together."""

LONGEST_LINE = 2**20


def is_corpus(head: bytes) -> bool:
    """Return whether a text that begins with ``head`` is a collection of papers in JSON lines."""
    line, end, rest = head.lstrip(b"\xef\xbb\xbf \r\n").partition(b"\n")
    if not end and len(head) >= PIECE:
        return False
    return isinstance(_entry(line), Entry) or _is_meant_so(line, rest.lstrip())


def _is_meant_so(line: bytes, rest: bytes) -> bool:
    """Return whether a line is an object that names a paper by other keys, and other objects follow or nothing."""
    value = _object(line)
    if not isinstance(value, dict) or (rest and not rest.startswith(b"{")):
        return False
    named = set(KEYS).union(*_ELSEWHERE.values()).intersection(map(str.lower, value))
    return "title" in value and len(named) > 1 and not any(isinstance(one, dict) for one in _items(value))


def _items(value: dict[str, object]) -> Iterator[object]:
    for one in value.values():
        yield from one[:1] if isinstance(one, list) else (one,)


def read_corpus(pieces: Iterable[bytes]) -> Iterator[Reading | Unreadable]:
    """Yield the papers batch by batch. A line that cannot be read ends it, with its number.

    ``pieces``: the file's bytes, in order.
    """
    batch: list[Entry] = []
    number = 0
    unread: dict[str, None] = {}
    try:
        for number, line in enumerate(_lines(pieces), start=1):
            entry = _entry(line, unread)
            if isinstance(entry, str):
                yield from _all(batch, unread)
                yield Unreadable(f"line {number}: {entry}")
                return
            batch.append(entry)
            if len(batch) == BATCH:
                yield from _all(batch)
                batch = []
    except GzipError:
        warning = f"the file is cut off after {number} whole lines"
        yield Reading(entries=_once(batch), whole=False, warnings=(warning, *_said(unread)))
        return
    yield from _all(batch, unread)


def _all(batch: list[Entry], unread: Collection[str] = ()) -> Iterator[Reading]:
    if batch:
        yield Reading(entries=_once(batch), warnings=tuple(_said(unread)))


def _said(unread: Collection[str]) -> Iterator[str]:
    """Name the keys of the lines that are not read, and those that are."""
    if unread:
        named = ", ".join(f"`{one}`" for one in list(unread)[:MOST_UNREAD]) + ", …" * (len(unread) > MOST_UNREAD)
        yield f"not read: {named}{_written_instead(unread)}; read are {', '.join(KEYS)}"


def _written_instead(names: Iterable[str]) -> str:
    meant = {
        name: next((key for key, others in _ELSEWHERE.items() if name.lower().replace("-", "_") in others), "")
        for name in names
    }
    return "".join(f"; write {key} for `{name}`" for name, key in meant.items() if key)


def _once(batch: Iterable[Entry]) -> tuple[Entry, ...]:
    return tuple({(entry.keys, entry.listed): entry for entry in batch}.values())


def _lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield all lines but blank ones, the last with or without its end. Too long a line is cut."""
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        yield from filter(bytes.strip, whole)
        if len(rest) > LONGEST_LINE:
            yield rest
            return
    if rest.strip():
        yield rest


def _object(line: bytes) -> dict[str, object] | str:
    """Return the object of one line, or what is wrong with the line."""
    if len(line) > LONGEST_LINE:
        return f"longer than {LONGEST_LINE:,} bytes"
    try:
        value = json.loads(line.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError):
        return "not JSON, or cut off"
    return value if isinstance(value, dict) else "no JSON object"


def _entry(line: bytes, unread: dict[str, None] | None = None) -> Entry | str:
    """Return the paper of one line, or what is wrong with the line.

    ``unread``: gets the keys that are not read.
    """
    value = _object(line)
    if isinstance(value, str):
        return value
    others = [clean.line(one)[:40] for one in value if one not in KEYS]
    number, title = value.get("arxiv_id"), clean.line(value.get("title"))
    if not isinstance(number, str) or not is_id(number):
        wrong = "arxiv_id is missing" if number is None else "arxiv_id is no id of arXiv"
        return f'{wrong}: write "arxiv_id": "2601.00001"{_written_instead(others)}'
    if not title:
        return f'title is missing: write "title": "…"{_written_instead(others)}'
    if unread is not None:
        unread.update(dict.fromkeys(others[: 10 * MOST_UNREAD - len(unread)] if len(unread) < 10 * MOST_UNREAD else ()))
    return identified(
        number,
        title=title,
        abstract=clean.abstract(value.get("abstract")),
        listed=day_of(value.get("first_listed")),
        upvotes=clean.number(value.get("upvotes")),
    )
