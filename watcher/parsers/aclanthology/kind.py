"""The ACL Anthology as a kind of source: its feed of papers, and its records of collections."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from watcher.model import PUBLISHED, Entry, Reading, Source, Unreadable
from watcher.parsers.aclanthology.collection import anthology_id, entry_of, papers_of
from watcher.parsers.aclanthology.keys import (
    AclAnthologyKeys,
    anthology_page,
    collection_named,
    doi_claimed,
    id_in,
    labels_of,
    mistakes,
    own,
    starts,
)
from watcher.parsers.body import SavedBody
from watcher.parsers.common import clean
from watcher.parsers.common.sniff import BodyForm, body_form
from watcher.parsers.common.venue import venue_named
from watcher.parsers.feed import kind as feed
from watcher.parsers.feed.item import cut_warning
from watcher.parsers.feed.xml import FeedDocument, NotWellFormed, XmlForm, read_xml
from watcher.parsers.parser import Parser, SavedForm

LOOKED_FOR = "the feed or a collection of the ACL Anthology"
MANY = 10
"""Fewest papers of which one at least must have an author."""

FORM = XmlForm(what="collection of the ACL Anthology", roots=("collection",), items=("volume",), most_elements=400_000)

_COLLECTION = re.compile(rb"<collection\s[^<>]{0,60}\bid\s*=\s*[\"']([\w.]{2,40})[\"']")
_HEAD = 2_000
_IN = re.compile(r"(?:^| )in (?=[A-Z\d]|the )", re.ASCII)
"""Matches what stands between the authors and their volume."""

_AND = re.compile(r", | and ")


def parse(body: bytes, url: str) -> Reading | Unreadable:
    """Read the feed of papers, or the record of a collection."""
    found = _COLLECTION.search(body[:_HEAD])
    return _parse_collection(body, found[1].decode()) if found else _parse_feed(body, url)


def _parse_feed(body: bytes, url: str) -> Reading | Unreadable:
    if body_form(body) is BodyForm.JSON:
        return Unreadable(f"looked for {LOOKED_FOR}, found JSON")
    reading = feed.parse(body, url)
    if isinstance(reading, Unreadable):
        return Unreadable(reading.reason.replace("looked for a feed", f"looked for {LOOKED_FOR}", 1))
    entries = [_recorded(entry) for entry in reading.entries]
    if others := sum(entry is None for entry in entries):
        elsewhere = f"found one whose entries lead elsewhere ({others} of {len(entries)})"
        return Unreadable(f"looked for {LOOKED_FOR}, {elsewhere}")
    if not entries:
        return Unreadable("the feed of the ACL Anthology shows no papers; it has a thousand at any time")
    return replace(reading, entries=tuple(entry for entry in entries if entry))


def _recorded(entry: Entry) -> Entry | None:
    """Return an entry of the feed as the record of its paper. Its text has the authors and the volume, no abstract."""
    id = id_in(entry.url or "")
    if id is None:
        return None
    said = _IN.search(entry.abstract)
    day = entry.published.date() if entry.published else entry.listed
    return Entry(
        title=entry.title,
        keys=(f"url:{anthology_page(id)}",),
        forms=doi_claimed(id),
        stage=PUBLISHED,
        authors=tuple(filter(None, _AND.split(entry.abstract[: said.start()]))) if said else (),
        categories=labels_of(id),
        venue=venue_named(entry.abstract[said.end() :]) if said else None,
        listed=day,
        url=anthology_page(id),
    )


def _parse_collection(body: bytes, collection: str) -> Reading | Unreadable:
    try:
        document = read_xml(body, FORM)
    except NotWellFormed as wrong:
        return Unreadable(f"looked for {LOOKED_FOR}, found XML that is not well-formed ({wrong})")
    if isinstance(document, Unreadable):
        return document
    return _of_collection(document, collection)


def _of_collection(document: FeedDocument, collection: str) -> Reading | Unreadable:
    papers = list(papers_of(document.items, collection))[: clean.MOST_ENTRIES]
    if not papers:
        return Unreadable(f"the collection {collection} of the ACL Anthology has no papers")
    if nameless := sum(anthology_id(node, volume) is None for node, volume in papers):
        return Unreadable(f"{nameless} of {len(papers)} papers have no id of the ACL Anthology")
    entries = [entry for node, volume in papers if (entry := entry_of(node, volume))]
    if not entries:
        return Unreadable(f"none of {len(papers)} papers has a title")
    nobody = len(entries) >= MANY and not any(entry.authors for entry in entries)
    warnings = [cut_warning(len(entries))] if document.is_cut else []
    warnings += [f"none of {len(entries)} papers has an author"] if nobody else []
    return Reading(
        entries=tuple({entry.keys: entry for entry in entries}.values()),
        whole=not warnings,
        warnings=tuple(warnings),
        remarks=tuple(_remarks(document, papers, entries)),
    )


def _remarks(document: FeedDocument, papers: Sequence[object], entries: Sequence[Entry]) -> list[str]:
    counted = (
        (len(document.items), "volumes are in the collection"),
        (len(papers) - len(entries), "papers without a title are left out"),
        (sum(entry.retraction is not None for entry in entries), "are retracted"),
        (sum((entry.version or 1) > 1 for entry in entries), "have been revised"),
        (sum(not entry.abstract for entry in entries), "have no abstract there"),
    )
    return [f"{n:,} {what}" for n, what in counted if n]


def _told(source: Source) -> frozenset[str]:
    told = {"title", "author", "category", "venue", "listed"}
    whole = {"abstract", "org", "note", "author_id"}
    return frozenset(told | (whole if source.url or own(source).journal else set()))


def _is_feed(body: SavedBody) -> bool:
    return body.form is BodyForm.XML and b"aclanthology.org/papers/" in body.head


PARSER = Parser(
    kind="aclanthology",
    version=1,
    own=AclAnthologyKeys,
    check=mistakes,
    is_for_programs=lambda source: True,
    starts=starts,
    called=lambda source, url: collection_named(url),
    every=lambda source: timedelta(days=1),
    shows_again=lambda source: timedelta.max if own(source).journal else None,
    tells=_told,
    parse=lambda body, url, source: parse(body, url),
    saves="the ACL Anthology's feed, and its collections (XML)",
    saved=(
        SavedForm("acl anthology feed", _is_feed, lambda body: parse(body.data, "")),
        SavedForm(
            "acl anthology collection",
            lambda body: _COLLECTION.search(body.data[:_HEAD]) is not None and b"<volume" in body.data,
            lambda body: parse(body.data, ""),
        ),
    ),
)
