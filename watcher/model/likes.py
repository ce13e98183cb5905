"""Papers that somebody likes, and why another one is like them."""

from __future__ import annotations

from dataclasses import dataclass

LONGEST_TITLE = 60
"""Characters of a liked paper's title in a line."""


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

    @property
    def in_words(self) -> str:
        """``because of …, …; words: …`` in one line; "" where nothing can be named."""
        names = [f"“{_in_short(one.title or one.keys[0])}”" for one in self.papers if one.title or one.keys]
        parts = [f"because of {', '.join(names)}"] if names else []
        if self.words:
            parts.append(f"words: {', '.join(self.words)}")
        return "; ".join(parts)


def _in_short(title: str) -> str:
    """Return a title in one line, cut after a word where it is long."""
    line = " ".join(title.split())
    return line if len(line) <= LONGEST_TITLE else line[: LONGEST_TITLE - 1].rsplit(" ", 1)[0] + "…"
