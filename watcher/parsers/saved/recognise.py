"""Pages that somebody saved: which of the known forms is it, and what does it list?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain

from watcher.errors import UnknownPage
from watcher.model import Reading, Source, Unreadable
from watcher.parsers.arxiv import entry as arxiv_entry
from watcher.parsers.arxiv import kind as arxiv
from watcher.parsers.arxiv import list as arxiv_list
from watcher.parsers.arxiv.feed import is_of_arxiv
from watcher.parsers.biorxiv import kind as biorxiv
from watcher.parsers.common.html import LARGEST_PAGE
from watcher.parsers.common.sniff import BodyForm, binary_kind, body_form
from watcher.parsers.digest_text import text as digest_text
from watcher.parsers.feed import json as feed_json
from watcher.parsers.feed import kind as feed
from watcher.parsers.feed.xml import FeedDocument, NotWellFormed, read_xml
from watcher.parsers.huggingface import api as huggingface_api
from watcher.parsers.huggingface import kind as huggingface
from watcher.parsers.saved.json_lines import GZIP, CutOff, inflated, is_corpus, read_corpus

KNOWN_FORMS = (
    "Hugging Face's daily papers as HTML, as JSON of its API, rendered to text or collected as JSON Lines; "
    "arXiv's feeds, lists and answers of its API; bioRxiv's and medRxiv's feeds and answers; RSS, Atom and JSON Feed"
)
_EVERYTHING = Source(name="saved", kind=arxiv.PARSER.kind, announce=arxiv_entry.KINDS)


@dataclass(frozen=True, slots=True)
class SavedPage:
    """A recognised page: its form, the kind of source that such pages belong to, and what it lists.

    ``kind`` is None where a page of a kind says nothing of which source it is of.
    """

    form: str
    kind: str | None
    reading: Reading


def recognise(body: bytes) -> SavedPage:
    """Tell what a saved page is, and read it.

    Raises UnknownPage, with what it looks like, for anything that is not one of the known forms or cannot be read.
    """
    first, *rest = recognise_all(body)
    if not rest:
        return first
    entries = tuple(chain.from_iterable(saved.reading.entries for saved in (first, *rest)))
    return replace(first, reading=replace(rest[-1].reading, entries=entries))


def recognise_all(body: bytes) -> Iterator[SavedPage]:
    """The same for large collections: batch by batch, never all in memory at once.

    Raises UnknownPage where it comes to what cannot be read; what was given before is right.
    """
    if body.startswith(GZIP):
        yield from _compressed(body)
    elif body_form(body) is BodyForm.JSON and is_corpus(body[: 2**21]):
        yield from _of_corpus(iter([body]))
    else:
        yield _page(body)


def _compressed(body: bytes) -> Iterator[SavedPage]:
    pieces = inflated(body)
    try:
        head = next(pieces, b"")
        if is_corpus(head):
            yield from _of_corpus(chain([head], pieces))
            return
        page = bytearray(head)
        for piece in pieces:
            page += piece
            if len(page) > LARGEST_PAGE:
                raise UnknownPage(f"inflates to more than {LARGEST_PAGE:,} bytes")
    except CutOff:
        raise UnknownPage("looks like gzip data that is cut off or damaged") from None
    yield _page(bytes(page))


def _of_corpus(pieces: Iterator[bytes]) -> Iterator[SavedPage]:
    for reading in read_corpus(pieces):
        yield SavedPage("JSON Lines of papers", huggingface.PARSER.kind, _read(reading))


def _page(body: bytes) -> SavedPage:
    match body_form(body):
        case BodyForm.EMPTY:
            raise UnknownPage("the file is empty")
        case BodyForm.BINARY:
            raise UnknownPage(f"looks like {binary_kind(body)}; known are {KNOWN_FORMS}")
        case BodyForm.JSON:
            return _of_json(body)
        case BodyForm.XML:
            return _of_xml(body)
        case BodyForm.HTML if arxiv_list.is_list(body):
            return SavedPage("arxiv list", arxiv.PARSER.kind, _read(arxiv.parse(body, "", _EVERYTHING)))
        case BodyForm.HTML:
            return SavedPage("huggingface page", huggingface.PARSER.kind, _read(huggingface.parse(body, "")))
        case BodyForm.TEXT:
            return SavedPage("digest text", huggingface.PARSER.kind, _read(digest_text.parse(body), "no digest page: "))


def _of_json(body: bytes) -> SavedPage:
    head = body[:2000].replace(b"\\/", b"/")
    if feed_json.VERSION.encode() in head:
        return SavedPage("feed", None, _read(feed.parse(body, "")))
    if b'"messages"' in head or b'"collection"' in head:
        server = biorxiv.server_in(body)
        return SavedPage(f"{server} api", server, _read(biorxiv.parse(body, "", server)))
    return SavedPage("huggingface api", huggingface.PARSER.kind, _read(huggingface_api.parse(body)))


def _of_xml(body: bytes) -> SavedPage:
    """One of arXiv's own feeds, all of its announcements, or any other."""
    try:
        document = read_xml(body)
    except NotWellFormed:
        return SavedPage("feed", None, _read(feed.parse(body, "")))
    if isinstance(document, FeedDocument) and is_of_arxiv(document):
        return SavedPage("arxiv feed", arxiv.PARSER.kind, _read(arxiv.parse(body, "", _EVERYTHING)))
    reading = _read(feed.parse(body, ""))
    if server := biorxiv.server_of_feed(body, reading.entries):
        return SavedPage(f"{server} feed", server, _read(biorxiv.parse(body, "", server)))
    return SavedPage("feed", None, reading)


def _read(parsed: Reading | Unreadable, prefix: str = "") -> Reading:
    if isinstance(parsed, Unreadable):
        raise UnknownPage(prefix + parsed.reason)
    return parsed
