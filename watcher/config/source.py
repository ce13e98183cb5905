"""One config file's text and the places in it: what every problem points into."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import accumulate

from watcher.errors import Problem

_ADDRESS = re.compile(r"(?<![A-Za-z0-9+.-])[0-9+.-]*+(?P<address>[A-Za-z][A-Za-z0-9+.-]*+://\S*)")
LONGEST_LINE = 2000
"""Characters of an offending line that a problem keeps."""


@dataclass
class SourceText:
    """The text of one file under the name that people know it by.

    Lines of ``secret`` spans, character offsets ``(start, end)``, are shown with stars where an address or a password
    stands, so that a problem can be printed or mailed.
    """

    name: str
    text: str
    secret: list[tuple[int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        lengths = (len(line) + 1 for line in self.text.split("\n"))
        self._starts = [0, *accumulate(lengths)][:-1]

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 1, of a character offset."""
        offset = min(max(offset, 0), len(self.text))
        row = bisect_right(self._starts, offset) - 1
        return row + 1, offset - self._starts[row] + 1

    def line(self, number: int) -> str:
        """The line with this number, from 1, without its end and without what has to stay secret."""
        start = self._starts[number - 1]
        end = self._starts[number] - 1 if number < len(self._starts) else len(self.text)
        line = self.text[start:end].rstrip("\r")
        for first, last in self.secret:
            if first < end and start < last:
                line = _masked(line, max(first - start, 0), max(last - start, 0))
        return line[:LONGEST_LINE]

    def problem(self, offset: int, what: str, hint: str = "", *, fatal: bool = True) -> Problem:
        """Something wrong at a character offset."""
        number, column = self.position(offset)
        return Problem(self.name, number, column, what, hint, self.line(number), fatal)

    def hide_addresses(self) -> None:
        """Treat everything that looks like an address as secret: for a text whose structure is not known."""
        self.secret += [found.span("address") for found in _ADDRESS.finditer(self.text)]


def _masked(line: str, start: int, end: int) -> str:
    """Stars over letters and digits only, so that quotes and blanks still show where the value stands."""
    return line[:start] + re.sub(r"\w", "*", line[start:end]) + line[end:]
