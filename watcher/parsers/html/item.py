"""Read one paper from its item on a page, by the selectors of the source."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urldefrag, urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from watcher.model import Entry
from watcher.parsers.common import clean
from watcher.parsers.common.dates import instant_in
from watcher.parsers.common.html import element_text, elements_of, is_anchor, outermost
from watcher.parsers.common.links import ids_of_link
from watcher.parsers.common.names import names_in
from watcher.parsers.common.venue import venue_named
from watcher.parsers.html.keys import Selectors

_ABSTRACT = re.compile(r"abstract\b\s*[:.—–-]?\s*", re.IGNORECASE)


_RAISED = ("sup",)
"""What stands raised beside a name leads to its place or to a footnote."""


@dataclass(frozen=True, slots=True)
class PageAddress:
    """Where a page was found (``url``), and the address to which its links are relative (``base``)."""

    url: str
    base: str

    @classmethod
    def of(cls, tree: LexborHTMLParser, url: str) -> PageAddress:
        named = tree.css_first("base[href]")
        return cls(url, _joined(url, named.attributes.get("href") or "") if named else url)


def entry_of_element(item: LexborNode, title: LexborNode, selectors: Selectors, place: PageAddress) -> Entry:
    """Return the paper in an item. It is identified by the address of its link, or else by its title.

    ``item``: the element of one paper. ``title``: the element with its title.
    ``place``: where the page was found.
    """
    entry = Entry(
        title=clean.line(element_text(title)),
        abstract=_abstract(_found(item, selectors.abstract)),
        authors=names_in([element_text(node, _RAISED) for node in _found(item, selectors.authors)]),
        published=next((_instant(node) for node in _found(item, selectors.date)), None),
        venue=next((name for node in _found(item, selectors.venue) if (name := venue_named(element_text(node)))), None),
    )
    address = _address(_link(item, title, selectors), place)
    if address is None:
        return entry
    known = ids_of_link(address)
    if known.keys[0].startswith("url:") and urldefrag(address).url == urldefrag(place.url).url:
        # A list may link to its own parts: what tells them apart is the fragment.
        known = replace(known, keys=(f"url:{address}",))
    return replace(entry, keys=known.keys, url=address, arxiv_id=known.arxiv_id, version=known.version, doi=known.doi)


def _found(item: LexborNode, selector: str | None) -> list[LexborNode]:
    return outermost(elements_of(item, selector)) if selector else []


def _abstract(found: Sequence[LexborNode]) -> str:
    """Return the texts of all selected elements, without a label such as "Abstract"."""
    text = clean.abstract(" ".join(element_text(node) for node in found))
    return _ABSTRACT.sub("", text, count=1) if _ABSTRACT.match(text) and text[:1] == "A" else text


def _instant(node: LexborNode) -> datetime | None:
    for name in ("datetime", "content"):
        if found := instant_in(node.attributes.get(name) or ""):
            return found
    return instant_in(clean.line(element_text(node)))


def _link(item: LexborNode, title: LexborNode, selectors: Selectors) -> LexborNode | None:
    """Return the link that ``link`` selects, else the title's own, around or inside it, else the item's only one."""
    if selectors.link:
        return next(iter(elements_of(item, selectors.link)), None)
    around: LexborNode | None = title
    while around is not None:
        if around.tag == "a" and around.attributes.get("href"):
            return around
        around = around.parent if around.mem_id != item.mem_id else None
    links = elements_of(title, "a[href]") or elements_of(item, "a[href]")
    leading = [one for one in links if not is_anchor(one)] or links
    return leading[0] if len(leading) == 1 else None


def _address(link: LexborNode | None, place: PageAddress) -> str | None:
    """Return the address of a link, None if it leads to the page itself."""
    if link is None:
        return None
    inner = link if link.attributes.get("href") else link.css_first("a[href]")
    href = (inner.attributes.get("href") or "").strip() if inner else ""
    address = clean.url(_joined(place.base, href)) if href else None
    return None if address in (place.url, urldefrag(place.url).url) else address


def _joined(base: str, href: str) -> str:
    try:
        return urljoin(base, href)
    except ValueError:
        return ""
