"""Write papers as Atom (RFC 4287) and JSON Feed (1.1)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote
from xml.etree.ElementTree import Element, SubElement, tostring

from watcher.model import Paper
from watcher.render.clean import one_line
from watcher.render.readable import readable
from watcher.render.view import links, readable_title
from watcher.web.views.words import iso_words

ATOM = "http://www.w3.org/2005/Atom"
LONGEST = 5_000
"""Most characters of an abstract in a feed."""

LONGEST_TITLE = 200
MOST_AUTHORS = 100
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
"""Time of the last change of a feed without papers."""


@dataclass(frozen=True, slots=True)
class PaperFeed:
    """Papers for feed readers.

    ``id``: always the same, even if the pages move.
    ``url``: address of this feed.
    ``home``: address of the page with the same papers.
    ``further``: address of the feed's next page, "" for none.
    """

    id: str
    title: str
    url: str
    home: str
    further: str
    papers: Sequence[Paper]

    @property
    def updated(self) -> datetime:
        """When the newest paper was first seen."""
        return max((paper.first_seen for paper in self.papers), default=BEGINNING)


def feed_id(*names: str) -> str:
    """Return the id of a feed or entry: a tag (RFC 4151) that does not depend on the pages' address."""
    return "tag:watcher.invalid,2026:" + "/".join(quote(name, safe=":.") for name in names)


def atom_of(feed: PaperFeed) -> bytes:
    """Return a feed as Atom. Nothing in the texts of papers is markup there."""
    root = Element("feed", xmlns=ATOM)
    _text(root, "id", feed.id)
    _text(root, "title", one_line(feed.title, LONGEST_TITLE))
    _text(root, "updated", iso_words(feed.updated))
    _text(SubElement(root, "author"), "name", "watcher")
    SubElement(root, "link", rel="self", href=feed.url)
    SubElement(root, "link", rel="alternate", type="text/html", href=feed.home)
    if feed.further:
        SubElement(root, "link", rel="next", href=feed.further)
    for paper in feed.papers:
        _entry(SubElement(root, "entry"), paper)
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _entry(entry: Element, paper: Paper) -> None:
    _text(entry, "id", feed_id("paper", paper.key))
    _text(entry, "title", readable_title(paper))
    _text(entry, "updated", iso_words(paper.first_seen))
    if paper.published:
        _text(entry, "published", iso_words(paper.published))
    for link in links(paper)[:1]:
        SubElement(entry, "link", rel="alternate", href=link.url)
    for link in links(paper)[1:]:
        SubElement(entry, "link", rel="related", title=link.name, href=link.url)
    for author in _authors(paper):
        _text(SubElement(entry, "author"), "name", author)
    for category in paper.categories:
        SubElement(entry, "category", term=one_line(category, 100))
    _text(entry, "summary", _summary(paper))


def _text(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = text


def json_feed_of(feed: PaperFeed) -> bytes:
    """Return a feed as JSON Feed."""
    found: dict[str, Any] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": one_line(feed.title, LONGEST_TITLE),
        "home_page_url": feed.home,
        "feed_url": feed.url,
        "items": [_item(paper) for paper in feed.papers],
    }
    if feed.further:
        found["next_url"] = feed.further
    return json.dumps(found, ensure_ascii=False).encode("utf-8", "replace")


def _item(paper: Paper) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": feed_id("paper", paper.key),
        "title": readable_title(paper),
        "content_text": _summary(paper),
        "date_published": iso_words(paper.published or paper.first_seen),
        "date_modified": iso_words(paper.first_seen),
        "authors": [{"name": author} for author in _authors(paper)],
        "tags": [one_line(category, 100) for category in paper.categories],
    }
    for link in links(paper)[:1]:
        item["url"] = link.url
    return item


def _authors(paper: Paper) -> list[str]:
    return [name for author in paper.authors[:MOST_AUTHORS] if (name := one_line(author, 200))]


def _summary(paper: Paper) -> str:
    return one_line(readable(paper.abstract or paper.summary or ""), LONGEST)
