"""From bytes to entries: one parser per kind of source, and the forms of saved pages. Pure and total."""

from __future__ import annotations

from watcher.parsers import arxiv, biorxiv, feed, huggingface, inbox, selected
from watcher.parsers.parser import Finding, Mistake, Parser
from watcher.parsers.saved import Saved, recognise, recognise_all

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

__all__ = ["PARSERS", "Finding", "Mistake", "Parser", "Saved", "recognise", "recognise_all"]
