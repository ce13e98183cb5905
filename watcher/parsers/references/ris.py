"""Read RIS, as Zotero, EndNote, Mendeley and publishers write it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from watcher.parsers.references.reference import LibraryReference, ReferenceMistake

_TAG = re.compile(r"\s*([A-Z][A-Z0-9]) {0,3}-(?: (.*))?$")
_TITLES = ("TI", "T1", "CT", "BT")
_ABSTRACTS = ("AB", "N2")
_LINKS = ("UR", "L1", "L2", "LK")
_TEXTS = ("N1", "JO", "JF", "T2", "M1", "PB", "AN", "C1")

RisTags = Mapping[str, Sequence[str]]


def read_ris(text: str) -> Iterator[LibraryReference | ReferenceMistake]:
    """Yield the references in a RIS text, and the mistakes in it, in order."""
    tags: dict[str, list[str]] = {}
    begun, last = 0, ""
    for number, line in enumerate(text.splitlines(), start=1):
        found = _TAG.match(line)
        if found is None:
            if last and line.strip() and begun:
                tags[last][-1] = f"{tags[last][-1]} {line.strip()}"
            continue
        tag, value = found[1], (found[2] or "").strip()
        if tag == "TY" and begun:
            yield _of(begun, tags)  # the one before it has no end: all that stands there is its own
        if tag == "TY":
            tags, begun, last = {}, number, ""
        elif tag == "ER":
            if begun:
                yield _of(begun, tags)
            tags, begun, last = {}, 0, ""
        elif begun:
            tags.setdefault(tag, []).append(value)
            last = tag
        else:
            yield ReferenceMistake(number, "", "a reference begins without TY", "write TY  - JOUR before it")
            tags, begun, last = {tag: [value]}, number, tag
    if begun:
        yield _of(begun, tags)


def _of(line: int, tags: RisTags) -> LibraryReference:
    def all_of(names: Sequence[str]) -> tuple[str, ...]:
        return tuple(value for name in names for value in tags.get(name, ()))

    titles = all_of(_TITLES)
    title = titles[0] if titles else ""
    return LibraryReference(
        line=line,
        name=(all_of(("ID",)) or (title,))[0][:100],
        title=title,
        abstract=" ".join(all_of(_ABSTRACTS)[:1]),
        keywords=all_of(("KW",)),
        dois=all_of(("DO", "M3")),
        links=all_of(_LINKS),
        texts=all_of(_TEXTS),
    )
