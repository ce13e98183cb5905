"""Read arXiv's lists in HTML.

``/list/CATEGORY/new`` has sections for new papers, cross-lists and replacements. ``/recent`` has a section for each
day, and no abstracts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlunsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from watcher.model import Entry, Reading, Unreadable
from watcher.parsers.arxiv.entry import Announced, announced, code_in, venue_and_stage
from watcher.parsers.common import clean
from watcher.parsers.common.dates import instant_in
from watcher.parsers.common.dois import PaperIds
from watcher.parsers.common.html import html_tree_of
from watcher.parsers.common.links import ids_of_link, place_of
from watcher.parsers.common.sniff import is_cut_off, is_login, title_of

SITE = "https://arxiv.org"
_SECTIONS = (("new", "new"), ("cross", "cross"), ("replacement", "replace"))
_DAY = re.compile(r"(?:listings for |^\s*)\w+, (\d{1,2} \w+ \d{4})")
_TOTAL = re.compile(r"Total of (\d{1,6}) entr")
_SUBJECT = re.compile(r"\(([a-z-]+(?:\.[A-Za-z-]+)?)\)")
_NOTHING = re.compile(r"no updates today|no new listings|total of 0 entr", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Row:
    """A ``<dt>`` with its ``<dd>``, and the kind and day of their section."""

    head: LexborNode
    body: LexborNode
    how: str
    day: date | None


def parse_list(body: bytes, url: str, announce: Iterable[str]) -> Reading | Unreadable:
    """Return the papers of a whole list, of its first page, or the complete ones of a list that is cut off.

    ``announce``: kinds of announcement that count.
    """
    tree = html_tree_of(body)
    if isinstance(tree, Unreadable):
        return tree
    text = tree.body.text() if tree.body else ""
    is_cut = is_cut_off(body)
    rows = list(_rows(tree, _day(text)))
    whole = rows[:-1] if is_cut else rows
    if not whole:
        return _without_papers(body, text, is_cut=is_cut)
    found = [_announced(row) for row in whole]
    missing = sum(one is None for one in found)
    if missing:
        return Unreadable(f"{missing} of {len(found)} papers of the list have no arXiv id or no title")
    reading = announced((one for one in found if one), announce, is_cut=is_cut)
    return _counted(reading, url, len(rows), _total(text))


def is_list(body: bytes) -> bool:
    """Return whether an HTML page looks like one of arXiv's lists."""
    return b"arxiv" in body[:20_000].lower() and (b"<dl id='articles'" in body or b'<dl id="articles"' in body)


def _without_papers(body: bytes, text: str, *, is_cut: bool) -> Reading | Unreadable:
    if is_cut:
        return Unreadable(f"the page is cut off before the end of its first paper, after {len(body):,} bytes")
    if _NOTHING.search(text):
        return Reading(entries=())
    seen = "a login page" if is_login(body) else f'a page titled "{title_of(body)}"'
    return Unreadable(f"looked for arXiv's list of papers (<dl id='articles'>), found {seen}")


def _counted(reading: Reading, url: str, shown: int, total: int | None) -> Reading:
    """Return a reading with the address of the next page, or a warning, if the list has more papers than are here.

    ``total``: how many papers the list has by its own account, None if it does not say.
    """
    place = place_of(url)
    if not reading.whole or total is None or shown >= total or (place and "skip=" in place.query):
        return reading
    if place is None:
        return replace(reading, warnings=(*reading.warnings, f"the first {shown} of {total} papers of the list"))
    return replace(reading, next=urlunsplit(place._replace(query=f"skip={shown}&show={total}")))


def _rows(tree: LexborHTMLParser, day: date | None) -> Iterator[_Row]:
    for articles in tree.css("dl#articles"):
        how, head = "", None
        for node in articles.iter():
            if node.tag == "h3":
                how, day = _kind(node.text()), _day(node.text()) or day
            elif node.tag == "dt":
                head = node
            elif node.tag == "dd" and head is not None:
                yield _Row(head, node, how, day)
                head = None


def _kind(heading: str) -> str:
    low = heading.strip().lower()
    return next((kind for start, kind in _SECTIONS if low.startswith(start)), "")


def _announced(row: _Row) -> Announced | None:
    named = _named(row.head)
    title = _text(row.body, ".list-title")
    if not named.arxiv_id or not title:
        return None
    authors = [link.text() for link in row.body.css(".list-authors a")]
    subjects = _SUBJECT.findall(_text(row.body, ".list-subjects"))
    abstract = row.body.css_first("p.mathjax")
    comments = _text(row.body, ".list-comments")
    venue, stage = venue_and_stage(_text(row.body, ".list-journal-ref"), comments)
    entry = Entry(
        title=title,
        keys=(f"arxiv:{named.arxiv_id}",),
        abstract=clean.abstract(abstract.text()) if abstract else "",
        authors=clean.names(authors),
        arxiv_id=named.arxiv_id,
        version=named.version,
        url=f"{SITE}/abs/{named.arxiv_id}",
        listed=row.day,
        categories=clean.names(list(dict.fromkeys(subjects))),
        note=comments or None,
        venue=venue,
        stage=stage,
        code_url=code_in(comments),
    )
    return Announced(entry, row.how)


def _named(head: LexborNode) -> PaperIds:
    """Return the id of a row's paper, with its version if the link to the paper's HTML names it."""
    links = [link.attributes.get("href") or "" for link in head.css("a")]
    named = [ids_of_link(link if "//" in link else SITE + link) for link in links]
    own = next((one for one in named if one.arxiv_id), PaperIds(()))
    version = next((one.version for one in named if one.version and one.arxiv_id == own.arxiv_id), None)
    return replace(own, version=version)


def _text(node: LexborNode, selector: str) -> str:
    """Return the text of the first element that matches, without its label."""
    found = node.css_first(selector)
    if found is None:
        return ""
    descriptor = found.css_first(".descriptor")
    return clean.line(
        clean.line(found.text()).removeprefix(clean.line(descriptor.text())) if descriptor else found.text()
    )


def _day(text: str) -> date | None:
    found = _DAY.search(text)
    at = instant_in(found[1]) if found else None
    return at.date() if at else None


def _total(text: str) -> int | None:
    found = _TOTAL.search(text)
    return int(found[1]) if found else None
