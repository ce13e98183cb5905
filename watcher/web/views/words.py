"""Say instants and spans of time in words."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from watcher.model.clocks import local_time
from watcher.model.words import counted

_UNITS = ((timedelta(days=1), "day"), (timedelta(hours=1), "hour"), (timedelta(minutes=1), "minute"))


def clock_words(at: datetime, zone: str) -> str:
    """Return an instant as ``Fri 27 Nov 2026, 08:00``, as clocks in ``zone`` show it."""
    local = local_time(at, zone)
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M}"


def near_words(at: datetime, now: datetime, zone: str) -> str:
    """Return an instant as ``08:00``, ``tomorrow 08:00``, ``yesterday 08:00`` or ``Fri 27 Nov 08:00``.

    ``zone``: IANA name of the reader's time zone.
    """
    local, today = local_time(at, zone), local_time(now, zone).date()
    near = {today: "", today + timedelta(days=1): "tomorrow ", today - timedelta(days=1): "yesterday "}
    year = f" {local.year}" if local.year != today.year else ""
    day = near.get(local.date(), f"{local:%a} {local.day} {local:%b}{year} ")
    return f"{day}{local:%H:%M}"


def iso_words(at: datetime) -> str:
    """Return an instant as ``2026-11-27T07:00:00Z``, for feeds and ``<time>``."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def span_words(span: timedelta) -> str:
    """Return a span as ``3 days``, ``2 hours``, ``5 minutes`` or ``moments``, rounded down."""
    for unit, name in _UNITS:
        if span >= unit:
            return counted(span // unit, name)
    return "moments"


def ago_words(at: datetime | None, now: datetime) -> str:
    """Return an instant as ``2 hours ago`` or ``in 2 hours``; ``never`` for None."""
    if at is None:
        return "never"
    return f"{span_words(now - at)} ago" if at <= now else f"in {span_words(at - now)}"


def day_words(day: date, today: date) -> str:
    """Return a day as ``Friday 27 November 2026``, after ``today`` or ``yesterday`` if it is that."""
    near = {today: "Today, ", today - timedelta(days=1): "Yesterday, "}.get(day, "")
    return f"{near}{day:%A} {day.day} {day:%B %Y}"
