"""Prints docs/decisions/index.md: the decisions by their titles. ``make docs`` writes it."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parents[2] / "docs" / "decisions"
HEAD = """\
# Decisions

Why things are as they are: what was decided, what else was looked at, what was measured.
"""


def document() -> str:
    """The whole of docs/decisions/index.md."""
    pages = sorted(FOLDER.glob("[0-9]*.md"))
    titles = [page.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ") for page in pages]
    lines = [f"- [{title}]({page.name})" for title, page in zip(titles, pages, strict=True)]
    return HEAD + "\n" + "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(document(), end="")
