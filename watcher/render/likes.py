"""Say in words why a paper is like a library."""

from __future__ import annotations

from watcher.model import Because

LONGEST_TITLE = 60
"""Characters of a liked paper's title in a line."""


def because_line(because: Because) -> str:
    """Return ``because of …, …; words: …`` in one line; "" where nothing can be named."""
    titles = [f"“{cut_title(one.title or one.keys[0])}”" for one in because.papers if one.title or one.keys]
    parts = [f"because of {', '.join(titles)}"] if titles else []
    if because.words:
        parts.append(f"words: {', '.join(because.words)}")
    return "; ".join(parts)


def cut_title(title: str) -> str:
    """Return a title in one line, cut after a word where it is long."""
    line = " ".join(title.split())
    if len(line) <= LONGEST_TITLE:
        return line
    return line[: LONGEST_TITLE - 1].rsplit(" ", 1)[0] + "…"
