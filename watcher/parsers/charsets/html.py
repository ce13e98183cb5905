"""Find the charset that an HTML page declares in its head, as browsers do, and convert the page to UTF-8.

https://html.spec.whatwg.org/#prescan-a-byte-stream-to-determine-its-encoding looks at the first 1,024 bytes. What is
further down is found by the browser's parser, which ignores scripts and titles. Here one search does both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from watcher.parsers.charsets.text import Declared, declared_by, declared_in_xml, in_ascii, marked, text_by, warning_of

HEAD = 64 * 1024
"""Bytes at the beginning in which a charset is searched."""

_NAME = re.compile(rb"</?([a-z][^\s/>]*+)", re.IGNORECASE)
_BEFORE_ATTRIBUTE = re.compile(rb"[\s/]*+")
_ATTRIBUTE = re.compile(rb"([^\s/>][^\s/>=]*+)(?>(\s*+=\s*+)|)")
_UNQUOTED = re.compile(rb"[^\s>]*+")
_OF_PRAGMA = re.compile(r"charset\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s;\"'][^\s;]*+))", re.IGNORECASE)
_RAW = frozenset((b"script", b"style", b"title", b"textarea"))
"""Elements that contain no other elements."""


def html_in_utf8(body: bytes) -> bytes:
    """Return the page in UTF-8 without a byte order mark. Without any sign of its charset, Windows-1252 is assumed."""
    if marked(body) is None and body.isascii():
        declared = declared_in_html(body)
        return text_by(body, declared).encode(errors="replace") if declared.codec == "iso2022_jp_ext" else body
    return text_by(body, declared_in_html(body)).encode(errors="replace")


def html_warning(body: bytes) -> str:
    """Return a warning about an unknown charset that the page declares, "" for none."""
    return warning_of(Declared() if marked(body) else declared_in_html(body), "the page")


def declared_in_html(body: bytes) -> Declared:
    """Return the charset that the page's ``meta`` elements declare, or else its XML declaration."""
    head = body[:HEAD]
    found = in_ascii(declared_by(_labels(head))) if b"charset" in head.lower() else Declared()
    return found if found.codec or found.unknown else declared_in_xml(body)


def _labels(head: bytes) -> Iterator[str]:
    for attributes in _metas(head):
        if (label := attributes.get(b"charset")) is not None:
            yield label.decode("latin-1")
        elif attributes.get(b"http-equiv", b"").strip().lower() == b"content-type":
            found = _OF_PRAGMA.search(attributes.get(b"content", b"")[:1000].decode("latin-1"))
            yield from filter(None, found.groups() if found else ())


def _metas(head: bytes) -> Iterator[dict[bytes, bytes]]:
    """Yield the attributes of every ``meta`` before the page's body."""
    at = head.find(b"<")
    while at >= 0:
        tag = _NAME.match(head, at)
        name = tag[1].lower() if tag else b""
        if tag:
            attributes, end = _attributes(head, tag.end())
            if name == b"meta" and head[at + 1 : at + 2] != b"/":
                yield attributes
            if name == b"body":
                return
            if name in _RAW and head[at + 1 : at + 2] != b"/":
                end = _end_of_raw(head, end, name)
        else:
            end = _end_of_other(head, at)
        at = head.find(b"<", end) if end >= 0 else -1


def _attributes(head: bytes, at: int) -> tuple[dict[bytes, bytes], int]:
    """Return the attributes of a tag, each with its first value, and where the tag ends, -1 if it does not."""
    found: dict[bytes, bytes] = {}
    while True:
        at = _end_of(_BEFORE_ATTRIBUTE, head, at)
        attribute = _ATTRIBUTE.match(head, at)
        if attribute is None:
            return found, at + 1 if at < len(head) else -1
        at, value = attribute.end(), b""
        if attribute[2]:
            quote = head[at : at + 1]
            begin = at + (quote in (b'"', b"'"))
            at = head.find(quote, begin) if begin > at else _end_of(_UNQUOTED, head, at)
            if at < 0:
                return found, -1
            value = head[begin:at]
            at += begin > attribute.end()
        found.setdefault(attribute[1].lower(), value)


def _end_of(pattern: re.Pattern[bytes], head: bytes, at: int) -> int:
    found = pattern.match(head, at)
    return found.end() if found else at


def _end_of_raw(head: bytes, at: int, name: bytes) -> int:
    if at < 0:
        return -1
    found = re.compile(rb"</" + name + rb"[\s/>]", re.IGNORECASE).search(head, at)
    return found.start() if found else -1


def _end_of_other(head: bytes, at: int) -> int:
    """Return where a comment, declaration or end tag ends, or the offset behind a ``<`` that begins none of these."""
    if head.startswith(b"<!--", at):
        end = head.find(b"-->", at + 2)
        return end + 3 if end >= 0 else -1
    if head[at + 1 : at + 2] in (b"!", b"?", b"/"):
        return head.find(b">", at)
    return at + 1
