"""Names of elements of HTML by what ends them, as https://html.spec.whatwg.org/multipage/parsing.html has it."""

from __future__ import annotations


def names(text: str) -> frozenset[bytes]:
    """Return the names in a text with blanks between them."""
    return frozenset(text.encode().split())


VOID = names("area base br col embed hr img input link meta param source track wbr")
VOID_ANYWHERE = names("br embed hr img meta")
"""The others are elements like any in pictures and formulas."""

ITEMS = names("p li dd dt")
CELLS = names("tr td th tbody thead tfoot")
_SIDE_BY_SIDE, _IN_TURN = names("td th"), names("dt dd")
FOREIGN = names("svg math")
UNSURE = FOREIGN | names("select frameset")
"""In these nobody knows without a parser what the content of a style or a title is: tags or text."""


def is_of_table(name: bytes) -> bool:
    """Whether an element ends others of its like where it stands in no picture or formula alone."""
    return name in CELLS or name == b"option"


def ends_last(last: bytes, name: bytes) -> bool:
    """Whether an element ends where one of this name begins right in it."""
    if is_of_table(name):
        return last == name or {last, name} == _SIDE_BY_SIDE
    return name in ITEMS and (last == name or {last, name} == _IN_TURN)
