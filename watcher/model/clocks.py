"""Show instants as clocks and calendars do."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo


def local_time(at: datetime, zone: str) -> datetime:
    """Return an instant as clocks in ``zone`` show it; beyond the years that Python knows, the first or last one."""
    there = ZoneInfo(zone)
    try:
        return at.astimezone(there)
    except OverflowError:
        return datetime.min.replace(tzinfo=there) if at.year == 1 else datetime.max.replace(tzinfo=there)


def utc_midnight(now: datetime) -> datetime:
    """Return when the UTC day of ``now`` began."""
    return datetime.combine(now.astimezone(UTC).date(), time(), UTC)
