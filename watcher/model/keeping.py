"""Places where papers are kept for people, beside the receivers that tell of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class KeepKind(StrEnum):
    FOLDER = "folder"  # notes in Markdown, one a paper
    BIB = "bib"  # a bibliography in BibTeX
    ZOTERO = "zotero"  # a library at Zotero
    WEBHOOK = "webhook"  # any service that takes JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepTarget:
    """A place where papers are kept, with its secrets put in.

    ``place``: a folder, a file, a Zotero library (``users/1``, ``groups/2``), or the address of a webhook.
    ``api``: the address of Zotero's API. ``key``: the key of a Zotero library.
    ``collection``: a Zotero collection, by its key or name; "" for none. ``tags``: of notes and of Zotero's items.
    ``headers``, ``body``: of a webhook. ``find``, ``find_body``: the address that says whether a paper is there.
    """

    name: str
    kind: KeepKind
    place: str
    api: str = ""
    key: str = field(default="", repr=False)
    collection: str = ""
    tags: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: str = ""
    find: str = field(default="", repr=False)
    find_body: str = ""

    @property
    def secrets(self) -> tuple[str, ...]:
        """What may be shown nowhere."""
        return tuple(one for one in (self.key, *self.headers.values()) if one)
