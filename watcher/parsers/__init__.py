"""From bytes to entries: one parser per kind of source, and the forms of saved pages. Pure and total."""

from __future__ import annotations

from watcher.parsers.arxiv import kind as arxiv
from watcher.parsers.biorxiv import kind as biorxiv
from watcher.parsers.feed import kind as feed
from watcher.parsers.html import kind as selected
from watcher.parsers.huggingface import kind as huggingface
from watcher.parsers.inbox import kind as inbox
from watcher.parsers.parser import Finding, Mistake, Parser
from watcher.parsers.saved.recognise import SavedPage, recognise, recognise_all

PARSERS: dict[str, Parser] = {
    parser.kind: parser
    for parser in (
        huggingface.PARSER,
        arxiv.PARSER,
        biorxiv.BIORXIV,
        biorxiv.MEDRXIV,
        feed.PARSER,
        selected.PARSER,
        inbox.PARSER,
    )
}
"""All kinds of sources, by the name that ``kind:`` takes."""

__all__ = ["PARSERS", "Finding", "Mistake", "Parser", "SavedPage", "recognise", "recognise_all"]
