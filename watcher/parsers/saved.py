"""Recognise and read saved pages, by the forms that kinds of sources know."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from watcher.errors import GzipError, UnknownPage
from watcher.model import Reading, Unreadable
from watcher.parsers.body import SavedBody
from watcher.parsers.common.compressed import GZIP, inflated
from watcher.parsers.common.html import LARGEST_PAGE
from watcher.parsers.common.sniff import BodyForm, binary_kind
from watcher.parsers.parser import Parser, SavedForm

_HEAD = 2**21


@dataclass(frozen=True, slots=True)
class SavedPage:
    """A recognised page.

    ``form``: its form, in words.
    ``kind``: kind of source that it belongs to, None if nothing in it tells.
    ``reading``: what it lists.
    """

    form: str
    kind: str | None
    reading: Reading


def read_saved(body: bytes, kinds: Sequence[Parser]) -> SavedPage:
    """Return what a saved page lists, read by the first form that fits.

    Raises ``UnknownPage``, with what it looks like, if none of ``kinds`` can read it.
    """
    first, *rest = read_saved_in_batches(body, kinds)
    if not rest:
        return first
    entries = tuple(chain.from_iterable(saved.reading.entries for saved in (first, *rest)))
    return replace(first, reading=replace(rest[-1].reading, entries=entries))


def read_saved_in_batches(body: bytes, kinds: Sequence[Parser]) -> Iterator[SavedPage]:
    """Yield what a saved page lists; a large file batch by batch, never as a whole.

    Raises ``UnknownPage`` when it comes to something that cannot be read. Batches before that are valid.
    """
    if body.startswith(GZIP):
        yield from _compressed(body, kinds)
        return
    looked_at = SavedBody(body)
    if looked_at.form is BodyForm.JSON and (parser := _with_batches(body[:_HEAD], kinds)):
        yield from _in_batches(iter([body]), parser)
    else:
        yield _page(looked_at, kinds)


def _compressed(body: bytes, kinds: Sequence[Parser]) -> Iterator[SavedPage]:
    pieces = inflated([body])
    try:
        head = next(pieces, b"")
        if parser := _with_batches(head, kinds):
            yield from _in_batches(chain([head], pieces), parser)
            return
        page = bytearray(head)
        for piece in pieces:
            page += piece
            if len(page) > LARGEST_PAGE:
                raise UnknownPage(f"inflates to more than {LARGEST_PAGE:,} bytes")
    except GzipError as error:
        raise UnknownPage(f"looks like gzip data, and {error}") from None
    yield _page(SavedBody(bytes(page)), kinds)


def _with_batches(head: bytes, kinds: Sequence[Parser]) -> Parser | None:
    """Return the kind whose large files begin like this, None if there is none."""
    return next((one for one in kinds if one.batches and one.batches.fits(head)), None)


def _in_batches(pieces: Iterator[bytes], parser: Parser) -> Iterator[SavedPage]:
    if parser.batches:
        for reading in parser.batches.read(pieces):
            yield SavedPage(parser.batches.name, parser.kind, _read(reading))


def _page(body: SavedBody, kinds: Sequence[Parser]) -> SavedPage:
    if body.form is BodyForm.EMPTY:
        raise UnknownPage("the file is empty")
    if body.form is BodyForm.BINARY:
        raise UnknownPage(f"looks like {binary_kind(body.data)}; known are {_known(kinds)}")
    forms = [(parser, form) for parser in kinds for form in parser.saved]
    forms.sort(key=lambda one: one[1].last_resort)
    for parser, form in forms:
        if form.fits(body):
            return _saved(parser, form, body)
    raise UnknownPage(f"looks like no page that is known; known are {_known(kinds)}")


def _saved(parser: Parser, form: SavedForm, body: SavedBody) -> SavedPage:
    return SavedPage(form.name, None if form.is_anybodys else parser.kind, _read(form.read(body)))


def _known(kinds: Sequence[Parser]) -> str:
    return "; ".join(parser.saves for parser in kinds if parser.saves)


def _read(parsed: Reading | Unreadable) -> Reading:
    if isinstance(parsed, Unreadable):
        raise UnknownPage(parsed.reason)
    return parsed
