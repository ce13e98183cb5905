"""Hold one reference of a file as its form gives it, and make a liked paper of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from watcher.model import LikedPaper
from watcher.parsers.common import clean
from watcher.parsers.common.links import ids_of_link, ids_of_name
from watcher.rules.folding.tex import clean as without_tex

LONGEST_TITLE, LONGEST_ABSTRACT, MOST_KEYWORDS = 1_000, 10_000, 50

_IN_TEXT = re.compile(r"\barxiv\s*[:/]\s*((?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d{1,2})?)", re.I | re.A)
_KEPT = ("arxiv:", "doi:")


@dataclass(frozen=True, slots=True)
class LibraryReference:
    """A reference in a file.

    ``line``: in the file, from 1.
    ``name``: what the file calls it, "" for nothing.
    ``keywords``: those of the reference, as written.
    ``arxiv``, ``dois`` and ``links``: texts that should be an arXiv id, a DOI, a link.
    ``texts``: texts that may contain ``arXiv:2601.00001``.
    """

    line: int
    name: str
    title: str = ""
    abstract: str = ""
    keywords: tuple[str, ...] = ()
    arxiv: tuple[str, ...] = ()
    dois: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReferenceMistake:
    """A part of a file that cannot be read.

    ``line``: from 1.
    ``entry``: what the file calls the reference, "" if not known.
    ``what``: what is wrong, in words. ``hint``: what to write instead.
    """

    line: int
    entry: str
    what: str
    hint: str


def keys_named(text: str) -> tuple[str, ...]:
    """Return the keys of the paper with this arXiv id, DOI or link; () if the text is none of these."""
    text = text.strip().strip("<>")
    arxiv = clean.arxiv_id(text)
    found = (f"arxiv:{arxiv[0]}",) if arxiv else ids_of_name(text).keys
    return tuple(key for key in found if key.startswith(_KEPT))


def keys_of_reference(one: LibraryReference) -> tuple[str, ...]:
    """Return the keys of the paper that a reference names, each once, arXiv ids first."""
    found = [key for text in one.arxiv + one.dois for key in keys_named(text)]
    for link in one.links:
        found += [key for key in ids_of_link(link.strip()).keys if key.startswith(_KEPT)]
    for text in one.texts:
        found += [key for arxiv in _IN_TEXT.findall(text[:LONGEST_TITLE]) for key in keys_named(arxiv)]
    return tuple(sorted(dict.fromkeys(found), key=lambda key: not key.startswith("arxiv:")))


def liked_paper(one: LibraryReference) -> LikedPaper | ReferenceMistake:
    """Return the paper that a reference names, or why it names none."""
    keys, title = keys_of_reference(one), _plain(one.title, LONGEST_TITLE)
    if not keys and not title:
        hint = "give it a title, an arXiv id (eprint) or a DOI"
        return ReferenceMistake(one.line, one.name, "it has no title, arXiv id or DOI", hint)
    return LikedPaper(
        title=title,
        abstract=_plain(one.abstract, LONGEST_ABSTRACT),
        keywords=tuple(_keywords(one.keywords)),
        keys=keys,
    )


def _keywords(given: Iterable[str]) -> list[str]:
    found = dict.fromkeys(_plain(one, LONGEST_TITLE) for one in given)
    return [one for one in found if one][:MOST_KEYWORDS]


def _plain(text: str, longest: int) -> str:
    """Return a text in one line, without TeX and without tags of JATS and HTML."""
    text = re.sub(r"</?[a-zA-Z][a-zA-Z0-9:]{0,20}(?:\s[^<>]{0,200})?/?>", " ", text[: 2 * longest])
    return " ".join(without_tex(text).without_joints().text.split())[:longest].strip()
