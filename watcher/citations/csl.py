"""Write CSL-JSON, as pandoc, citeproc and Zotero read it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from watcher.citations.names import AuthorName
from watcher.citations.reference import Reference, WorkKind, reference_of
from watcher.model import Hit, Paper
from watcher.model.objects import json_text
from watcher.render.readable import readable

TYPES = {WorkKind.PREPRINT: "article", WorkKind.ARTICLE: "article-journal", WorkKind.CONFERENCE: "paper-conference"}


def csl_of(found: Iterable[tuple[Paper, Hit | None]]) -> Iterator[str]:
    """Yield the text of one JSON array of CSL items, one for each paper found, each on a line of its own."""
    before = "[\n"
    for paper, _ in found:
        yield before + json_text(csl_item(reference_of(paper)))
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def csl_item(reference: Reference) -> dict[str, Any]:
    """Return a paper as a CSL item, without empty fields."""
    day, is_arxiv = reference.day, bool(reference.arxiv_id)
    item: dict[str, Any] = {
        "id": reference.key,
        "type": TYPES[reference.kind],
        "title": reference.plain_title,
        "author": [_name(author) for author in reference.authors],
        "issued": {"date-parts": [[day.year, day.month, day.day]]},
        "container-title": reference.venue,
        "DOI": reference.doi,
        "URL": reference.url,
        "abstract": readable(reference.abstract),
        "keyword": ", ".join(reference.keywords),
        "note": readable(reference.note),
        "archive": "arXiv" if is_arxiv else "",
        "archive_location": reference.arxiv_id,
        "number": f"arXiv:{reference.arxiv_id}" if is_arxiv else "",
        "publisher": "arXiv" if is_arxiv and reference.kind is WorkKind.PREPRINT else "",
        "genre": "Preprint" if reference.kind is WorkKind.PREPRINT else "",
    }
    return {name: value for name, value in item.items() if value}


def _name(name: AuthorName) -> dict[str, str]:
    if name.is_whole:
        return {"literal": name.family}
    parts = {
        "family": name.family,
        "given": name.given,
        "non-dropping-particle": name.particle,
        "suffix": name.suffix,
    }
    return {part: text for part, text in parts.items() if text}
