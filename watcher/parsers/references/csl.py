"""Read CSL JSON: an array of items, as Zotero, Pandoc and citation services write it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from watcher.parsers.references.reference import LibraryReference, ReferenceMistake


def read_csl(text: str) -> Iterator[LibraryReference | ReferenceMistake]:
    """Yield the references in a CSL JSON text, and the mistakes in it, in order."""
    try:
        read = json.loads(text)
    except RecursionError:
        yield ReferenceMistake(1, "", "this JSON is nested too deeply", "export the library as CSL JSON again")
        return
    except ValueError as error:
        line = getattr(error, "lineno", 1)
        yield ReferenceMistake(line, "", f"this is no JSON: {getattr(error, 'msg', error)}", "export the file again")
        return
    items = read.get("items", [read]) if isinstance(read, dict) else read
    if not isinstance(items, list):
        yield ReferenceMistake(1, "", "this JSON has no items", 'write [{"title": "…", "DOI": "…"}]')
        return
    lines = _Lines(text)
    for number, item in enumerate(items, start=1):
        if isinstance(item, dict):
            yield _of(lines.of(item), item)
        elif isinstance(item, str):
            yield LibraryReference(line=lines.of({"id": item}), name=item[:100], arxiv=(item,))
        else:
            hint = 'write {"title": "…", "DOI": "…"}'
            yield ReferenceMistake(1, f"item {number}", "it is no object", hint)


MOST_UNSEEN = 100
"""Most ids that are searched to the end of the text without success. After these, no more lines are searched."""


class _Lines:
    """Finds the line of an item by its id; if it cannot be found, that of the item before, or 1."""

    def __init__(self, text: str) -> None:
        self._text, self._at, self._line = text, 0, 1
        self._unseen = 0

    def of(self, item: dict[str, Any]) -> int:
        named = item.get("id")
        if not isinstance(named, str | int) or self._unseen >= MOST_UNSEEN:
            return self._line
        at = self._text.find(json.dumps(named, ensure_ascii=False), self._at)
        if at >= 0:
            self._line += self._text.count("\n", self._at, at)
            self._at = at
        else:
            self._unseen += 1
        return self._line


def _of(line: int, item: dict[str, Any]) -> LibraryReference:
    def text(*names: str) -> str:
        value = next((item[name] for name in names if item.get(name)), "")
        value = value[0] if isinstance(value, list) and value else value
        return value if isinstance(value, str) else ""

    given = item.get("keyword", "")
    keywords = given if isinstance(given, list) else re.split(r"[,;]", str(given))
    return LibraryReference(
        line=line,
        name=str(item.get("id", ""))[:100] or text("title")[:100],
        title=text("title"),
        abstract=text("abstract"),
        keywords=tuple(map(str, keywords)),
        arxiv=tuple(filter(None, (text("arxiv_id", "arxiv", "key"), text("number", "archive_location")))),
        dois=tuple(filter(None, (text("DOI", "doi"),))),
        links=tuple(filter(None, (text("URL", "url"),))),
        texts=tuple(filter(None, (text("note"), text("number"), text("publisher"), text("container-title")))),
    )
