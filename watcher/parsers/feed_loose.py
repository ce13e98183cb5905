"""Feeds that are not well-formed XML, read by feedparser, which knows what the wild has to offer.

It takes fifteen times as long as expat (docs/decisions), so that it only gets what expat refuses, and bounded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from watcher.model import Unreadable
from watcher.parsers import clean
from watcher.parsers.feed_item import Item, absolute
from watcher.parsers.feed_xml import well_formed_text
from watcher.parsers.html import DEEPEST, MOST_ATTRIBUTES, attributes, nesting
from watcher.parsers.prose import moment, people, plain
from watcher.parsers.venue import venue_named

LARGEST = 4 * 2**20
MOST_ITEMS = 2_000

_ITEM = re.compile(r"<(?:\w+:)?(?:item|entry)\b", re.IGNORECASE)
_DECLARATION = re.compile(r"<\?xml\b[^>]*\?>", re.IGNORECASE)
_VENUES = ("prism_publicationname", "dc_source")
_IDENTIFIERS = ("dc_identifier", "prism_doi", "arxiv_doi")


def read_loose(body: bytes, url: str) -> list[Item] | Unreadable:
    """The items of a feed found at ``url`` as far as they can be made out."""
    text = _DECLARATION.sub("", well_formed_text(body), count=1)
    if len(text) > LARGEST or len(_ITEM.findall(text)) > MOST_ITEMS:
        return Unreadable("the feed is not well-formed XML, and too large to be read leniently")
    body = text.encode(errors="replace")
    if "<!ENTITY" in text or nesting(body) > DEEPEST or attributes(body) > MOST_ATTRIBUTES:
        return Unreadable("the feed is not well-formed XML, and too intricate to be read leniently")
    import feedparser  # what few sources need is loaded where one does

    # Bytes, never a str: feedparser would open a file or an address of that name.
    found = feedparser.parse(BytesIO(body), sanitize_html=False, resolve_relative_uris=False)
    if not found.version and not found.entries:
        return Unreadable(f"looked for a feed, found XML that cannot be read: {clean.line(str(found.bozo_exception))}")
    bases = tuple(base for base in (url, clean.url(found.feed.get("link"))) if base)
    return [_item(entry, bases) for entry in found.entries]


def _item(entry: Mapping[str, Any], bases: tuple[str, ...]) -> Item:
    tags = [tag.get("term") for tag in entry.get("tags", [])]
    dates = (moment(entry.get(key)) for key in ("published", "created", "updated"))
    return Item(
        title=plain(entry.get("title") or "", clean.TITLE_CHARS),
        link=absolute(entry.get("link") or "", *bases),
        id=(entry.get("id") or "")[: clean.URL_CHARS],
        names=tuple(entry[key][: clean.URL_CHARS] for key in _IDENTIFIERS if isinstance(entry.get(key), str)),
        abstract=plain(entry.get("summary") or _content(entry)),
        authors=people([author.get("name") or "" for author in entry.get("authors", [])]),
        categories=clean.names(tags),
        venue=next((name for key in _VENUES if (name := venue_named(entry.get(key)))), None),
        published=next(filter(None, dates), None),
    )


def _content(entry: Mapping[str, Any]) -> str:
    return next((part.get("value") or "" for part in entry.get("content", [])), "")
