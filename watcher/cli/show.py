"""Print JSON, and problems with a caret under the place, for all commands."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING, TextIO

from watcher.model.objects import json_text

__all__ = ["json_array", "json_text", "problem", "problems", "rule_problem", "under", "visible"]

if TYPE_CHECKING:
    from watcher.errors import Problem, RuleError

WIDTH = 100  # characters of a quoted line: beyond it only the part around the place is shown
CUT = "…"


def problems(found: Iterable[Problem]) -> str:
    """Return all problems as check-config shows them, one below the other."""
    return "\n".join(problem(each) for each in found)


def problem(found: Problem) -> str:
    """Return a problem as ``file:line:col: what; hint``, with the line and a caret below its column if known."""
    if not found.source_line.strip():
        return str(found)
    return f"{found}\n{under(found.source_line, found.column - 1)}"


def rule_problem(error: RuleError) -> str:
    """Return the error of a rule, with the rule's text if it is known and carets under the wrong part."""
    text = error.text
    if not text.strip():
        return f"watcher: {error}"
    start = min(error.start, len(text))
    before = text.rfind("\n", 0, start) + 1
    line = text[before:].split("\n", 1)[0]
    return f"watcher: {error}\n{under(line, start - before, error.end - start)}"


def under(line: str, start: int, length: int = 1) -> str:
    """Return ``line``, and below it carets under its characters from ``start`` on; a long line is cut around them.

    Wide characters are counted as such. Characters that would move the cursor are shown as blanks.
    """
    line = "".join(visible(character) for character in line.rstrip("\r\n"))
    start = min(max(start, 0), len(line))
    head = ""
    if start > WIDTH * 2 // 3:
        head, line, start = CUT, line[start - WIDTH // 2 :], WIDTH // 2
    tail = CUT if len(line) > WIDTH else ""
    line = line[:WIDTH]
    marked = line[start : start + max(length, 1)]
    blanks = len(head) + columns_of(line[:start])
    return f"  {head}{line}{tail}\n  {' ' * blanks}{'^' * max(columns_of(marked), 1)}"


def visible(character: str) -> str:
    """Return a character as a terminal can show it: a blank for one that would move the cursor or change colours."""
    return character if character.isprintable() else " "


def columns_of(text: str) -> int:
    """Return how many columns of a terminal a text takes: two for a wide character, none for an accent."""
    return sum(_width(character) for character in text)


def _width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def json_array(values: Iterable[object], file: TextIO | None = None) -> None:
    """Print one JSON array, with each value on a line as soon as it comes. Days and instants are in ISO 8601.

    ``file``: where to print, None for stdout.
    """
    out = file or sys.stdout
    opening = "["
    for value in values:
        out.write(opening + "\n" + json_text(value))
        opening = ","
    out.write("[]\n" if opening == "[" else "\n]\n")
