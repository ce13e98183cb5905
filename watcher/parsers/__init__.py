"""Read bytes into entries: one folder for each kind of source, and one table of all kinds. Pure, and never raising."""

from __future__ import annotations

from collections.abc import Iterator

from watcher.parsers import saved
from watcher.parsers.aclanthology import kind as aclanthology
from watcher.parsers.arxiv import kind as arxiv
from watcher.parsers.biorxiv import kind as biorxiv
from watcher.parsers.crossref import kind as crossref
from watcher.parsers.dblp import kind as dblp
from watcher.parsers.feed import kind as feed
from watcher.parsers.html import kind as html
from watcher.parsers.huggingface import kind as huggingface
from watcher.parsers.inbox import kind as inbox
from watcher.parsers.oai import kind as oai
from watcher.parsers.openalex import kind as openalex
from watcher.parsers.openreview import kind as openreview
from watcher.parsers.parser import Finding, Key, KeyForm, Mistake, Parser
from watcher.parsers.pubmed import kind as pubmed
from watcher.parsers.saved import SavedPage
from watcher.parsers.semanticscholar import kind as semanticscholar

_OF_PAGES = (
    huggingface.PARSER,
    arxiv.PARSER,
    biorxiv.BIORXIV,
    biorxiv.MEDRXIV,
    openalex.PARSER,
    crossref.PARSER,
    semanticscholar.PARSER,
    dblp.PARSER,
    openreview.PARSER,
    aclanthology.PARSER,
    pubmed.PARSER,
    oai.PARSER,
    feed.PARSER,
    html.PARSER,
)
PARSERS: dict[str, Parser] = {parser.kind: parser for parser in (*_OF_PAGES, inbox.parser(_OF_PAGES))}
"""Name that ``kind:`` takes → parser. The first kind is meant if a source names none."""


def recognise(body: bytes) -> SavedPage:
    """Return what a saved page of any kind lists. Raises ``UnknownPage`` if no kind can read it."""
    return saved.read_saved(body, tuple(PARSERS.values()))


def recognise_all(body: bytes) -> Iterator[SavedPage]:
    """Yield what a saved page of any kind lists; large files batch by batch. Raises ``UnknownPage``."""
    return saved.read_saved_in_batches(body, tuple(PARSERS.values()))


__all__ = [
    "PARSERS",
    "Finding",
    "Key",
    "KeyForm",
    "Mistake",
    "Parser",
    "SavedPage",
    "recognise",
    "recognise_all",
]
