"""Return the texts of a feed's item as a reader sees them, however they are written."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error

from watcher.parsers.charsets.text import xml_text
from watcher.parsers.common import clean
from watcher.parsers.common.text_values import shown_text
from watcher.parsers.feed.journals import JournalText, taken_apart, without_citation
from watcher.parsers.feed.xml import XmlElement

TITLES = ("title", "dc:title")
ABSTRACTS = (
    *("summary", "description", "content:encoded", "content", "media:description"),
    *("dc:description", "dcterms:abstract", "itunes:summary", "xhtml:body", "body", "fullitem"),
)

_BLOCKS = re.compile(r"</\w+>|<(?:p|br|div|ul|ol|table|img|h[1-6])\b", re.IGNORECASE)
_SECTION = ("<![CDATA[", "]]>")
_OF_ARXIV = re.compile(r"\(arXiv:(?:\d{4}\.\d{4,5}|[a-z-]+/\d{7})v\d+ \[[\w.-]{2,20}\](?: UPDATED)?\)$")
_BINARY = ("application/octet-stream", "base64")


def title_of_item(node: XmlElement) -> str:
    """Return the title that an item shows, without the id that arXiv's feeds used to put behind it."""
    return _OF_ARXIV.sub("", _shown(node, TITLES, clean.TITLE_CHARS)).rstrip()


def abstract_of_item(node: XmlElement) -> JournalText:
    """Return the first text of an item that shows more than a citation, with the facts that stand in its texts."""
    authors, venue = "", None
    for child in node.all(*ABSTRACTS):
        if _is_text(node, child):
            if text := clean.line(_unquoted(_decoded(child)), clean.ABSTRACT_CHARS):
                return JournalText(text, authors, venue)
            continue
        found = taken_apart(_markup(child))
        authors, venue = authors or found.authors, venue or found.venue
        if text := without_citation(shown_text(found.abstract, clean.ABSTRACT_CHARS)):
            return JournalText(text, authors, venue)
    return JournalText("", authors, venue)


def _shown(node: XmlElement, names: tuple[str, ...], limit: int) -> str:
    """Return the text that the first child with one of these names shows. It is HTML, or only looks like it."""
    for child in node.all(*names):
        is_text = _is_text(node, child)
        text = clean.line(_unquoted(_decoded(child)), limit) if is_text else shown_text(_markup(child), limit)
        if text:
            return text
    return ""


def _is_text(node: XmlElement, child: XmlElement) -> bool:
    """Return whether what stands in a child of an item is plain text, and no HTML."""
    kind = child.attributes.get("type", "")
    if kind in ("xhtml", "application/xhtml+xml") or any(child.children):
        return False
    return kind in ("text", "text/plain") or (not kind and node.name == "entry" and _is_plain(child))


def _markup(child: XmlElement) -> str:
    """Return what stands in a child of an item as HTML."""
    if child.attributes.get("type", "") in ("xhtml", "application/xhtml+xml") or any(child.children):
        return child.markup()
    return _unquoted(_decoded(child))


def _decoded(child: XmlElement) -> str:
    """Return the text of an element, decoded if the element says that it is base64 (Atom 0.3; RFC 4287, 4.1.3.3)."""
    text = child.text()
    if child.attributes.get("mode") != "base64" and child.attributes.get("type") not in _BINARY:
        return text
    try:
        return xml_text(b64decode("".join(text.split()), validate=True))
    except (Error, ValueError):
        return text


def _unquoted(text: str) -> str:
    """Return the text in a CDATA section that was escaped as if it were text."""
    begin, end = _SECTION
    inner = text.strip()
    return inner.removeprefix(begin).removesuffix(end) if inner.startswith(begin) and inner.endswith(end) else text


def _is_plain(child: XmlElement) -> bool:
    """Return whether an Atom text without a type is plain text, as RFC 4287, 3.1.1 says; many are HTML nevertheless."""
    return child.name == "title" or not _BLOCKS.search(child.text())
