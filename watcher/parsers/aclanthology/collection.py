"""Read a collection of the ACL Anthology: https://github.com/acl-org/acl-anthology/blob/master/data/xml/schema.rnc."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from watcher.model import BY_MARK, PUBLISHED, Entry
from watcher.model.fields import kept_id
from watcher.parsers.aclanthology.keys import anthology_page, doi_claimed, id_in, labels_of
from watcher.parsers.apis.answers import kept_names
from watcher.parsers.apis.relations import several
from watcher.parsers.common import clean
from watcher.parsers.common.dates import day_of
from watcher.parsers.common.dois import of_doi
from watcher.parsers.common.venue import venue_named
from watcher.parsers.feed.xml import XmlElement

RETRACTED = "This paper has been retracted, as the ACL Anthology says"
REMOVED = "This paper has been withdrawn: the ACL Anthology has removed it"

_VERSION = re.compile(r"[1-9]\d?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """What a volume says of all its papers. ``ingested``: the day on which it came to the Anthology."""

    collection: str
    name: str
    title: str
    ingested: date | None


def volume_of(node: XmlElement, collection: str) -> Volume:
    """Return what a volume says of itself."""
    meta = next(iter(node.all("meta")), XmlElement("", {}))
    named = next((one.text() for one in meta.all("booktitle", "journal-title")), "")
    return Volume(
        collection=collection,
        name=node.attributes.get("id", ""),
        title=clean.line(named),
        ingested=day_of(node.attributes.get("ingest-date", "")),
    )


def anthology_id(node: XmlElement, volume: Volume) -> str | None:
    """Return the id of a paper: as its address says, or made of the numbers of its collection, volume and paper."""
    made = f"{volume.collection}-{volume.name}.{node.attributes.get('id', '')}"
    return id_in(node.text("url")) or id_in(made)


def entry_of(node: XmlElement, volume: Volume) -> Entry | None:
    """Return the entry for a paper, None if it has no id or no title."""
    id, title = anthology_id(node, volume), clean.line(_text(node, "title"))
    if id is None or not title:
        return None
    doi = clean.doi(node.text("doi"))
    own = f"url:{anthology_page(id)}"
    people = node.all("author")
    places = [clean.line(at.text(), clean.NAME_CHARS) for one in people for at in one.all("affiliation")]
    note, is_over = _note(node)
    code = next((one.attributes.get("url", "") for one in node.all("pwccode")), "")
    return Entry(
        title=title,
        keys=(*(of_doi(doi).keys if doi else ()), own),
        forms=() if doi else doi_claimed(id),
        names_forms=True,
        stage=None if is_over else PUBLISHED,
        retraction=BY_MARK if node.all("retracted") else None,
        doi=doi,
        abstract=clean.abstract(_text(node, "abstract")),
        authors=kept_names([_name(one) for one in people]),
        author_ids=tuple(
            kept
            for one in people
            for kept in kept_id("author", "orcid", one.attributes.get("orcid", ""), clean.line(_name(one)))
        ),
        organization=several(list(filter(None, places))),
        categories=kept_names(list(labels_of(id))),
        venue=venue_named(volume.title),
        note=note,
        version=_version(node),
        code_url=clean.url(code) if code.startswith("http") else None,
        listed=volume.ingested,
        url=anthology_page(id),
    )


def _note(node: XmlElement) -> tuple[str | None, bool]:
    """Return the remark on a paper, and whether it says that the paper is retracted or removed. Else it is an award."""
    for name, said in (("retracted", RETRACTED), ("removed", REMOVED)):
        for one in node.all(name):
            why = clean.line(one.text(), 500).rstrip(".")
            return f"{said} ({why})." if why else f"{said}.", True
    return "; ".join(clean.names([one.text() for one in node.all("award")])) or None, False


def _version(node: XmlElement) -> int:
    """Return the number of the newest revision; a paper without any is the first."""
    numbers = [one.attributes.get("id", "") for one in node.all("revision")]
    return max((int(one) for one in numbers if _VERSION.fullmatch(one)), default=1)


def _text(node: XmlElement, name: str) -> str:
    """Return the text of an element without the marks in it, such as those of letters that stay capital."""
    return next((one.text() for one in node.all(name)), "")


def _name(author: XmlElement) -> str:
    return " ".join(filter(None, (author.text("first"), author.text("last"))))


def papers_of(volumes: Sequence[XmlElement], collection: str) -> Iterator[tuple[XmlElement, Volume]]:
    """Yield the papers of volumes, each with its volume; no volume's own front matter."""
    for node in volumes:
        volume = volume_of(node, collection)
        for paper in node.all("paper"):
            yield paper, volume
