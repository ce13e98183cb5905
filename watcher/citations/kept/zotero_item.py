"""Write a paper as an item of Zotero's Web API (version 3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from watcher.citations.names import AuthorName
from watcher.citations.reference import Reference, WorkKind
from watcher.render.readable import readable

TYPES = {
    WorkKind.PREPRINT: "preprint",
    WorkKind.ARTICLE: "journalArticle",
    WorkKind.CONFERENCE: "conferencePaper",
}


def zotero_item(reference: Reference, collections: Sequence[str] = (), tags: Sequence[str] = ()) -> dict[str, Any]:
    """Return the item of a paper, without empty fields.

    ``collections``: keys of the collections that it is put into.
    ``tags``: given to every paper that is kept.
    """
    arxiv = f"arXiv:{reference.arxiv_id}" if reference.arxiv_id else ""
    own: Mapping[WorkKind, dict[str, str]] = {
        WorkKind.PREPRINT: {"repository": "arXiv" if arxiv else "", "archiveID": arxiv},
        WorkKind.ARTICLE: {"publicationTitle": reference.venue},
        WorkKind.CONFERENCE: {"proceedingsTitle": reference.venue},
    }
    item: dict[str, Any] = {
        "itemType": TYPES[reference.kind],
        "title": reference.plain_title,
        "creators": [_creator(author) for author in reference.authors],
        "abstractNote": readable(reference.abstract),
        "date": reference.day.isoformat(),
        "DOI": reference.doi,
        "url": reference.url,
        "extra": "" if reference.kind is WorkKind.PREPRINT else arxiv,
        "libraryCatalog": "watcher",
        "tags": [{"tag": tag} for tag in tags],
        "collections": list(collections),
        **own[reference.kind],
    }
    return {name: value for name, value in item.items() if value}


def is_same_item(item: Mapping[str, Any], reference: Reference) -> bool:
    """Return whether an item of a library is this paper: by DOI, arXiv id or link."""
    if reference.doi and str(item.get("DOI", "")).lower() == reference.doi.lower():
        return True
    links = [str(item.get(name, "")) for name in ("url", "archiveID", "extra", "archiveLocation")]
    if reference.arxiv_id:
        return any(_names(link, reference.arxiv_id) for link in links)
    return bool(reference.url) and links[0] == reference.url


def _names(text: str, arxiv_id: str) -> bool:
    """Return whether a text contains an arXiv id, with or without a version."""
    at = text.find(arxiv_id)
    before, after = text[max(0, at - 1) : at], text[at + len(arxiv_id) :]
    return at >= 0 and not before.isdigit() and not after[:1].isdigit()


def _creator(name: AuthorName) -> dict[str, str]:
    if name.is_whole:
        return {"creatorType": "author", "name": name.family}
    last = " ".join(part for part in (name.particle, name.family) if part)
    first = ", ".join(part for part in (name.given, name.suffix) if part)
    return {"creatorType": "author", "firstName": first, "lastName": last}
