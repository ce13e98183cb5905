"""Read a list of arXiv ids, DOIs and links, one on each line."""

from __future__ import annotations

from collections.abc import Iterator

from watcher.parsers.references.reference import LibraryReference, ReferenceMistake, keys_named

HINT = "write an arXiv id (2601.00001), a DOI (10.1000/x) or a link to one"


def read_id_list(text: str) -> Iterator[LibraryReference | ReferenceMistake]:
    """Yield the papers in a list, and a mistake for each line that names none. ``#`` with a blank begins a comment."""
    for number, line in enumerate(text.splitlines(), start=1):
        words = ("" if line.lstrip().startswith(("#", "%")) else line.split(" #")[0]).replace(",", " ").split()
        for word in words:
            if keys_named(word):
                yield LibraryReference(line=number, name=word[:100], arxiv=(word,))
            else:
                yield ReferenceMistake(number, "", f"{word[:60]!r} is no arXiv id and no DOI", HINT)
                break
