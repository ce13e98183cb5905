"""HTML made a tree, within bounds, and what is read from it."""

from __future__ import annotations

import codecs
import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from watcher.model import Unreadable
from watcher.parsers.charset import text_codec

LARGEST_PAGE = 16 * 2**20
DEEPEST = 250
MOST_ATTRIBUTES = 400

_VOID = frozenset(b"area base br col embed hr img input link meta param source track wbr".split())
_TAG = re.compile(rb"</?[a-zA-Z][a-zA-Z0-9-]*+")
_ATTRIBUTE = rb"[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s>\"'][^\s>]*+|))?+"
_LONG_TAG = re.compile(rb"<[a-zA-Z][^\s/>]*+(?:" + _ATTRIBUTE + rb")*+")
_ATTRIBUTES = re.compile(_ATTRIBUTE)

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_DECLARED = re.compile(rb"<meta\b[^>]{0,300}?\bcharset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.ASCII | re.IGNORECASE)
_WIDER = {"iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030"}
_UNSEEN = frozenset(("script", "style", "template", "noscript", "svg", "-comment"))
_APART = re.compile(
    "address|article|aside|blockquote|br|d[dlt]|div|figcaption|figure|footer|h[1-6]|header|hr|li|main|nav|[ou]l|p|pre"
    "|section|table|t[dhr]"
)
"""Elements whose text is not of one word with what stands beside them."""


def tree_of(body: bytes) -> LexborHTMLParser | Unreadable:
    """Parse ``body``; a page that is too large or too intricate to be a digest is refused before it is parsed.

    lexbor takes quadratic time for deep nesting (400 KB of ``<div>``: 8 s), for formatting that is never closed and
    for attributes in one tag (1 MB: 59 s). Both are estimated, not parsed: digest pages are 18 deep and have 20.
    """
    if len(body) > LARGEST_PAGE:
        return Unreadable(f"the page has {len(body):,} bytes; more than {LARGEST_PAGE:,} are not read")
    if nesting(body) > DEEPEST:
        return Unreadable(f"the page's elements are nested more than {DEEPEST} deep")
    if attributes(body) > MOST_ATTRIBUTES:
        return Unreadable(f"an element of the page has more than {MOST_ATTRIBUTES} attributes")
    return LexborHTMLParser(body)


def nesting(body: bytes) -> int:
    """How many elements are open at once, at most; those that close themselves count until they are closed."""
    tags = _TAG.findall(body)
    steps = _steps(set(tags))
    open_now = [0] * (len(steps) + 1)
    depth = deepest = 0
    for step in map(steps.__getitem__, tags):
        if step > 0:
            open_now[step] += 1
            depth += 1
            deepest = depth if depth > deepest else deepest
        elif open_now[-step]:
            open_now[-step] -= 1
            depth -= 1
    return deepest


def _steps(tags: set[bytes]) -> dict[bytes, int]:
    """For each spelling of a tag the number of its element, negative where it closes it; 0 for what holds nothing."""
    numbers: dict[bytes, int] = {}
    steps = {}
    for tag in tags:
        name = tag.lstrip(b"</").lower()
        number = 0 if name in _VOID else numbers.setdefault(name, len(numbers) + 1)
        steps[tag] = -number if tag.startswith(b"</") else number
    return steps


def attributes(body: bytes) -> int:
    """The most attributes that one tag has; short tags, which cannot have many, count as none."""
    return max(
        (len(_ATTRIBUTES.findall(tag[0])) for tag in _LONG_TAG.finditer(body) if len(tag[0]) > MOST_ATTRIBUTES),
        default=0,
    )


def utf8(body: bytes) -> bytes:
    """The page in UTF-8: from the charset that its mark or its head declares, else from that of old Windows programs.

    Names are those of https://encoding.spec.whatwg.org/#names-and-labels, as far as Python knows them; Latin-1 there
    is Windows-1252.
    """
    for mark, name in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace").encode()
    found = _DECLARED.search(body[:4096])
    declared = text_codec(found[1].decode(), "<") if found else None
    declared = _WIDER.get(declared, declared) if declared else None
    if declared is None:
        try:
            return body.decode().encode()
        except UnicodeDecodeError:
            declared = "cp1252"
    return body.decode(declared, "replace").encode()


def all_of(scope: LexborHTMLParser | LexborNode, selector: str) -> list[LexborNode]:
    """The elements that ``selector`` finds, in the page's order, each once; of a node also itself."""
    return list({node.mem_id: node for node in scope.css(selector)}.values())


def is_within(node: LexborNode, other: LexborNode) -> bool:
    """Whether ``node`` stands below ``other``."""
    above = node.parent
    while above is not None and above.mem_id != other.mem_id:
        above = above.parent
    return above is not None


def text_of(node: LexborNode) -> str:
    """What a reader sees of an element, in one line: paragraphs and cells apart, no scripts and styles."""
    pieces: list[str] = []
    ahead: list[LexborNode | str] = [node]
    while ahead:
        part = ahead.pop()
        if isinstance(part, str):
            pieces.append(part)
        elif part.is_text_node:
            pieces.append(part.text_content or "")
        elif part.tag not in _UNSEEN:
            gap = " " if _APART.fullmatch(part.tag or "") else ""
            ahead += [gap, *reversed(list(part.iter(include_text=True))), gap]
    return " ".join("".join(pieces).split())
