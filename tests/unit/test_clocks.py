"""Instants as clocks show them, up to both ends of the calendar."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from watcher.cli.tables import clock_time
from watcher.model.clocks import local_time, utc_midnight

FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "zone", "shown"),
    [
        (datetime(2026, 3, 10, 9, 30, tzinfo=UTC), "Europe/Paris", "2026-03-10 10:30"),
        (FIRST, "America/New_York", "1-01-01 00:00"),
        (FIRST + timedelta(hours=1), "Pacific/Honolulu", "1-01-01 00:00"),
        (FIRST, "Asia/Tokyo", "1-01-01 09:18"),
        (LAST, "Asia/Tokyo", "9999-12-31 23:59"),
        (LAST, "America/New_York", "9999-12-31 18:59"),
    ],
)
def test_every_instant_is_shown_in_every_zone(at: datetime, zone: str, shown: str) -> None:
    assert local_time(at, zone).tzinfo is not None
    assert clock_time(at, zone).lstrip("0") == shown


def test_the_day_of_an_instant_begins_in_utc() -> None:
    now = datetime.fromisoformat("2026-03-10T01:30:00+02:00")
    assert utc_midnight(now) == datetime(2026, 3, 9, tzinfo=UTC)
