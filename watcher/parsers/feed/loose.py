"""Feeds that are not well-formed XML, read tag by tag as far as they can be made out.

What expat refuses is mended on the way: ``&`` that begins nothing is text, what is not closed ends with what it stands
in, an end of what is not open is passed over. The time that this takes grows with the feed's length only.
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
    rf"|<(?P<slash>/?)(?P<name>{_NAME})(?P<rest>(?:[^<>\"']|\"[^\"<]*+\"|'[^'<]*+'|[\"'])*+)(?P<end>>?)"
    r"|(?P<text>[^<]++|<)",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r"([^\s=\"'<>/]++)(?:\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'<>]++)))?+")
_REFERENCE = re.compile(r"&(?:#[0-9]++|#[xX][0-9a-fA-F]++|[a-zA-Z]\w{0,31});", re.ASCII)
_FIELDS = frozenset(("title", "link", "guid", "id", "description", "summary", "content", "author", "category"))
_FIELDS |= {"pubDate", "published", "updated"}
_HOLDERS = frozenset(("description", "summary", "content", "content:encoded", "author", "contributor", "source"))
"""Fields of an item in which others may stand; any other that is open when a field begins lacks its end."""

_ITEMS = ("item", "entry")
_VOID = frozenset(("area", "br", "col", "embed", "enclosure", "hr", "img", "input", "meta", "wbr"))


def read_loose(body: bytes) -> FeedDocument | Unreadable:
    """Read the items of a feed; of a feed that is cut off, the whole ones."""
    text = well_formed_text(body)
    if len(text) > LARGEST:
        return Unreadable("the feed is not well-formed XML, and too large to be read leniently")
    mender = _Mender()
    try:
        return mender.read(text)
    except TooMuch as reason:
        return Unreadable(str(reason))


class _Mender:
    """Tells a reader of what is open, and closes it in order."""

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
        """How many of the open elements an element of this name can stand in: items in none but those around them."""
        if name in _ITEMS:
            return next((n for n, one in enumerate(self._open) if one not in ROOTS), len(self._open))
        item = next((n for n, one in enumerate(self._open) if one in _ITEMS), len(self._open))
        is_field = name in _FIELDS and not _HOLDERS.intersection(self._open[item:])
        return item + 1 if is_field else len(self._open)

    def _end(self, name: str) -> None:
        """Close an element with all that is open in it; the root lasts to the end, whatever is said to close it."""
        if name in self._open:
            self._end_all_but(max(len(self._open) - 1 - self._open[::-1].index(name), 1))

    def _end_all_but(self, n: int) -> None:
        """Close what is open in the outermost ``n`` elements."""
        while len(self._open) > n:
            self._reader.end(self._open.pop())


def _usual(name: str) -> str:
    return USUAL.get(name.lower(), name)


def _unescaped(text: str) -> str:
    """The text with its references read; those of nothing stay as they are."""
    return _REFERENCE.sub(lambda found: clean.unescaped(found[0]), text) if "&" in text else text
