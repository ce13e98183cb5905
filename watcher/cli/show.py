"""How commands put things on the terminal: tables, JSON, and problems with a caret under the place."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from watcher.errors import Problem, RuleError

WIDTH = 100  # characters of a quoted line: beyond it only the part around the place is shown
CUT = "…"


def problems(found: Iterable[Problem]) -> str:
    """All problems as check-config shows them, one under the other."""
    return "\n".join(problem(each) for each in found)


def problem(found: Problem) -> str:
    """``file:line:col: what; hint``, and where the line is known the line itself with a caret under the column."""
    if not found.source_line.strip():
        return str(found)
    return f"{found}\n{under(found.source_line, found.column - 1)}"


def rule_problem(error: RuleError) -> str:
    """A rule's error with the rule, where its text is known, and carets under the part that is wrong."""
    text = error.text
    if not text.strip():
        return f"watcher: {error}"
    start = min(error.start, len(text))
    before = text.rfind("\n", 0, start) + 1
    line = text[before:].split("\n", 1)[0]
    return f"watcher: {error}\n{under(line, start - before, error.end - start)}"


def under(line: str, start: int, length: int = 1) -> str:
    """``line``, and below it carets under its characters from ``start`` on; a long line is cut around them.

    Carets stand right under wide characters too, and what would move the cursor is shown as a blank.
    """
    line = "".join(_visible(character) for character in line.rstrip("\r\n"))
    start = min(max(start, 0), len(line))
    head = ""
    if start > WIDTH * 2 // 3:
        head, line, start = CUT, line[start - WIDTH // 2 :], WIDTH // 2
    tail = CUT if len(line) > WIDTH else ""
    line = line[:WIDTH]
    marked = line[start : start + max(length, 1)]
    blanks = len(head) + _columns(line[:start])
    return f"  {head}{line}{tail}\n  {' ' * blanks}{'^' * max(_columns(marked), 1)}"


def _visible(character: str) -> str:
    return character if character.isprintable() else " "


def _columns(text: str) -> int:
    return sum(_width(character) for character in text)


def _width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], file: TextIO | None = None) -> None:
    """Print a table that fits the terminal; where ``file`` is none, tab-separated lines, whole, for other programs.

    A column whose name ends in ``>`` is aligned to the right.
    """
    out = file or sys.stdout
    names = [column.rstrip(">") for column in columns]
    if not out.isatty():
        for row in (names, *rows):
            print(*(_cell(value) for value in row), sep="\t", file=out)
        return
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for name, column in zip(names, columns, strict=True):
        grid.add_column(name, justify="right" if column.endswith(">") else "left")
    for row in rows:
        grid.add_row(*(Text(_cell(value)) for value in row))
    Console(file=out, highlight=False).print(grid)


def _cell(value: object) -> str:
    text = "" if value is None else f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else str(value)
    return "".join(_visible(character) for character in text)


def json_array(values: Iterable[object], file: TextIO | None = None) -> None:
    """Print one JSON array, a value a line as they come, so that memory stays flat; days and instants as ISO 8601."""
    out = file or sys.stdout
    opening = "["
    for value in values:
        out.write(opening + "\n" + json_text(value))
        opening = ","
    out.write("[]\n" if opening == "[" else "\n]\n")


def json_text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} is not JSON")
