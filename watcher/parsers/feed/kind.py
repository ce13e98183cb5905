"""The kind ``feed``: RSS 0.9 to 2.0, RDF, Atom and JSON Feed of any site."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from watcher.model import Reading, Source, Unreadable
from watcher.parsers.charsets.text import xml_warning
from watcher.parsers.common import clean
from watcher.parsers.common.links import place_of
from watcher.parsers.common.sniff import BodyForm, body_form, found_instead
from watcher.parsers.common.text_values import moment, people, shown_text
from watcher.parsers.common.venue import venue_named
from watcher.parsers.feed.item import FeedItem, absolute, cut_warning, entries_of_feed, untitled
from watcher.parsers.feed.journals import journal_in
from watcher.parsers.feed.json import VERSION, read_json
from watcher.parsers.feed.loose import read_loose
from watcher.parsers.feed.texts import abstract_of_item, title_of_item
from watcher.parsers.feed.xml import FeedDocument, NotWellFormed, XmlElement, read_xml
from watcher.parsers.parser import Mistake, Parser, SavedForm

_DATES = (
    *("published", "pubDate", "issued", "dc:date", "dcterms:issued", "prism:publicationDate", "prism:coverDate"),
    *("dcterms:created", "created", "date", "updated", "dcterms:modified", "modified"),
)
_IDENTIFIERS = ("dc:identifier", "prism:doi", "arxiv:doi")
_VENUES = ("prism:publicationName", "dc:source")
_HEADS = (
    "title",
    "link",
    "subtitle",
    "description",
    "id",
    "updated",
    "pubDate",
    "lastBuildDate",
    "dc:title",
    "dc:date",
)
"""Elements of which a feed without papers must have at least one; an error page that looks like a feed has none."""

_AUTHORS = ("dc:creator", "dc:author", "authors", "itunes:author")
_PAGES = ("application/pdf", "text/html")
"""Media types that show that an enclosed file is a paper, not a picture or sound."""

_NAMED_BY_MAIL = re.compile(r"[^\s,;()@]{1,64}+@[^\s,;()]{1,255}+ \(([^()]{1,200})\)")


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed says.

    ``site``: address of its site.
    ``is_cut``: its end is missing.
    ``wrong``: where it is not well-formed XML though it should be, "" if it is.
    ``is_named``: it says what it is a feed of, or when it was made.
    """

    items: Sequence[FeedItem]
    site: str = ""
    is_cut: bool = False
    wrong: str = ""
    is_named: bool = True


def parse(body: bytes, url: str) -> Reading | Unreadable:
    """Return the entries of a feed; the whole entries, with a warning, of a feed that is cut off.

    ``url``: where it was found.
    """
    feed = _feed(body, url)
    if isinstance(feed, Unreadable):
        return feed
    items, without = untitled(feed.items)
    if not items and (reason := _wrong_without_papers(feed)):
        return Unreadable(reason)
    warnings = [f"not well-formed XML ({feed.wrong}), read leniently"] if feed.wrong else []
    if without:
        warnings.append(f"{without} of {len(feed.items)} entries have neither title nor text and were left out")
    if warning := xml_warning(body):
        warnings.append(warning)
    if feed.is_cut:
        warnings.append(cut_warning(len(items)))
    entries = entries_of_feed(items, _host(url) or _host(feed.site), (url, feed.site))
    return Reading(
        entries=entries, whole=not feed.is_cut and without < max(len(feed.items), 1), warnings=tuple(warnings)
    )


def _wrong_without_papers(feed: Feed) -> str:
    """Return what is wrong with a feed without papers, "" for nothing. A broken feed must not seem quiet for ever."""
    if feed.is_cut:
        return "the page is cut off before the end of its first entry"
    if feed.wrong:
        return f"looked for papers, found none in XML that is not well-formed ({feed.wrong})"
    return (
        ""
        if feed.is_named or feed.items
        else "looked for papers, found the frame of a feed, without papers and without a title"
    )


def no_feed(body: bytes, url: str = "") -> str:
    """Return why a body cannot be a feed in any form, "" if it may be one.

    ``url``: where it was found, "" if that is not known.
    """
    form = body_form(body)
    if form is BodyForm.EMPTY:
        return "the page is empty"
    return "" if form in (BodyForm.XML, BodyForm.JSON) else f"looked for a feed, found {found_instead(body, url)}"


def _feed(body: bytes, url: str) -> Feed | Unreadable:
    if reason := no_feed(body, url):
        return Unreadable(reason)
    if body_form(body) is BodyForm.JSON:
        items = read_json(body, url)
        return items if isinstance(items, Unreadable) else Feed(items)
    try:
        document = read_xml(body)
    except NotWellFormed as wrong:
        return _loose(body, url, str(wrong))
    return document if isinstance(document, Unreadable) else _of_document(document, url)


def _loose(body: bytes, url: str, wrong: str) -> Feed | Unreadable:
    """Return a feed that is not well-formed, as far as it can be read.

    ``wrong``: where it is not well-formed.
    """
    document = read_loose(body)
    if isinstance(document, Unreadable):
        return document
    return replace(_of_document(document, url), wrong=wrong)


def _of_document(document: FeedDocument, url: str) -> Feed:
    head = document.head
    site = _link_of(head, (url,))
    bases = tuple(filter(None, (_based(head, url), url, site)))
    title = shown_text(head.text("title", "dc:title"), clean.TITLE_CHARS)
    journal = venue_named(head.text("prism:publicationName")) or journal_in(title, _host(site) or _host(url))
    items = [item_of(node, bases) for node in document.items]
    return Feed(
        [replace(item, venue=item.venue or journal) for item in items] if journal else items,
        site,
        document.is_cut,
        is_named=any(head.text(name) for name in _HEADS) or any(one.attributes.get("href") for one in head.all("link")),
    )


def item_of(node: XmlElement, bases: tuple[str, ...]) -> FeedItem:
    """Return an item of RSS, RDF or Atom.

    ``bases``: addresses that relative links may be relative to, the innermost first.
    """
    own = node.text("id", "guid") or node.attributes.get("rdf:about", "")
    link = _link_of(node, (_based(node, bases[0] if bases else ""), *bases))
    if not link and (_is_permalink(node) or node.name == "entry"):
        link = absolute(own, *bases) if node.name != "entry" else _other_link(node, own, bases)
    own = own or ("" if link else _addressed(node))
    origin = absolute(node.text("feedburner:origLink"), *bases)
    described = abstract_of_item(node)
    return FeedItem(
        title=title_of_item(node),
        link=origin or link or _enclosed(node, bases),
        middleman=link if origin else "",
        id=own[: clean.URL_CHARS],
        names=tuple(child.text().strip()[: clean.URL_CHARS] for child in node.all(*_IDENTIFIERS)),
        abstract=described.abstract,
        authors=_authors(node, described.authors),
        categories=_categories(node),
        venue=next((name for child in node.all(*_VENUES) if (name := venue_named(child.text()))), described.venue),
        published=next((at for name in _DATES if (at := moment(node.text(name)))), None),
    )


def _link_of(node: XmlElement, bases: tuple[str, ...]) -> str:
    """Return the address of what a node is about: in Atom the alternate link, in RSS the text of the link."""
    for child in node.all("link"):
        href = child.attributes.get("href")
        if href is not None and child.attributes.get("rel", "alternate") != "alternate":
            continue
        text = child.text() if href is None else href
        if address := absolute(text, _based(child, bases[0] if bases else ""), *bases):
            return address
    return ""


def _addressed(node: XmlElement) -> str:
    """Return the web address that stands among an item's identifiers: the item's own where it has no other."""
    found = (child.text().strip() for child in node.all("dc:identifier"))
    return next((text for text in found if clean.url(text)), "")


def _other_link(node: XmlElement, own: str, bases: tuple[str, ...]) -> str:
    """Return the address of an Atom entry without a link: that of its content, or else its id."""
    content = (child.attributes.get("src", "") for child in node.all("content"))
    return next((address for text in content if (address := absolute(text, *bases))), "") or clean.url(own) or ""


def _based(node: XmlElement, base: str) -> str:
    """Return the base address that a node gives itself, ``base`` if it gives none."""
    own = node.attributes.get("xml:base", "")
    return absolute(own, base) if own else ""


def _is_permalink(node: XmlElement) -> bool:
    return any(guid.attributes.get("isPermaLink", "true") != "false" for guid in node.all("guid"))


def _enclosed(node: XmlElement, bases: tuple[str, ...]) -> str:
    """Return the address of a paper that an item without a link encloses, "" for none."""
    found = (child.attributes for child in node.all("enclosure"))
    return next((absolute(one.get("url", ""), *bases) for one in found if one.get("type") in _PAGES), "")


def _authors(node: XmlElement, described: str) -> tuple[str, ...]:
    """Return the authors named by an item, or those in its text if they are more."""
    named = [name for author in node.all("author") for name in _of_author(author) if name]
    own = people(named or next((names for key in _AUTHORS if (names := _texts(node, key))), []))
    others = people([described]) if described else ()
    return others if len(others) > len(own) else own


def _of_author(author: XmlElement) -> list[str]:
    """Return the names in an author's element: of Atom its name, of RSS one or several ``name@example.org (Name)``."""
    if name := author.text("name"):
        return [name]
    text = author.text().strip()[: clean.ABSTRACT_CHARS]
    return _NAMED_BY_MAIL.findall(text) or [text]


def _texts(node: XmlElement, name: str) -> list[str]:
    return [text for child in node.all(name) if (text := child.text().strip())]


def _categories(node: XmlElement) -> tuple[str, ...]:
    found = [child.attributes.get("term") or child.text() for child in node.all("category", "dc:subject")]
    return clean.names(list(dict.fromkeys(" ".join(text.split()) for text in found)))


def _host(url: str) -> str:
    place = place_of(url)
    return (place.hostname or "") if place else ""


def _mistakes(source: Source) -> Iterator[Mistake]:
    if not source.url:
        yield Mistake("url", "a feed needs its address", "write url: https://example.org/feed.xml")


TOLD = frozenset({"title", "abstract", "author", "category", "venue", "published", "listed"})

PARSER = Parser(
    kind="feed",
    version=13,
    check=_mistakes,
    is_for_programs=lambda source: True,
    starts=lambda source, today: (source.url or "",),
    tells=lambda source: TOLD,
    parse=lambda body, url, source: parse(body, url),
    saves="RSS, Atom and JSON Feed",
    saved=(
        SavedForm(
            "feed",
            lambda body: body.form is BodyForm.JSON and VERSION.encode() in body.head,
            lambda body: parse(body.data, ""),
            is_anybodys=True,
        ),
        SavedForm(
            "feed",
            lambda body: body.form is BodyForm.XML,
            lambda body: parse(body.data, ""),
            last_resort=True,
            is_anybodys=True,
        ),
    ),
)
