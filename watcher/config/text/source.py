"""One config file's text and the places in it: what every problem points into."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate


@dataclass
class SourceText:
    """The text of a file under the name known to people. ``quoting`` decides how much of it may be shown."""

    name: str
    text: str

    def __post_init__(self) -> None:
        lengths = (len(line) + 1 for line in self.text.split("\n"))
        self._starts = [0, *accumulate(lengths)][:-1]

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 1, of a character offset."""
        offset = min(max(offset, 0), len(self.text))
        row = bisect_right(self._starts, offset) - 1
        return row + 1, offset - self._starts[row] + 1

    def bounds(self, number: int) -> tuple[int, int]:
        """Where the line with this number, from 1, begins and ends, its end left out."""
        start = self._starts[number - 1]
        end = self._starts[number] - 1 if number < len(self._starts) else len(self.text)
        return start, end - (self.text[start:end].endswith("\r"))
