"""Instants and spans as people say them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from watcher.model.clocks import local_time
from watcher.model.words import counted

_UNITS = ((timedelta(days=1), "day"), (timedelta(hours=1), "hour"), (timedelta(minutes=1), "minute"))


def clock_words(at: datetime, zone: str) -> str:
    """Return ``Fri 27 Nov 2026, 08:00``, as clocks in ``zone`` show it."""
    local = local_time(at, zone)
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M}"


def near_words(at: datetime, now: datetime, zone: str) -> str:
    """Return ``08:00``, ``tomorrow 08:00``, ``yesterday 08:00`` or ``Fri 27 Nov 08:00``."""
    local, today = local_time(at, zone), local_time(now, zone).date()
    near = {today: "", today + timedelta(days=1): "tomorrow ", today - timedelta(days=1): "yesterday "}
    year = f" {local.year}" if local.year != today.year else ""
    day = near.get(local.date(), f"{local:%a} {local.day} {local:%b}{year} ")
    return f"{day}{local:%H:%M}"


def iso_words(at: datetime) -> str:
    """Return ``2026-11-27T07:00:00Z``, as feeds and ``<time>`` have it."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def span_words(span: timedelta) -> str:
    """Return ``3 days``, ``2 hours``, ``5 minutes`` or ``moments``, rounded down."""
    for unit, name in _UNITS:
        if span >= unit:
            return counted(span // unit, name)
    return "moments"


def ago_words(at: datetime | None, now: datetime) -> str:
    """Return ``2 hours ago``, ``in 2 hours`` or ``never``."""
    if at is None:
        return "never"
    return f"{span_words(now - at)} ago" if at <= now else f"in {span_words(at - now)}"


def day_words(day: date, today: date) -> str:
    """Return ``Friday 27 November 2026``, with ``today`` or ``yesterday`` before it."""
    near = {today: "Today, ", today - timedelta(days=1): "Yesterday, "}.get(day, "")
    return f"{near}{day:%A} {day.day} {day:%B %Y}"
