"""When things are due: zones, both clock changes, what an outage skipped, quiet hours."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.alerts.schedule import next_due, quiet_until
from watcher.model import QuietHours, Rhythm, When

DAILY = When(Rhythm.DAILY, time(8))
NIGHTLY = When(Rhythm.DAILY, time(2, 30))
MONDAYS = When(Rhythm.WEEKLY, time(8), 0)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("when", "zone", "after", "due"),
    [
        (DAILY, "UTC", "2026-03-10T07:59", "2026-03-10T08:00"),
        (DAILY, "UTC", "2026-03-10T08:00", "2026-03-11T08:00"),
        (DAILY, "UTC", "2026-03-10T08:03", "2026-03-11T08:00"),
        (DAILY, "Europe/Paris", "2026-03-10T06:59", "2026-03-10T07:00"),
        (DAILY, "Asia/Tokyo", "2026-03-10T00:00", "2026-03-10T23:00"),
        (DAILY, "Pacific/Kiritimati", "2026-03-10T12:00", "2026-03-10T18:00"),
        (MONDAYS, "UTC", "2026-03-10T09:00", "2026-03-16T08:00"),
        (MONDAYS, "UTC", "2026-03-16T07:00", "2026-03-16T08:00"),
        # Paris springs forward at 02:00 on 29 March: there is no 02:30, so 03:30 it is
        (NIGHTLY, "Europe/Paris", "2026-03-28T12:00", "2026-03-29T01:30"),
        (NIGHTLY, "Europe/Paris", "2026-03-29T01:30", "2026-03-30T00:30"),
        # and falls back at 03:00 on 25 October: 02:30 comes twice and counts once
        (NIGHTLY, "Europe/Paris", "2026-10-24T12:00", "2026-10-25T00:30"),
        (NIGHTLY, "Europe/Paris", "2026-10-25T00:30", "2026-10-26T01:30"),
    ],
)
def test_next_due(when: When, zone: str, after: str, due: str) -> None:
    assert next_due(when, zone, at(after)) == at(due)


def test_immediately_has_no_due_instant() -> None:
    assert next_due(When(), "UTC", at("2026-03-10T08:00")) is None


@given(
    minutes_in=st.integers(0, 365 * 24 * 60),
    minutes=st.integers(0, 24 * 60 - 1),
    zone=st.sampled_from(["UTC", "Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"]),
)
def test_a_daily_schedule_comes_once_on_each_local_day(minutes_in: int, minutes: int, zone: str) -> None:
    when = When(Rhythm.DAILY, time(minutes // 60, minutes % 60))
    instant = at("2026-01-01T00:00") + timedelta(minutes=minutes_in)
    days = []
    for _ in range(5):
        following = next_due(when, zone, instant)
        assert following is not None and instant < following <= instant + timedelta(hours=49)
        instant = following
        days.append(instant.astimezone(ZoneInfo(zone)).date())
    assert days == [days[0] + timedelta(days=n) for n in range(5)]


NIGHT = QuietHours(time(22), time(7))
LUNCH = QuietHours(time(12), time(13))


@pytest.mark.parametrize(
    ("quiet", "now", "until"),
    [
        (NIGHT, "2026-03-10T21:59", None),
        (NIGHT, "2026-03-10T22:00", "2026-03-11T07:00"),
        (NIGHT, "2026-03-11T03:00", "2026-03-11T07:00"),
        (NIGHT, "2026-03-11T07:00", None),
        (LUNCH, "2026-03-10T12:30", "2026-03-10T13:00"),
        (LUNCH, "2026-03-10T13:00", None),
        (None, "2026-03-10T12:30", None),
        (QuietHours(time(8), time(8)), "2026-03-10T12:30", None),
    ],
)
def test_quiet_hours(quiet: QuietHours | None, now: str, until: str | None) -> None:
    assert quiet_until(quiet, "UTC", at(now)) == (at(until) if until else None)


def test_quiet_hours_end_by_the_local_clock_on_the_night_of_a_change() -> None:
    assert quiet_until(NIGHT, "Europe/Paris", at("2026-03-28T23:00")) == at("2026-03-29T05:00")
