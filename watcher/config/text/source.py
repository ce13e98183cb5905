"""Hold the text of a config file, and convert places in it."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate


@dataclass
class SourceText:
    """The text of a file, and the name by which people know the file.

    ``quoting``: decides how much of it may be shown.
    """

    name: str
    text: str

    def __post_init__(self) -> None:
        lengths = (len(line) + 1 for line in self.text.split("\n"))
        self._starts = [0, *accumulate(lengths)][:-1]

    def position(self, offset: int) -> tuple[int, int]:
        """Return (line, column) of an offset, both from 1."""
        offset = min(max(offset, 0), len(self.text))
        row = bisect_right(self._starts, offset) - 1
        return row + 1, offset - self._starts[row] + 1

    def bounds(self, number: int) -> tuple[int, int]:
        """Return (start, end) of the line with a number from 1, without its line end."""
        start = self._starts[number - 1]
        end = self._starts[number] - 1 if number < len(self._starts) else len(self.text)
        return start, end - (self.text[start:end].endswith("\r"))
