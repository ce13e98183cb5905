"""Tell from the bytes of a body what it is, before it is parsed, and say it in words for reasons."""

from __future__ import annotations

import re
from enum import StrEnum
from urllib.parse import urljoin

from watcher.parsers.charsets.text import wide_by_bytes, xml_text
from watcher.parsers.common import clean
from watcher.parsers.common.elements import NAMES
from watcher.parsers.common.prolog import first_element

_HEAD = 64 * 1024
_TAIL = 4 * 1024
_BINARY = {
    b"%PDF": "a PDF",
    b"PK\x03\x04": "a zip archive",
    b"\x1f\x8b": "gzip data",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"SQLite format 3": "a database",
    b"\x7fELF": "a program",
}
_BLANK = rb"[\s\x85]|\xef\xbb\xbf|\xc2[\x85\xa0]|\xe2\x80[\x8b\xa8\xa9]|\xc3\xaf\xc2\xbb\xc2\xbf"
_LEAD = re.compile(rb"(?:" + _BLANK + rb")(?:" + _BLANK + rb"|)*+(?=[<\[{])")
"""Matches blanks and byte order marks in any order; some servers put blanks before a mark."""

_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_MARKUP = re.compile(r"<(?:!doctype\s+)?html\b", re.ASCII | re.IGNORECASE)
_FEED = re.compile(r"<(?:[a-z]\w{0,20}:)?(?:rss|feed|rdf|channel)\b", re.ASCII | re.IGNORECASE)
_XML = re.compile(rb"\s*<\?xml\b", re.I)
_TITLE = re.compile(rb"<title[^>]{0,200}>([^<]{0,2000})", re.I)
_LOGIN = re.compile(r"\blog[ -]?in\b|\bsign[ -]?in\b", re.I)
_LOGIN_FORM = re.compile(rb"<form\b[^>]{0,1000}\baction\s*=\s*[\"']?[^\"'>\s]{0,300}(?:login|signin|sign-in)", re.I)


MOST_SHOWN = 100
"""Most characters that are shown of a text: servers say in one line why they give nothing else."""

_ROOT = re.compile(r"<(?:([A-Za-z]\w{0,20}):)?([A-Za-z][\w.-]{0,60})[\s>/]")
_PICTURE = "svg"
_PROLOG = re.compile(r"(?:\s|<\?[^>]{0,500}>|<!--.{0,2000}?-->)*", re.DOTALL)
_TAGS = re.compile(r"<[^<>]{0,300}>")
_NAMED_FEED = re.compile(
    rb"<link\b[^>]{0,300}\btype\s*=\s*[\"']?application/(?:(?:rss|atom)\+xml|feed\+json)[^>]{0,300}>", re.IGNORECASE
)
_HREF = re.compile(rb"\bhref\s*=\s*(?:\"([^\"]{1,300})\"|'([^']{1,300})'|([^\"'\s>]{1,300}))", re.IGNORECASE)


class BodyForm(StrEnum):
    """What a body is, roughly."""

    EMPTY = "empty"
    BINARY = "binary"
    JSON = "JSON"
    XML = "XML"
    HTML = "HTML"
    TEXT = "text"


def body_form(body: bytes) -> BodyForm:
    """Return what a body is.

    HTML begins with a doctype or ``<html>``, or has a title or an article near its head. XML begins with an element of
    a feed, or with an XML declaration if it is no HTML.
    """
    head = _without_lead(_in_ascii(body[:_HEAD]))
    if not head.strip():
        return BodyForm.EMPTY
    text = head.decode("latin-1")
    begin = first_element(text)
    if _FEED.match(text, begin):
        return BodyForm.XML
    if binary_kind(body):
        return BodyForm.BINARY
    if head.lstrip()[:1] in (b"[", b"{"):
        return BodyForm.JSON
    if _MARKUP.match(text, begin):
        return BodyForm.HTML
    if _XML.match(head):
        return BodyForm.XML
    if head.lstrip()[:1] == b"<" and re.search(rb"<(?:title|body|article)\b", head, re.I):
        return BodyForm.HTML
    return BodyForm.TEXT


def _without_lead(head: bytes) -> bytes:
    found = _LEAD.match(head)
    return head[found.end() :] if found else head


def _in_ascii(head: bytes) -> bytes:
    """Return the head with one byte for each character, even if it is in UTF-16, with or without a mark."""
    if head[:2] in _UTF16:
        return head.decode("utf-16", "replace").encode(errors="replace")
    if wide := wide_by_bytes(head):
        return head.decode(wide, "replace").encode(errors="replace")
    return head


def binary_kind(body: bytes) -> str | None:
    """Return what kind of binary data a body is, None for text."""
    if body[:2] in _UTF16 or wide_by_bytes(body):
        return None
    known = next((name for magic, name in _BINARY.items() if body.startswith(magic)), None)
    return known or ("binary data" if b"\x00" in body[:_HEAD] else None)


def decoded(body: bytes) -> str | None:
    """Return the text of a body in UTF-8, or in UTF-16 with a byte order mark; None if it is in neither."""
    try:
        return body.decode("utf-16" if body[:2] in _UTF16 else "utf-8-sig")
    except UnicodeDecodeError:
        return None


def title_of(body: bytes) -> str:
    """Return the title of an HTML page, "" for none."""
    found = _TITLE.search(body[:_HEAD])
    return clean.line(clean.unescaped(found[1].decode(errors="replace")), 100) if found else ""


def is_login(body: bytes) -> bool:
    """Return whether a page asks for a login, judging by its title or its form."""
    return bool(_LOGIN.search(title_of(body)) or _LOGIN_FORM.search(body[:_HEAD]))


def is_cut_off(body: bytes) -> bool:
    """Return whether the end of the document is missing, as after a connection that broke without an error."""
    return b"</html" not in body[-_TAIL:].lower()


def found_instead(body: bytes, url: str = "") -> str:
    """Describe a body in words: `JSON: "{…}"`, `XML that begins with <opml>`, `HTML titled "Lab"`.

    ``url``: where it was found, "" if that is not known.
    """
    form = body_form(body)
    if form is BodyForm.EMPTY:
        return "an empty page"
    text = xml_text(body[: MOST_SHOWN * 8])
    head = text[_PROLOG.match(text).end() :]  # type: ignore[union-attr]  # it matches no text, too
    root = _ROOT.match(head) if form is not BodyForm.JSON else None
    if root and (root[2].lower() not in NAMES or root[2].lower() == _PICTURE):
        return _xml(root, head if len(body) <= MOST_SHOWN * 8 else "")
    if form is BodyForm.HTML:
        return _html(body, url)
    shown = clean.line(head, MOST_SHOWN)
    return binary_kind(body) or (f'{form.value}: "{shown}"' if shown else form.value)


def _xml(root: re.Match[str], text: str) -> str:
    """Return what XML is, by its first element, with what it says.

    ``text``: all of it, "" if it is too long to be a message.
    """
    if root[2] == "entry":
        return "a single entry of Atom"
    what = f"XML that begins with <{root[1] + ':' if root[1] else ''}{root[2]}>"
    says = clean.line(clean.unescaped(_TAGS.sub(" ", text)), MOST_SHOWN)
    return f'{what}, which says "{says}"' if says else what


def _html(body: bytes, url: str) -> str:
    """Describe HTML: a login page or not, its title, and the address of the feed in its head."""
    title = title_of(body)
    what = "what looks like a login page" if is_login(body) else BodyForm.HTML.value
    head = body[:_HEAD]
    links = (one for one in _NAMED_FEED.finditer(head) if not _is_in_comment(head, one.start()))
    found = next(links, None)
    href = _HREF.search(found[0]) if found else None
    named = clean.unescaped((href[1] or href[2] or href[3]).decode(errors="replace")).strip() if href else ""
    return (
        what + (f' titled "{title}"' if title else "") + (f", which names a feed: {_joined(url, named)}" * bool(named))
    )


def _is_in_comment(head: bytes, place: int) -> bool:
    return head.rfind(b"<!--", 0, place) > head.rfind(b"-->", 0, place)


def _joined(url: str, named: str) -> str:
    try:
        joined = urljoin(url, named)
    except ValueError:
        joined = named
    return clean.line(clean.url(joined) or joined, 200)
