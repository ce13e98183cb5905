"""Read a file of references in any form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from watcher.model import LikedPaper
from watcher.parsers.charsets.text import Declared, text_by
from watcher.parsers.references.bibtex import read_bibtex
from watcher.parsers.references.csl import read_csl
from watcher.parsers.references.id_list import HINT, read_id_list
from watcher.parsers.references.reference import LibraryReference, ReferenceMistake, keys_named, liked_paper
from watcher.parsers.references.ris import read_ris

MOST_PAPERS = 5_000
"""Most papers of a library that are read. That the others are left out is reported as a mistake."""

_RIS = re.compile(r"^[ \t]*TY {0,3}- ", re.MULTILINE)
_BIBTEX = re.compile(r"^[ \t]*@[ \t]*[A-Za-z]+\s*[{(]", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class ReadLibrary:
    """What a file of references has: papers, each once, and mistakes for what cannot be read."""

    papers: tuple[LikedPaper, ...] = ()
    mistakes: tuple[ReferenceMistake, ...] = ()


def read_library(data: bytes) -> ReadLibrary:
    """Return the papers in a file's content (``data``): BibTeX, RIS, CSL JSON or a list of ids. Never raises.

    The form is seen from the text.
    """
    text = text_by(data, Declared())
    if "\0" in text:
        hint = "export the library as BibTeX, RIS or CSL JSON"
        return ReadLibrary(mistakes=(ReferenceMistake(1, "", "this is no text", hint),))
    return _together(_references(text))


def read_ids(given: Sequence[str]) -> ReadLibrary:
    """Return the papers that arXiv ids, DOIs and links (``given``) name, and the mistakes in them.

    The line of a mistake is the number of its text, from 1.
    """
    found: list[LibraryReference | ReferenceMistake] = []
    for number, text in enumerate(given, start=1):
        if keys_named(text):
            found.append(LibraryReference(line=number, name=text[:100], arxiv=(text,)))
        else:
            found.append(ReferenceMistake(number, "", f"{text[:60]!r} is no arXiv id and no DOI", HINT))
    return _together(found)


def _references(text: str) -> Iterator[LibraryReference | ReferenceMistake]:
    begin = text.lstrip()[:1]
    if begin in ("[", "{"):
        return read_csl(text)
    if _RIS.search(text):
        return read_ris(text)
    return read_bibtex(text) if _BIBTEX.search(text) else read_id_list(text)


def _together(found: Iterable[LibraryReference | ReferenceMistake]) -> ReadLibrary:
    papers: dict[tuple[str, ...], LikedPaper] = {}
    mistakes: list[ReferenceMistake] = []
    for one in found:
        read = liked_paper(one) if isinstance(one, LibraryReference) else one
        if isinstance(read, ReferenceMistake):
            mistakes.append(read)
            continue
        if len(papers) >= MOST_PAPERS and isinstance(one, LibraryReference):
            what = f"there are more than {MOST_PAPERS:,} references"
            mistakes.append(ReferenceMistake(one.line, "", what, "export a collection of those that matter"))
            break
        papers.setdefault(read.keys or (read.title.casefold(),), read)
    return ReadLibrary(tuple(papers.values()), tuple(mistakes))
