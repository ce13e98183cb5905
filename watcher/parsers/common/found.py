"""Say in words what a body is, for reasons: something else was looked for in it."""

from __future__ import annotations

import re
from urllib.parse import urljoin

from watcher.parsers.charsets.text import xml_text
from watcher.parsers.common import clean
from watcher.parsers.common.elements import NAMES
from watcher.parsers.common.sniff import BodyForm, binary_kind, body_form, is_login, title_of

MOST_SHOWN = 100
"""Most characters that are shown of a text: servers say in one line why they give nothing else."""

_MOST_HEAD = 64 * 1024
_ROOT = re.compile(r"<(?:([A-Za-z]\w{0,20}):)?([A-Za-z][\w.-]{0,60})[\s>/]")
_PICTURE = "svg"
_PROLOG = re.compile(r"(?:\s|<\?[^>]{0,500}>|<!--.{0,2000}?-->)*", re.DOTALL)
_TAGS = re.compile(r"<[^<>]{0,300}>")
_NAMED_FEED = re.compile(
    rb"<link\b[^>]{0,300}\btype\s*=\s*[\"']?application/(?:(?:rss|atom)\+xml|feed\+json)[^>]{0,300}>", re.IGNORECASE
)
_HREF = re.compile(rb"\bhref\s*=\s*(?:\"([^\"]{1,300})\"|'([^']{1,300})'|([^\"'\s>]{1,300}))", re.IGNORECASE)


def found_instead(body: bytes, url: str = "") -> str:
    """Return what a body is: "JSON: "{…}"", "XML that begins with <opml>", "HTML titled "Lab", which names a feed: …".

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
    """Return what HTML is: a login page, a page with a title; and the feed that it names, if it names one."""
    title = title_of(body)
    what = "what looks like a login page" if is_login(body) else BodyForm.HTML.value
    head = body[:_MOST_HEAD]
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
