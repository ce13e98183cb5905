"""Group the names of HTML elements by what ends them (https://html.spec.whatwg.org/multipage/parsing.html)."""

from __future__ import annotations


def names(text: str) -> frozenset[bytes]:
    """Return the names in a text, which are separated by blanks."""
    return frozenset(text.encode().split())


VOID = names("area base br col embed hr img input link meta param source track wbr")
VOID_ANYWHERE = names("br embed hr img meta")
"""Elements that are void even in pictures and formulas."""

ITEMS = names("p li dd dt")
CELLS = names("tr td th tbody thead tfoot")
_SIDE_BY_SIDE, _IN_TURN = names("td th"), names("dt dd")
FOREIGN = names("svg math")
UNSURE = FOREIGN | names("select frameset")
"""Elements in which only a parser can say whether the content of a style or title is tags or text."""


def is_of_table(name: bytes) -> bool:
    """Return whether an element ends others of its kind, even outside pictures and formulas."""
    return name in CELLS or name == b"option"


def ends_last(last: bytes, name: bytes) -> bool:
    """Return whether the element ``last`` ends when one with this name begins directly inside it."""
    if is_of_table(name):
        return last == name or {last, name} == _SIDE_BY_SIDE
    return name in ITEMS and (last == name or {last, name} == _IN_TURN)
