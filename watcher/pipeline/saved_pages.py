"""Read saved pages: as a configured source reads its own pages, or by the forms that the kinds of sources know."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from watcher.errors import UnknownPage
from watcher.model import Reading, Source, Unreadable
from watcher.parsers import PARSERS
from watcher.sandbox.here import Parsing


@dataclass(frozen=True, slots=True)
class ReadPage:
    """What was read from a saved page, or from one part of a large file.

    ``kind``: the kind of source that the page belongs to, None if it cannot be told.
    ``source``: the configured source that read it, None if it was recognised by its form.
    """

    reading: Reading
    kind: str | None
    source: Source | None = None


def read_for(
    source: Source, body: bytes, others: Iterable[Source], parsing: Parsing, today: date
) -> Iterator[ReadPage]:
    """Yield what a saved page of ``source`` lists: read as the source reads its own pages, else as by :func:`read_any`.

    Raises ``UnknownPage`` with both reasons if it cannot be read in either way.

    ``others``: sources whose way of reading is tried if nothing else fits.
    ``today``: the day (UTC), for sources whose address changes by day.
    """
    own = _read_as(source, body, parsing, today)
    if isinstance(own, Reading) and own.entries:
        yield ReadPage(own, source.kind, source)
        return
    try:
        yield from read_any(body, others, parsing, today)
    except UnknownPage as error:
        if isinstance(own, Reading):
            yield ReadPage(own, source.kind, source)
        elif own.reason == str(error):
            raise
        else:
            raise UnknownPage(f"as a page of {source.name}: {own.reason}; otherwise: {error}") from None


def read_any(body: bytes, sources: Iterable[Source], parsing: Parsing, today: date) -> Iterator[ReadPage]:
    """Yield what a saved page lists, read by the form that it has.

    A page of unknown form is read by the first of ``sources`` that finds papers in it.

    Raises ``UnknownPage`` if nothing can read the page, or its rest after the first parts. ``today``: as of
    :func:`read_for`.
    """
    began = False
    try:
        for page in parsing.recognise(body):
            began = True
            yield ReadPage(page.reading, page.kind)
    except UnknownPage:
        found = None if began else _read_by_any(body, sources, parsing, today)
        if found is None:
            raise
        yield found


def _read_by_any(body: bytes, sources: Iterable[Source], parsing: Parsing, today: date) -> ReadPage | None:
    for source in sources:
        reading = _read_as(source, body, parsing, today)
        if isinstance(reading, Reading) and reading.entries:
            return ReadPage(reading, source.kind, source)
    return None


def _read_as(source: Source, body: bytes, parsing: Parsing, today: date) -> Reading | Unreadable:
    """Parse a page as if it came from the first address that the source polls; relative links begin there."""
    parser = PARSERS[source.kind]
    if parser.folder(source) is not None:
        return Unreadable("a folder has pages of any kind")
    return parsing.parse(body, parser.first_address(source, today), source)
