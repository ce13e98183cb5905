"""Write RIS, as Zotero, EndNote and Mendeley read it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from watcher.citations.names import AuthorName
from watcher.citations.reference import Reference, WorkKind, reference_of
from watcher.model import Hit, Paper
from watcher.render.readable import readable

TYPES = {WorkKind.PREPRINT: "UNPB", WorkKind.ARTICLE: "JOUR", WorkKind.CONFERENCE: "CONF"}
LINE_END = "\r\n"


def ris_of(found: Iterable[tuple[Paper, Hit | None]]) -> Iterator[str]:
    """Yield a RIS record for each paper found."""
    for paper, _ in found:
        reference = reference_of(paper)
        lines = [f"{tag}  - {value}" for tag, value in _tagged(reference) if value]
        yield LINE_END.join([*lines, "ER  - ", "", ""])


def _tagged(reference: Reference) -> Iterator[tuple[str, str]]:
    yield "TY", TYPES[reference.kind]
    yield "ID", reference.key
    yield "TI", reference.plain_title
    for author in reference.authors:
        yield "AU", _name(author)
    yield "PY", f"{reference.day.year:04}"
    yield (
        "DA",
        f"{reference.day:%Y/%m/%d}" if reference.day.year > 999 else f"{reference.day.isoformat()}".replace("-", "/"),
    )
    yield "T2", reference.venue
    yield "DO", reference.doi
    if reference.arxiv_id:
        yield "AN", f"arXiv:{reference.arxiv_id}"
        yield "DB", "arXiv"
    yield "UR", reference.url
    yield "AB", readable(reference.abstract)
    for keyword in reference.keywords:
        yield "KW", keyword
    yield "N1", readable(reference.note)


def _name(name: AuthorName) -> str:
    if name.is_whole:
        return name.family
    last = f"{name.particle} {name.family}".strip()
    return ", ".join(part for part in (last, name.given, name.suffix) if part)
