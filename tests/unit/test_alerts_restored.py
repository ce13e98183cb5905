"""A restored database takes matches as known that may have been told after its backup."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.model import Endpoint, Fate, Listing, Paper, QuietHours, Rhythm, StoredSubscription, Subscription, When
from watcher.policy.alerts.fate import BlindSpan, of_restored
from watcher.policy.schedules.schedule import alert_due, next_due

NOW_AND_THEN = When(Rhythm.IMMEDIATELY)
DAILY = When(Rhythm.DAILY, time(8))
NIGHT = QuietHours(time(22), time(7))


def instant(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-{text}").replace(tzinfo=UTC)


def paper(*days: date | None) -> Paper:
    seen = instant("01T00:00")
    listings = tuple(Listing(source="hf", day=day, read_at=seen) for day in days)
    return Paper(id=1, key="arxiv:2603.00001", title="Kites", first_seen=seen, listings=listings)


def saved(when: When, quiet: QuietHours | None = None) -> StoredSubscription:
    me = Endpoint("me")
    subscription = Subscription(name="kites", rule="kites", to=("me",), endpoints=(me,), when=when, quiet_hours=quiet)
    return StoredSubscription(
        id=1, subscription=subscription, rule_digest="", next_due=None, created_at=instant("01T00:00")
    )


@pytest.mark.parametrize(
    ("when", "days", "since", "until", "is_known"),
    [
        (NOW_AND_THEN, [date(2026, 3, 10)], "09T20:00", "10T12:00", True),
        (NOW_AND_THEN, [date(2026, 3, 10)], "10T11:59", "10T12:00", True),
        (NOW_AND_THEN, [date(2026, 3, 11)], "09T20:00", "10T12:00", False),
        (NOW_AND_THEN, [date(2026, 3, 11), date(2026, 3, 9)], "09T20:00", "10T12:00", True),
        (NOW_AND_THEN, [], "09T20:00", "10T12:00", True),
        (NOW_AND_THEN, [None], "09T20:00", "10T12:00", True),
        (DAILY, [date(2026, 3, 10)], "09T20:00", "10T12:00", True),
        (DAILY, [date(2026, 3, 10)], "09T20:00", "10T07:59", False),
        (DAILY, [date(2026, 3, 10)], "10T08:01", "10T12:00", False),
        (DAILY, [date(2026, 3, 1)], "09T20:00", "10T12:00", True),
        (DAILY, [], "10T08:01", "11T07:00", False),
        (When(Rhythm.WEEKLY, time(8), 0), [date(2026, 3, 10)], "09T20:00", "15T23:00", False),
        (When(Rhythm.WEEKLY, time(8), 0), [date(2026, 3, 10)], "09T20:00", "16T09:00", True),
    ],
)
def test_known_is_what_was_due(when: When, days: list[date | None], since: str, until: str, is_known: bool) -> None:
    blind = BlindSpan(instant(since), instant(until))
    decision = of_restored(saved(when), paper(*days), blind)
    assert (decision is not None) == is_known
    if decision:
        assert decision.fate is Fate.BASELINE and decision.reason.startswith("due before the database was restored on")


def test_what_quiet_hours_held_is_told() -> None:
    """Found at midnight at the earliest, and to be told at seven: it was not told at six."""
    blind = BlindSpan(instant("09T23:00"), instant("10T06:00"))
    assert of_restored(saved(NOW_AND_THEN, NIGHT), paper(date(2026, 3, 10)), blind) is None
    assert of_restored(saved(NOW_AND_THEN), paper(date(2026, 3, 10)), blind) is not None


def test_a_paused_subscription_was_told_nothing() -> None:
    blind = BlindSpan(instant("09T23:00"), instant("10T06:00"))
    assert of_restored(replace(saved(NOW_AND_THEN), paused=True), paper(None), blind) is None


@given(
    st.sampled_from([NOW_AND_THEN, DAILY, When(Rhythm.HOURLY), When(Rhythm.WEEKLY, time(8), 2)]),
    st.integers(0, 400),
    st.integers(0, 400),
    st.integers(0, 400),
)
def test_whatever_the_lost_database_told_is_known(when: When, since: int, length: int, found: int) -> None:
    """A paper that is found at some hour of the blind span, listed under that day, and told at its time within it."""
    begins = instant("02T00:30") + timedelta(hours=since)
    blind = BlindSpan(begins, begins + timedelta(hours=length))
    seen = min(begins + timedelta(hours=found), blind.until)
    one = saved(when)
    due = next_due(when, "UTC", seen, one.created_at) or seen
    was_told = alert_due(one.subscription, None, "UTC", due) <= blind.until
    if was_told:
        assert of_restored(one, paper(seen.date()), blind) is not None
