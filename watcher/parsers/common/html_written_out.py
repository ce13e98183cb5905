"""Measure how deep elements are nested in a page whose tags are all written out, each closed where it was opened.

Most pages are like this, and nothing has to be estimated then: an element is as deep as it is written. The pattern
below matches only tags, comments and texts that every parser reads alike. For any other page there is no answer.
"""

from __future__ import annotations

import re


def tag_names(text: str) -> frozenset[bytes]:
    """Return the names in a text, which are separated by blanks."""
    return frozenset(text.encode().split())


VOID = tag_names("area base br col embed hr img input link meta param source track wbr")
VOID_ANYWHERE = tag_names("br embed hr img meta")
"""Elements that are void even in pictures and formulas."""

ITEMS = tag_names("p li dd dt")
CELLS = tag_names("tr td th tbody thead tfoot")
_SIDE_BY_SIDE, _IN_TURN = tag_names("td th"), tag_names("dt dd")
FOREIGN = tag_names("svg math")
UNSURE = FOREIGN | tag_names("select frameset")
"""Elements in which only a parser can say whether the content of a style or title is tags or text."""


def is_of_table(name: bytes) -> bool:
    """Return whether an element ends others of its kind, even outside pictures and formulas."""
    return name in CELLS or name == b"option"


def ends_last(last: bytes, name: bytes) -> bool:
    """Return whether the element ``last`` ends when one with this name begins directly inside it."""
    if is_of_table(name):
        return last == name or {last, name} == _SIDE_BY_SIDE
    return name in ITEMS and (last == name or {last, name} == _IN_TURN)


_MOST_BETWEEN, _MOST_VALUES = 44, 17
"""Most characters between two values in a tag, and most values: some 390 attributes, with those without a value."""

_DEEPEST = 240
_MOST_PASSED_OVER = 2
"""Most depth of elements that are skipped: a picture with its lines."""

_BLANKS = rb"[ \t\n\r\f]*+"
_ENDS_NAME = rb"(?=[ \t\n\r\f/>])(?![ \t\n\r\f]=)"
_NAME = rb"[a-zA-Z][^ \t\n\r\f/>\"'=<]*+" + _ENDS_NAME
_QUOTED = rb"\"[^\"]*+\"|'[^']*+'"
_VALUE = _QUOTED + rb"|[^ \t\n\r\f>\"'][^ \t\n\r\f>]*+(?![ \t\n\r\f]=)"
_RAW_NAMES = (b"script", b"style", b"title", b"textarea")
"""Elements that contain only text."""


def _rest(value: bytes) -> bytes:
    """Return the pattern for the part of a tag behind its name, with values of the pattern ``value``.

    One blank may stand before an ``=``, and any number behind it. An ``=`` with no name before it would begin one.
    """
    between = rb"[^\"'>=]{0,%d}+" % _MOST_BETWEEN
    equals = rb"(?:(?<=[^ \t\n\r\f/\"'])|(?<=[^ \t\n\r\f/\"'][ \t\n\r\f]))=" + _BLANKS
    return between + rb"(?:" + equals + rb"(?:" + value + rb")" + between + rb"|){0,%d}+>" % _MOST_VALUES


def _any_of(*patterns: bytes) -> bytes:
    return rb"(?:" + rb"|".join(patterns) + rb")"


def _raw(name: bytes, content: bytes) -> bytes:
    return name + _ENDS_NAME + _rest(_VALUE) + content + rb"</" + name + rb">"


_COMMENT = rb"!--(?:-?>|.*?--!?>)"
_LINE = rb"<" + _any_of(
    rb"path" + _ENDS_NAME + _rest(_QUOTED) + rb"(?:(?<=/>)|</path>)",
    rb"(?:circle|ellipse|line|polygon|polyline|rect|use)" + _ENDS_NAME + _rest(_QUOTED) + rb"(?<=/>)",
)
_PICTURE = rb"svg" + _ENDS_NAME + _rest(_QUOTED) + rb"(?<!/>)" + _BLANKS + rb"(?:" + _LINE + _BLANKS + rb"|)*+</svg>"
_EMPTY = _any_of(b"br", b"img", b"meta") + _ENDS_NAME + _rest(_VALUE)
_TEXT = _any_of(*(_raw(name, rb"[^<]*+") for name in _RAW_NAMES))
_MARKUP = _any_of(*(_raw(name, rb"(?:[^<]++|<(?!(?i:/" + name + rb")|!--)|)*+") for name in _RAW_NAMES))
_PASSED_OVER = rb"(?:[^<]*+<" + _any_of(_COMMENT, _PICTURE, _EMPTY, _TEXT) + rb"|)*+"
_IS_RAW = _any_of(*_RAW_NAMES) + _ENDS_NAME
_TAG = re.compile(
    rb"<(?:(?=(/?" + _NAME + rb"))"
    rb"(?:" + _MARKUP + rb"|(?!" + _IS_RAW + rb")/?" + _NAME + _rest(_VALUE) + rb")" + _PASSED_OVER + rb"|.*+)",
    re.DOTALL,
)
"""Matches a tag with what is skipped behind it; or the rest of the page, if it does not begin with such a tag."""

_BEGIN = re.compile(rb"\s*+(?><!doctype[^<>\"']*+>|)[^<]*+", re.IGNORECASE)
_NOT_HERE = frozenset((*_RAW_NAMES, b"xmp", b"iframe", b"noembed", b"noframes", b"plaintext"))
_UNSURE_ENDS = frozenset(b"/" + name for name in UNSURE)
_FOREIGN_ENDS = frozenset(b"/" + name for name in FOREIGN)


def depth_as_written(body: bytes) -> int | None:
    """Return how deep a page's elements are nested at most, None if its tags are not all written out cleanly."""
    begin = _BEGIN.match(body)
    tags = _TAG.findall(body, begin.end() if begin else 0, _end(body))
    ends: dict[bytes, bytes] = {}
    open: list[bytes] = []  # the end tags that are to come, the innermost last
    deepest = 0
    for tag in tags:
        if (end := ends.get(tag)) is not None:
            open.append(end)
        elif open and open[-1] == tag:
            open.pop()
            continue
        elif not _is_taken(tag, open, ends):
            return None
        if len(open) > deepest:
            deepest = len(open)
            if deepest > _DEEPEST:
                return None
    return deepest + _MOST_PASSED_OVER


def _end(body: bytes) -> int:
    """Return the end of a page's tags; before the last tag if it is cut off."""
    last = max(body.rfind(b"<"), 0)
    return len(body) if body.find(b">", last) >= 0 else last


def _is_taken(tag: bytes, open: list[bytes], ends: dict[bytes, bytes]) -> bool:
    """Take a tag that is not a usual one; return False if more has to be known about it.

    ``open``: elements that are open; changed by the call.
    ``ends``: start tag → end tag, for elements that only their end tag closes.
    """
    name = tag.lower()
    if tag in _RAW_NAMES:
        return _UNSURE_ENDS.isdisjoint(open)
    if not name or name in _NOT_HERE:
        return False
    if name[:1] == b"/":
        return bool(open) and open[-1] == name and open.pop() == name
    if name in VOID:
        return name in VOID_ANYWHERE or _FOREIGN_ENDS.isdisjoint(open)
    if name == b"form" and b"/form" in open:
        return False
    return _is_opened(tag, name, open, ends)


def _is_opened(tag: bytes, name: bytes, open: list[bytes], ends: dict[bytes, bytes]) -> bool:
    if is_of_table(name) and not _FOREIGN_ENDS.isdisjoint(open):
        return False
    if open and ends_last(open[-1][1:], name):
        open[-1] = b"/" + name
        return True
    if not ends_last(name, name) and name != b"form":
        ends[tag] = b"/" + name
    open.append(b"/" + name)
    return True
