"""Read feeds that are not well-formed XML, tag by tag, as far as possible.

What expat refuses is mended on the way: an ``&`` that begins nothing is text; an element that is not closed ends with
the element around it; an end tag of nothing is ignored. The time taken grows only with the feed's length.
"""

from __future__ import annotations

import re

from watcher.model import Unreadable
from watcher.parsers.common import clean
from watcher.parsers.feed.xml import ROOTS, USUAL, FeedDocument, FeedReader, TooMuch, well_formed_text

LARGEST = 4 * 2**20

_NAME = r"[^\W\d][\w.:-]*+"
_TOKEN = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<!\[CDATA\[(?P<cdata>.*?)(?:\]\]>|\Z)"
    r"|<[!?][^>]*+>?"
    rf"|<(?P<slash>/?)(?P<name>{_NAME})(?P<rest>(?:[^<>\"']|\"[^\"<]*+\"|'[^'<]*+'|[\"']|)*+)(?P<end>>?)"
    r"|(?P<text>[^<]++|<)",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r"([^\s=\"'<>/]++)(?>\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'<>]++))|)")
_REFERENCE = re.compile(r"&(?:#[0-9]++|#[xX][0-9a-fA-F]++|[a-zA-Z]\w{0,31});", re.ASCII)
_FIELDS = frozenset(("title", "link", "guid", "id", "description", "summary", "content", "author", "category"))
_FIELDS |= {"pubDate", "published", "updated"}
_HOLDERS = frozenset(("description", "summary", "content", "content:encoded", "author", "contributor", "source"))
"""Fields of an item that may contain others. If any other one is open when a field begins, its end is missing."""

_ITEMS = ("item", "entry")
_VOID = frozenset(("area", "br", "col", "embed", "enclosure", "hr", "img", "input", "meta", "wbr"))


def read_loose(body: bytes) -> FeedDocument | Unreadable:
    """Return the complete items of a feed, even if its end is missing."""
    text = well_formed_text(body)
    if len(text) > LARGEST:
        return Unreadable("the feed is not well-formed XML, and too large to be read leniently")
    mender = _Mender()
    try:
        return mender.read(text)
    except TooMuch as reason:
        return Unreadable(str(reason))


class _Mender:
    """Tells a reader about elements, and closes them in the right order."""

    def __init__(self) -> None:
        self._reader = FeedReader()
        self._open: list[str] = []

    def read(self, text: str) -> FeedDocument | Unreadable:
        token = None
        for token in _TOKEN.finditer(text):
            if (plain := token["text"]) is not None:
                self._reader.data(_unescaped(plain))
            elif (literal := token["cdata"]) is not None:
                self._reader.data(literal)
            elif token["slash"]:
                self._end(_usual(token["name"]))
            elif token["name"]:
                self._start(_usual(token["name"]), token["rest"])
        is_half = token is not None and token["name"] is not None and not token["end"]
        return self._reader.document(is_cut=is_half or any(name in _ITEMS for name in self._open))

    def _start(self, name: str, rest: str) -> None:
        self._end_all_but(self._above(name))
        attributes = {
            found[1]: _unescaped(found[2] or found[3] or found[4] or "") for found in _ATTRIBUTE.finditer(rest)
        }
        self._reader.start(name, attributes)
        self._open.append(name)
        if rest.endswith("/") or name in _VOID or (name == "link" and "href" in attributes):
            self._end(name)

    def _above(self, name: str) -> int:
        """Return in how many of the open elements one with this name can be: an item only in those around all items."""
        if name in _ITEMS:
            return next((n for n, one in enumerate(self._open) if one not in ROOTS), len(self._open))
        item = next((n for n, one in enumerate(self._open) if one in _ITEMS), len(self._open))
        is_field = name in _FIELDS and not _HOLDERS.intersection(self._open[item:])
        return item + 1 if is_field else len(self._open)

    def _end(self, name: str) -> None:
        """Close an element and everything open inside it. The root stays open to the end, whatever closes it."""
        if name in self._open:
            self._end_all_but(max(len(self._open) - 1 - self._open[::-1].index(name), 1))

    def _end_all_but(self, n: int) -> None:
        """Close everything that is open inside the outermost ``n`` elements."""
        while len(self._open) > n:
            self._reader.end(self._open.pop())


def _usual(name: str) -> str:
    return USUAL.get(name.lower(), name)


def _unescaped(text: str) -> str:
    """Return a text with its character references replaced; unknown ones stay as they are."""
    return _REFERENCE.sub(lambda found: clean.unescaped(found[0]), text) if "&" in text else text
