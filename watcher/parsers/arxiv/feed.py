"""Read arXiv's own feeds: the announcements of a day as RSS or Atom, and answers of its API.

The forms are those of https://info.arxiv.org/help/rss.html and https://info.arxiv.org/help/api/user-manual.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlencode, urlunsplit

from watcher.model import ARTICLE, Entry, Reading, Source, Unreadable
from watcher.parsers.arxiv.entry import Announced, announced, code_in, in_one_string, venue_and_stage
from watcher.parsers.arxiv.keys import own
from watcher.parsers.arxiv.taxonomy import is_of
from watcher.parsers.common import clean
from watcher.parsers.common.links import forms_named, ids_of_name, place_of
from watcher.parsers.common.text_values import moment
from watcher.parsers.feed.xml import FeedDocument, XmlElement

_HEADING = re.compile(r"\s*arXiv:\S+\s+Announce Type:\s*(\S+)\s+(?:Abstract:\s*)?", re.IGNORECASE)
_IN_TITLE = re.compile(r"\.? ?\(arXiv:[^\s(]+ \[[^\](]*\](?: UPDATED)?\)$")
_ERROR = "arxiv.org/api/errors"


@dataclass(frozen=True, slots=True)
class _Counts:
    """Which part of all results an answer of the API has; empty for feeds of announcements.

    ``start``: number of the first result, from 0.
    """

    total: int | None
    start: int


def parse_feed(document: FeedDocument, url: str, source: Source) -> Reading | Unreadable:
    """Return the announced papers whose kind counts; for an answer of the API, also the address of the next answer.

    The API does not say how a paper was announced. It counts as new if its first category is one of the source's.
    """
    counts = _Counts(_number(document.head, "totalResults"), _number(document.head, "startIndex") or 0)
    if error := _error_in(document):
        return Unreadable(f"arXiv's API answers with an error: {error}")
    if counts.total and not document.items and counts.start < counts.total:
        return Unreadable(f"arXiv's API says that there are {counts.total:,} results and gives none")
    if document.is_cut and not document.items:
        return Unreadable("the page is cut off before the end of its first entry")
    found = [_announced(node, is_api=counts.total is not None) for node in document.items]
    missing = sum(one is None for one in found)
    if missing:
        return Unreadable(f"{missing} of {len(found)} entries have no arXiv id or no title")
    known = (_by_category(one, own(source).categories) for one in found if one)
    reading = announced(known, own(source).announce, is_cut=document.is_cut)
    return reading if counts.total is None else replace(reading, next=_next(url, counts, len(document.items)))


def is_of_arxiv(document: FeedDocument) -> bool:
    """Return whether a feed is arXiv's own: it says so, and its items, if there are any, have arXiv's ids."""
    ids = [node.text("id", "guid") or node.attributes.get("rdf:about", "") for node in document.items]
    return "arxiv.org" in _names(document) and all(ids_of_name(id).arxiv_id or _ERROR in id for id in ids)


def _names(document: FeedDocument) -> str:
    links = " ".join(link.attributes.get("href", "") for link in document.head.all("link"))
    return " ".join([document.head.text("title"), document.head.text("link"), document.head.text("id"), links]).lower()


def _announced(node: XmlElement, *, is_api: bool) -> Announced | None:
    found = [
        ids_of_name(text) for text in (node.text("id", "guid"), node.attributes.get("rdf:about", ""), node.text("link"))
    ]
    named = next((one for one in found if one.arxiv_id), None)
    title = clean.line(_IN_TITLE.sub("", clean.line(node.text("title"), 2 * clean.TITLE_CHARS)))
    if named is None or not title:
        return None
    doi = clean.doi(node.text("arxiv:doi", "arxiv:DOI"))
    text = node.text("summary", "description")
    heading = _HEADING.match(text)
    at = moment(node.text("published", "pubDate", "dc:date"))
    keys = (f"arxiv:{named.arxiv_id}",)
    appeared = node.text("arxiv:journal_ref", "arxiv:journal_reference")
    venue, stage = venue_and_stage(appeared, node.text("arxiv:comment"), doi)
    entry = Entry(
        title=title,
        keys=keys,
        forms=forms_named(doi, ARTICLE, beside=keys),
        names_forms=True,
        abstract=clean.abstract(text[heading.end() :] if heading else text),
        authors=_authors(node),
        arxiv_id=named.arxiv_id,
        version=named.version or _version_in(text),
        doi=doi,
        stage=stage,
        url=f"https://arxiv.org/abs/{named.arxiv_id}",
        published=at if is_api else None,
        listed=at.date() if at else None,
        categories=_categories(node),
        note=clean.line(node.text("arxiv:comment")) or None,
        venue=venue,
        code_url=code_in(node.text("arxiv:comment")),
    )
    return Announced(entry, node.text("arxiv:announce_type") or (heading[1] if heading else ""))


def _by_category(one: Announced, categories: Iterable[str]) -> Announced:
    first = "".join(one.entry.categories[:1])
    if one.how or not first:
        return one
    return Announced(one.entry, "new" if is_of(first, categories) else "cross")


def _version_in(text: str) -> int | None:
    found = re.match(r"\s*(arXiv:\S+)", text)
    return ids_of_name(found[1]).version if found else None


def _authors(node: XmlElement) -> tuple[str, ...]:
    if named := [author.text("name") for author in node.all("author")]:
        return clean.names(named)
    return in_one_string(node.text("dc:creator"))


def _categories(node: XmlElement) -> tuple[str, ...]:
    primary = [child.attributes.get("term", "") for child in node.all("arxiv:primary_category")]
    others = [child.attributes.get("term") or child.text() for child in node.all("category")]
    return clean.names(list(dict.fromkeys(text.strip() for text in (*primary, *others))))


def _number(head: XmlElement, name: str) -> int | None:
    text = head.text(f"opensearch:{name}")
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else None


def _error_in(document: FeedDocument) -> str:
    first = document.items[0] if len(document.items) == 1 else None
    if first is None or _ERROR not in first.text("id"):
        return ""
    return clean.line(first.text("summary")) or "without saying which"


def _next(url: str, counts: _Counts, n: int) -> str | None:
    """Return the address of the next results, None at the end or if the address of these is not known.

    ``n``: number of results here.
    """
    place = place_of(url)
    if place is None or not n or counts.start + n >= (counts.total or 0):
        return None
    query = [pair for pair in parse_qsl(place.query) if pair[0] != "start"]
    return urlunsplit(place._replace(query=urlencode([*query, ("start", str(counts.start + n))])))
