"""Papers that somebody likes, and why another one is like them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LikedPaper:
    """A paper in a library, as a file or a list names it.

    ``keys``: what it is known by: ``arxiv:2601.00001``, ``doi:10.1000/x``.
    ``title`` / ``abstract`` / ``keywords``: what the file says of it, empty where it says nothing.
    """

    title: str = ""
    abstract: str = ""
    keywords: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Because:
    """Why a paper is like a library.

    ``papers``: the papers in it that are closest, with their titles and their first keys.
    ``words``: the words and pairs of words that bring it near, as the paper writes them.
    """

    papers: tuple[LikedPaper, ...] = ()
    words: tuple[str, ...] = ()
