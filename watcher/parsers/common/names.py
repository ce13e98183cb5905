"""Find people's names in texts of a page."""

from __future__ import annotations

import re
from collections.abc import Sequence

from watcher.parsers.common import clean

_BEFORE_NAMES = re.compile(r"^(?:authors?\s*:|by\b:?)\s*", re.IGNORECASE)
_OTHERS = re.compile(r"[,;]? (?:et al\.?|(?:and|&|\+) (?:\d+ )?(?:others|more))$", re.IGNORECASE)
_FOR_A_GROUP = re.compile(
    r",? (?:on behalf of|for) (?:the )?"
    r"(?=[^,;]{1,100}\b(?:collaboration|consortium|group|investigators|network|team)\b)",
    re.IGNORECASE,
)
_BETWEEN_ALL = re.compile(r" ?[;；|•] ?| [·/] ")
_BETWEEN_NAMES = re.compile(r" ?(?:, ?and |, ?& |,| and | & ) ?")
_BETWEEN_TWO = re.compile(r" (?:und|et|y|e|och|og) ")
"""Matches words for "and" that also stand within names: José Ortega y Gasset."""

_NO_BLANK = re.compile(r",(?=[^\W\d_])")
_DEGREE = re.compile(
    r",? (?:ph\.? ?d|m\.? ?d|d\.? ?phil|m\.? ?sc|b\.? ?sc|m\.a|b\.a|mba|mph|frs|esq|p\.e)\.?$", re.IGNORECASE
)
_TITLE = re.compile(r"^(?:(?:prof|dr|mr|mrs|ms)\.|professor) (?:dr\. )?", re.IGNORECASE)
_ADDRESS = re.compile(r" <[^<>\s]{1,100}@[^<>\s]{1,200}>$")
_NO_NAME = re.compile(r"et al\.?|and|&|[,;·•|]*", re.IGNORECASE)
_MARKS = "¹²³⁰⁴⁵⁶⁷⁸⁹*∗†‡§¶#✉, "
_PLACES = re.compile(r"(?: \[[\d,* ]{1,20}\]|(?<=[^\W\d_])\d[\d,]{0,20})$")
"""Matches what leads from a name to its place or to a footnote."""


def separated(text: str) -> list[str]:
    """Return the parts of a text between signs that stand only between people; the text alone if there are none.

    What says that they are authors, and that there are more, is left out.
    """
    text = _OTHERS.sub("", _BEFORE_NAMES.sub("", text.strip(), count=1))
    return _BETWEEN_ALL.split(_FOR_A_GROUP.sub(", ", _NO_BLANK.sub(", ", text)))


def between_two(names: Sequence[str]) -> list[str]:
    """Return names cut at other languages' words for "and" if whole names stand on both sides."""
    cut = [(name, _BETWEEN_TWO.split(name)) for name in names]
    return [one for name, parts in cut for one in (parts if all(" " in part for part in parts) else [name])]


def bare_name(name: str) -> str:
    """Return a name without titles, degrees, marks and address; "" for what is none."""
    name = _ADDRESS.sub("", name.strip(" ,;·•|/")).rstrip(_MARKS)
    name = _TITLE.sub("", _PLACES.sub("", name).rstrip(_MARKS))
    while (shorter := _DEGREE.sub("", name)) != name:
        name = shorter
    return name if any(map(str.isalpha, name)) and not is_degree(name) else ""


def is_degree(part: str) -> bool:
    """Return whether a part of a list of names is a degree."""
    return _DEGREE.fullmatch(f" {part.strip()}") is not None


def names_in(texts: Sequence[str]) -> tuple[str, ...]:
    """Return the names in texts: of one element for all people, or of an element for each.

    A single text is cut at its semicolons, or else at commas and "and". If this gives only single words, they are
    surnames and forenames in turn.
    """
    cleaned = [_BEFORE_NAMES.sub("", clean.abstract(text), count=1) for text in texts]
    if len(cleaned) != 1:
        named = (bare_name(_OTHERS.sub("", f" {text}")) for text in cleaned)
        return clean.names([name for name in named if not _NO_NAME.fullmatch(name)])
    several = separated(cleaned[0])
    if len(several) > 1:
        return names_in(several)
    found = (bare_name(part) for part in between_two(_BETWEEN_NAMES.split(several[0])))
    parts = [part for part in found if not _NO_NAME.fullmatch(part)]
    if len(parts) > 1 and len(parts) % 2 == 0 and not any(" " in part for part in parts):
        parts = [f"{forename} {surname}" for surname, forename in zip(parts[::2], parts[1::2], strict=True)]
    return clean.names(parts)
