"""The config's keys of sources of kind ``aclanthology``, and the addresses that follow from them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from watcher.model import OtherForm, Source
from watcher.parsers.common.links import place_of
from watcher.parsers.parser import KeyForm, Mistake, key, own_keys

SITE = "https://aclanthology.org/"
FEED = f"{SITE}papers/index.xml"
"""The feed of the last thousand papers (aclanthology.org/posts, May 2024)."""

DATA = "https://raw.githubusercontent.com/acl-org/acl-anthology/master/data/xml/"
"""Where the Anthology keeps its own records, a file for each collection (aclanthology.org/info/development)."""

MOST_COLLECTIONS = 20

_ID = re.compile(r"(?:19|20)\d\d\.(?P<venue>[a-z\d]{1,30})-(?P<volume>[a-z\d]{1,30})\.\d{1,5}", re.ASCII)
_OLD_ID = re.compile(r"[A-Z]\d\d-\d{4}", re.ASCII)
_COLLECTION = re.compile(r"(?:19|20)\d\d\.[a-z\d]{1,30}|[A-Z]\d\d", re.ASCII)
_OWN_DOIS = frozenset({"tacl", "cl"})
"""Journals whose DOIs are not made of the Anthology's ids."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AclAnthologyKeys:
    """Keys of a source of the ACL Anthology: the collections that are read whole."""

    journal: tuple[str, ...] = key("In which journals: ISSNs, or the site's own ids.", KeyForm.TEXTS, default=())


def own(source: Source) -> AclAnthologyKeys:
    """Return the source's own keys."""
    return own_keys(source, AclAnthologyKeys)


def starts(source: Source, today: date) -> tuple[str, ...]:
    """Return the addresses of a poll: the feed, or the record of each collection."""
    if source.url:
        return (source.url,)
    return tuple(f"{DATA}{one}.xml" for one in own(source).journal if is_collection(one)) or (FEED,)


def collection_named(url: str) -> str:
    """Return the name of the list at an address, for people: the collection, "" for the feed."""
    name = url.removeprefix(DATA).removesuffix(".xml")
    return name if is_collection(name) else ""


def is_collection(text: str) -> bool:
    """Return whether a text is the id of a collection, such as ``2026.acl`` or ``P97``."""
    return _COLLECTION.fullmatch(text) is not None


def id_in(text: str) -> str | None:
    """Return the id of a paper (``2026.acl-long.1``, ``P97-1001``) in a text, alone or as the address of its page."""
    place = place_of(text) if text.startswith("http") else None
    host = (place.hostname or "").removeprefix("www.") if place else ""
    id = place.path.strip("/") if place and host == "aclanthology.org" else text
    return id if _ID.fullmatch(id) or _OLD_ID.fullmatch(id) else None


def labels_of(id: str) -> tuple[str, ...]:
    """Return the venue of a paper and its part of it, by its id (``acl``, ``acl-long``); nothing of older ids."""
    found = _ID.fullmatch(id)
    return (found["venue"], f"{found['venue']}-{found['volume']}") if found else ()


def anthology_page(id: str) -> str:
    """Return the address of the page of a paper."""
    return f"{SITE}{id}/"


def doi_claimed(id: str) -> tuple[OtherForm, ...]:
    """Return the DOI that most papers with such an id have, as another form: not all have one."""
    found = _ID.fullmatch(id)
    return (OtherForm(f"doi:10.18653/v1/{id}"),) if found and found["venue"] not in _OWN_DOIS else ()


def mistakes(source: Source) -> Iterator[Mistake]:
    """Yield the mistakes in the config of a source."""
    keys = own(source)
    if source.url and keys.journal:
        yield Mistake("journal", "`url` already says what is asked for: `journal` is not read", "remove one of them")
        return
    for n, one in enumerate(keys.journal):
        if not is_collection(one):
            hint = "write a year and a venue: journal: [2026.acl, 2026.tacl]"
            yield Mistake("journal", f"`{one[:60]}` is no collection of the ACL Anthology", hint, n)
    if len(keys.journal) > MOST_COLLECTIONS:
        what = f"this asks for more than {MOST_COLLECTIONS} lists at every look"
        yield Mistake("journal", what, "make several sources, or leave it out to read what is new")
