"""The table in words, and the kept table of the last release in docs/figures.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.all.row import Row, Samples

KEPT = Path(__file__).resolve().parents[2] / "docs" / "figures.md"
BEGIN, END = "<!-- the table begins -->\n", "<!-- the table ends -->\n"
HEAD = ("what", "must", "reach", "figure", "", "ours", "peer", "times", "last release")


@dataclass(frozen=True, slots=True)
class Line:
    """A measured row: its samples, or why there are none."""

    row: Row
    found: Samples | None
    why_not: str = ""


def table(lines: Sequence[Line], before: Mapping[str, str]) -> str:
    """Return the table in Markdown; ``before``: the figures of the last release, by ``what``."""
    cells = [HEAD, ("---",) * len(HEAD), *(_cells(line, before.get(line.row.what, "")) for line in lines)]
    return "".join(f"| {' | '.join(row)} |\n" for row in cells)


def kept_figures(text: str) -> dict[str, str]:
    """Return the figures of a kept table, by ``what``."""
    if BEGIN not in text:
        return {}
    rows = text.split(BEGIN, 1)[1].split(END, 1)[0].splitlines()[2:]
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows if row.startswith("|")]
    return {row[0]: row[HEAD.index("figure")] for row in cells}


def with_table(text: str, new: str) -> str:
    """Return a text with a new table in the place of its old one. Raises ``ValueError`` if it has no place."""
    before, _, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"no place for the table: {BEGIN.strip()} … {END.strip()}")
    return f"{before}{BEGIN}{new}{END}{after}"


def _cells(line: Line, before: str) -> tuple[str, ...]:
    row, found = line.row, line.found
    unit = f" {row.unit}" if row.unit and not row.by_ratio else " times" if row.by_ratio else ""
    goals = (f"{number(row.must)}{unit}", f"{number(row.reach)}{unit}")
    if found is None:
        return (row.what, *goals, "", f"not measured: {line.why_not}", "", "", "", before)
    figure, ratio = row.figure(found), found.ratio
    peer = f"{number(median(found.peers))} ({row.peer})" if found.peers else ""
    times = number(ratio) if ratio is not None else ""
    ours = f"{number(median(found.ours))} {row.unit}".strip()
    return (row.what, *goals, number(figure) + unit, row.grade(figure), ours, peer, times, before)


def number(value: float) -> str:
    """Return a number with three digits that count."""
    if value == 0:
        return "0"
    digits = max(0, 2 - len(str(int(abs(value)))) + 1) if abs(value) >= 1 else 3
    return f"{value:.{digits}f}".rstrip("0").rstrip(".") if digits else f"{value:,.0f}"
