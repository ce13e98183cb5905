"""HTML made a tree, within bounds."""

from __future__ import annotations

import re
from collections import Counter

from selectolax.lexbor import LexborHTMLParser

from watcher.model import Unreadable

LARGEST_PAGE = 16 * 2**20
DEEPEST = 250
MOST_ATTRIBUTES = 400

_VOID = frozenset(b"area base br col embed hr img input link meta param source track wbr".split())
_TAG_NAME = re.compile(rb"<(/?)([a-zA-Z][a-zA-Z0-9-]*+)")
_ATTRIBUTE = rb"[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s>\"'][^\s>]*+|))?+"
_LONG_TAG = re.compile(rb"<[a-zA-Z][^\s/>]*+(?:" + _ATTRIBUTE + rb")*+")
_ATTRIBUTES = re.compile(_ATTRIBUTE)


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
    open_now: Counter[bytes] = Counter()
    depth = deepest = 0
    for found in _TAG_NAME.finditer(body):
        name = found[2].lower()
        if not found[1] and name not in _VOID:
            open_now[name] += 1
            depth += 1
            deepest = max(deepest, depth)
        elif found[1] and open_now[name]:
            open_now[name] -= 1
            depth -= 1
    return deepest


def attributes(body: bytes) -> int:
    """The most attributes that one tag has; short tags, which cannot have many, count as none."""
    return max(
        (len(_ATTRIBUTES.findall(tag[0])) for tag in _LONG_TAG.finditer(body) if len(tag[0]) > MOST_ATTRIBUTES),
        default=0,
    )
