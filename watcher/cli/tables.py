"""Print tables: fitted to a terminal, or as tab-separated lines for other programs."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TextIO

from watcher.cli.show import columns_of, visible
from watcher.model import with_name
from watcher.model.clocks import local_time

if TYPE_CHECKING:
    from rich.table import Table

UTC = "UTC"
BETWEEN = 3
"""Blanks between two columns."""

ENOUGH = 40
"""Width below which a cut text is too narrow; then columns that can be spared are left out."""

LEAST = 16
"""Width that a cut text has even on the narrowest terminal."""

UNWRAPPED = 24
"""Width up to which a text is always kept in one line: instants, names, numbers."""


@dataclass(frozen=True, slots=True)
class LinkedText:
    """A text that a terminal can open. Elsewhere only the text is printed.

    ``url``: what is opened, None for nothing.
    """

    text: str
    url: str | None

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class NamedText:
    """The name of something. A terminal shows it behind the display name; other programs get the name alone."""

    name: str
    shown_as: str | None

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class _Column:
    """A column: its name with marks, and the text and link of each cell."""

    marked: str
    texts: Sequence[str]
    links: Sequence[str | None]

    @property
    def name(self) -> str:
        return self.marked.rstrip(">~?|")

    @property
    def is_cut(self) -> bool:
        return self.marked.endswith("~")

    @property
    def can_be_spared(self) -> bool:
        return self.marked.endswith("?")

    @property
    def width(self) -> int:
        """The width that it needs, unless it is cut."""
        return min(max(map(columns_of, (self.name, *self.texts))), UNWRAPPED)


def print_table(
    columns: Sequence[str], rows: Iterable[Sequence[object]], file: TextIO | None = None, zone: str = UTC
) -> None:
    """Print a table that fits the terminal; if ``file`` is no terminal, whole tab-separated lines.

    The last character of a column's name says how a terminal shows it. ``>``: to the right. ``~``: cut to one line if
    necessary. ``?``: left out if it is empty, or if cut columns would become too narrow. ``|``: left out. Other long
    texts are wrapped.

    ``rows``: a value for each column.
    ``zone``: time zone in which instants are shown.
    """
    out = file or sys.stdout
    is_terminal = out.isatty()
    cells = [[(_cell(value, zone, is_terminal), _link(value)) for value in row] for row in rows]
    found = [
        _Column(name, [row[n][0] for row in cells], [row[n][1] for row in cells]) for n, name in enumerate(columns)
    ]
    if not is_terminal:
        print(*(one.name for one in found), sep="\t", file=out)
        for row in cells:
            print(*(text for text, _ in row), sep="\t", file=out)
        return
    from rich.console import Console

    console = Console(file=out, highlight=False)
    found = [one for one in found if not one.marked.endswith("|") and (not one.can_be_spared or any(one.texts))]
    if _room(found, console.width) < ENOUGH:
        found = [one for one in found if not one.can_be_spared]
    console.print(_grid(found, _room(found, console.width)))


def clock_time(at: datetime, zone: str) -> str:
    """Return an instant to the minute, as clocks in ``zone`` show it."""
    return f"{local_time(at, zone):%Y-%m-%d %H:%M}"


def _cell(value: object, zone: str, is_terminal: bool) -> str:
    if isinstance(value, NamedText) and is_terminal:
        value = with_name(value.shown_as or "", value.name)
    text = "" if value is None else clock_time(value, zone) if isinstance(value, datetime) else str(value)
    return "".join(visible(character) for character in text)


def _link(value: object) -> str | None:
    return value.url if isinstance(value, LinkedText) else None


def _room(columns: Sequence[_Column], width: int) -> int:
    """Return the width that each cut column has on a terminal of this width."""
    cut = sum(one.is_cut for one in columns)
    taken = sum(one.width for one in columns if not one.is_cut) + BETWEEN * (len(columns) - 1)
    return max((width - taken) // max(cut, 1), LEAST)


def _grid(columns: Sequence[_Column], room: int) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for one in columns:
        if one.is_cut:
            grid.add_column(one.name, overflow="ellipsis", no_wrap=True, max_width=room)
        else:
            is_short = max(map(columns_of, (one.name, *one.texts))) <= UNWRAPPED
            grid.add_column(one.name, justify="right" if one.marked.endswith(">") else "left", no_wrap=is_short)
    for n in range(len(columns[0].texts)):
        cells = ((one.texts[n], one.links[n]) for one in columns)
        grid.add_row(*(Text(text, f"link {url}" if url else "") for text, url in cells))
    return grid
