"""Compute the geometry of bars, lines and strips, for SVG in a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from watcher.model.words import counted

WIDTH, HEIGHT = 720, 130
LEFT, TOP, BOTTOM = 34, 8, 20
"""Room for labels, in the picture's units."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar with a strong part at its bottom.

    ``x``, ``width``, ``top``, ``height``: of the bar in the picture's units, from its upper left corner.
    ``strong_top`` and ``strong_height``: of the strong part.
    ``title``: shown when a reader points at the bar.
    ``usual``: height at which a usual day would end, None if not known.
    """

    x: float
    width: float
    top: float
    height: float
    strong_top: float
    strong_height: float
    title: str
    usual: float | None = None


@dataclass(frozen=True, slots=True)
class ChartLabel:
    """A text in a picture.

    ``x`` and ``y``: where its ``anchor`` (start, middle or end) lies, in the picture's units.
    """

    x: float
    y: float
    text: str
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture: bars, or a line with its points; and labels.

    ``base``: y of the line on which bars stand.
    ``line``: the path of the line, in SVG. ``points``: (x, y, title) of each.
    """

    width: int
    height: int
    base: float
    bars: tuple[Bar, ...] = ()
    line: str = ""
    points: tuple[tuple[float, float, str], ...] = ()
    labels: tuple[ChartLabel, ...] = ()


def bars_of(
    counts: Mapping[date, int],
    strong: Mapping[date, int] | None = None,
    *,
    unit: str,
    usual: Mapping[date, float] | None = None,
) -> Chart:
    """Return bars of the count on each day or in each week.

    ``counts``: first day → count.
    ``strong``: first day → strong part of the count, drawn at the bottom of the bar.
    ``unit``: what is counted, as in ``3 papers``.
    ``usual``: first day → usual count, drawn as a line across the bar.
    """
    most = max([1, *counts.values(), *(usual or {}).values()])
    room, floor = HEIGHT - TOP - BOTTOM, HEIGHT - BOTTOM
    step = (WIDTH - LEFT) / max(len(counts), 1)
    width = max(min(step * 0.8, 26), 0.5)
    bars = []
    for n, (day, count) in enumerate(counts.items()):
        high = room * count / most
        low = room * (strong or {}).get(day, count if strong is None else 0) / most
        of_all, of_strong = (_r(floor - high), _r(high)), (_r(floor - low), _r(low))
        known = (usual or {}).get(day)
        line = None if known is None else _r(floor - room * known / most)
        title = f"{day:%a} {day.day} {day:%b}: {counted(count, unit)}"
        title += f", usually {known:g}" if known is not None else ""
        x = LEFT + n * step + (step - width) / 2
        bars.append(Bar(_r(x), _r(width), *of_all, *of_strong, title, line))
    labels = [ChartLabel(LEFT - 6, TOP + 8, f"{most:g}", "end"), ChartLabel(LEFT - 6, floor, "0", "end")]
    labels += _days([*counts], LEFT + step / 2, step)
    return Chart(WIDTH, HEIGHT, floor, tuple(bars), labels=tuple(labels))


def curve_of(values: Sequence[tuple[datetime, int]]) -> Chart | None:
    """Return a line of a number over time, None if there are fewer than two values. Times are shown in their zone."""
    if len(values) < 2:
        return None
    first, last = values[0][0], values[-1][0]
    form = "{0:%H:%M}" if first.date() == last.date() else "{0.day} {0:%b}"
    most = max(1, *(value for _, value in values))
    span = max((last - first).total_seconds(), 1.0)
    room, floor, wide = HEIGHT - TOP - BOTTOM, HEIGHT - BOTTOM, WIDTH - LEFT - 8
    points = [
        (_r(LEFT + wide * (at - first).total_seconds() / span), _r(floor - room * value / most), value, at)
        for at, value in values
    ]
    labels = (
        ChartLabel(LEFT - 6, TOP + 8, f"{most:,}", "end"),
        ChartLabel(LEFT - 6, floor, "0", "end"),
        ChartLabel(LEFT, HEIGHT - 5, form.format(first), "start"),
        ChartLabel(WIDTH - 8, HEIGHT - 5, form.format(last), "end"),
    )
    path = "M" + " L".join(f"{x} {y}" for x, y, _, _ in points)
    marks = tuple((x, y, f"{value:,} on {at.day} {at:%b}") for x, y, value, at in points)
    return Chart(WIDTH, HEIGHT, floor, line=path, points=marks, labels=labels)


def _days(days: Sequence[date], first: float, step: float) -> list[ChartLabel]:
    """Return labels for the first and the last day, and for days in between as far as there is room."""
    every = max(1, -(-len(days) * 60 // WIDTH))
    shown = [n for n in range(len(days)) if n % every == 0]
    return [ChartLabel(_r(first + n * step), HEIGHT - 5, f"{days[n].day} {days[n]:%b}") for n in shown]


def _r(value: float) -> float:
    return round(value, 1)
