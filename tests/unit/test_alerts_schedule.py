"""When things are due: zones, both clock changes, what an outage skipped, quiet hours."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.errors import CronError
from watcher.model import QuietHours, Rhythm, Subscription, When
from watcher.policy.schedules.cron import read_cron
from watcher.policy.schedules.schedule import alert_due, due_too_late, next_due, next_month, quiet_until

BEGAN = datetime(2025, 1, 1, tzinfo=UTC)
"""When the subscriptions here were made, where that does not matter."""

DAILY = When(Rhythm.DAILY, time(8))
NIGHTLY = When(Rhythm.DAILY, time(2, 30))
MONDAYS = When(Rhythm.WEEKLY, time(8), 0)


HOURLY = When(Rhythm.HOURLY)
WEEKDAYS = When(Rhythm.WEEKDAYS, time(8))


def cron(fields: str) -> When:
    return When(Rhythm.CRON, cron=fields)


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
        # Berlin, the same nights, in other rhythms
        (When(Rhythm.WEEKLY, time(2, 30), 6), "Europe/Berlin", "2026-03-23T00:00", "2026-03-29T01:30"),
        (When(Rhythm.WEEKLY, time(2, 30), 6), "Europe/Berlin", "2026-10-19T00:00", "2026-10-25T00:30"),
        (HOURLY, "Europe/Berlin", "2026-03-29T00:00", "2026-03-29T01:00"),
        (HOURLY, "Europe/Berlin", "2026-10-25T00:00", "2026-10-25T01:00"),
        (HOURLY, "Europe/Berlin", "2026-10-25T00:59:59", "2026-10-25T01:00"),
        (cron("30 2 * * *"), "Europe/Berlin", "2026-03-28T12:00", "2026-03-29T01:30"),
        (cron("30 2 * * *"), "Europe/Berlin", "2026-10-25T00:30", "2026-10-26T01:30"),
        (cron("30 2,3 * * *"), "Europe/Berlin", "2026-03-29T01:30", "2026-03-30T00:30"),
        (cron("30 2 * * sun"), "Europe/Berlin", "2026-10-25T00:30", "2026-11-01T01:30"),
        (cron("*/30 * * * *"), "Europe/Berlin", "2026-03-29T00:30", "2026-03-29T01:00"),
        (cron("*/30 * * * *"), "Europe/Berlin", "2026-10-25T00:30", "2026-10-25T01:00"),
        # New York: forward at 02:00 on 8 March, back at 02:00 on 1 November
        (NIGHTLY, "America/New_York", "2026-03-08T05:00", "2026-03-08T07:30"),
        (NIGHTLY, "America/New_York", "2026-11-01T05:00", "2026-11-01T07:30"),
        (When(Rhythm.DAILY, time(1, 30)), "America/New_York", "2026-11-01T05:00", "2026-11-01T05:30"),
        (When(Rhythm.DAILY, time(1, 30)), "America/New_York", "2026-11-01T05:30", "2026-11-02T06:30"),
        (WEEKDAYS, "America/New_York", "2026-03-06T13:00", "2026-03-09T12:00"),
        (WEEKDAYS, "America/New_York", "2026-10-30T12:00", "2026-11-02T13:00"),
        # Lord Howe moves by half an hour: forward at 02:00 on 4 October, back at 02:00 on 5 April
        (When(Rhythm.DAILY, time(2, 15)), "Australia/Lord_Howe", "2026-10-03T12:00", "2026-10-03T15:45"),
        (When(Rhythm.DAILY, time(1, 45)), "Australia/Lord_Howe", "2026-04-04T12:00", "2026-04-04T14:45"),
        (When(Rhythm.DAILY, time(1, 45)), "Australia/Lord_Howe", "2026-04-04T14:45", "2026-04-05T15:15"),
        (HOURLY, "Australia/Lord_Howe", "2026-04-04T14:00", "2026-04-04T15:30"),
        (HOURLY, "Australia/Lord_Howe", "2026-10-03T14:30", "2026-10-03T16:00"),
        # Kolkata is half an hour off and never changes
        (HOURLY, "Asia/Kolkata", "2026-03-10T08:00", "2026-03-10T08:30"),
        (DAILY, "Asia/Kolkata", "2026-03-10T02:30", "2026-03-11T02:30"),
        (cron("0 8 * * 0"), "Asia/Kolkata", "2026-03-10T00:00", "2026-03-15T02:30"),
        (WEEKDAYS, "Asia/Kolkata", "2026-03-13T02:30", "2026-03-16T02:30"),
        # Apia left out 30 December 2011
        (DAILY, "Pacific/Apia", "2011-12-29T18:00", "2011-12-30T18:00"),
        (DAILY, "Pacific/Apia", "2011-12-30T18:00", "2011-12-31T18:00"),
    ],
)
def test_next_due(when: When, zone: str, after: str, due: str) -> None:
    assert next_due(when, zone, at(after), BEGAN) == at(due)


def every(days: int, at: time = time(8)) -> When:
    return When(Rhythm.EVERY_DAYS, at, every=days)


@pytest.mark.parametrize(
    ("when", "zone", "began", "after", "due"),
    [
        # made before its time of day: the first one is today's
        (every(2), "UTC", "2026-03-10T07:00", "2026-03-10T07:00", "2026-03-10T08:00"),
        (every(2), "UTC", "2026-03-10T07:00", "2026-03-10T08:00", "2026-03-12T08:00"),
        # made at it or after it: tomorrow's
        (every(2), "UTC", "2026-03-10T08:00", "2026-03-10T08:00", "2026-03-11T08:00"),
        (every(2), "UTC", "2026-03-10T09:00", "2026-03-11T08:00", "2026-03-13T08:00"),
        # an outage of three days, and of a whole number of times
        (every(2), "UTC", "2026-03-10T07:00", "2026-03-13T09:00", "2026-03-14T08:00"),
        (every(2), "UTC", "2026-03-10T07:00", "2026-03-14T08:00", "2026-03-16T08:00"),
        # months and years do not matter
        (every(3), "UTC", "2025-12-30T07:00", "2025-12-30T08:00", "2026-01-02T08:00"),
        (every(366), "UTC", "2024-02-29T07:00", "2024-02-29T08:00", "2025-03-01T08:00"),
        (every(365), "UTC", "2024-02-29T07:00", "2026-02-01T00:00", "2026-02-28T08:00"),
        # the day is the local one
        (every(2), "Pacific/Kiritimati", "2026-03-10T12:00", "2026-03-10T12:00", "2026-03-10T18:00"),
        (every(2), "Pacific/Kiritimati", "2026-03-10T12:00", "2026-03-10T18:00", "2026-03-12T18:00"),
        # over both clock changes of Paris, at an hour that is skipped or comes twice
        (every(2), "Europe/Paris", "2026-03-27T12:00", "2026-03-28T07:00", "2026-03-30T06:00"),
        (every(2, time(2, 30)), "Europe/Paris", "2026-03-26T12:00", "2026-03-27T01:30", "2026-03-29T01:30"),
        (every(2, time(2, 30)), "Europe/Paris", "2026-03-26T12:00", "2026-03-29T01:30", "2026-03-31T00:30"),
        (every(2, time(2, 30)), "Europe/Paris", "2026-10-22T12:00", "2026-10-23T00:30", "2026-10-25T00:30"),
        (every(2, time(2, 30)), "Europe/Paris", "2026-10-22T12:00", "2026-10-25T00:30", "2026-10-27T01:30"),
        # made in the hour that comes twice, between the two
        (every(2, time(2, 30)), "Europe/Paris", "2026-10-25T01:00", "2026-10-25T01:00", "2026-10-26T01:30"),
        # Apia left out 30 December 2011, which counts all the same: 1 January follows
        (every(2), "Pacific/Apia", "2011-12-28T12:00", "2011-12-28T18:00", "2011-12-30T18:00"),
        (every(2), "Pacific/Apia", "2011-12-28T12:00", "2011-12-30T18:00", "2011-12-31T18:00"),
        # a clock that was set back behind the beginning
        (every(2), "UTC", "2026-03-10T07:00", "2026-03-05T09:00", "2026-03-06T08:00"),
    ],
)
def test_days_are_counted_from_the_first_due_one(when: When, zone: str, began: str, after: str, due: str) -> None:
    assert next_due(when, zone, at(after), at(began)) == at(due)


def monthly(day: int, at: time = time(8)) -> When:
    return When(Rhythm.MONTHLY, at, month_day=day)


@pytest.mark.parametrize(
    ("when", "zone", "after", "due"),
    [
        (monthly(1), "UTC", "2026-03-10T08:00", "2026-04-01T08:00"),
        (monthly(1), "UTC", "2026-04-01T07:59", "2026-04-01T08:00"),
        (monthly(1), "UTC", "2026-12-01T08:00", "2027-01-01T08:00"),
        (monthly(15), "UTC", "2026-03-10T08:00", "2026-03-15T08:00"),
        # the last day of months of 31, 30, 28 and 29 days
        (monthly(31), "UTC", "2026-03-31T07:00", "2026-03-31T08:00"),
        (monthly(31), "UTC", "2026-03-31T08:00", "2026-04-30T08:00"),
        (monthly(31), "UTC", "2026-01-31T08:00", "2026-02-28T08:00"),
        (monthly(31), "UTC", "2028-01-31T08:00", "2028-02-29T08:00"),
        (monthly(30), "UTC", "2026-01-30T08:00", "2026-02-28T08:00"),
        (monthly(30), "UTC", "2026-02-28T08:00", "2026-03-30T08:00"),
        (monthly(29), "UTC", "2028-02-28T08:00", "2028-02-29T08:00"),
        # an outage of three months
        (monthly(5), "UTC", "2026-06-07T00:00", "2026-07-05T08:00"),
        # the day is the local one
        (monthly(1), "Asia/Tokyo", "2026-03-10T00:00", "2026-03-31T23:00"),
        (monthly(1, time(22)), "America/New_York", "2026-03-10T00:00", "2026-04-02T02:00"),
        # Paris: no 02:30 on 29 March, two of them on 25 October
        (monthly(29, time(2, 30)), "Europe/Paris", "2026-03-10T00:00", "2026-03-29T01:30"),
        (monthly(25, time(2, 30)), "Europe/Paris", "2026-10-10T00:00", "2026-10-25T00:30"),
        (monthly(25, time(2, 30)), "Europe/Paris", "2026-10-25T00:30", "2026-11-25T01:30"),
        # Apia left out 30 December 2011
        (monthly(30), "Pacific/Apia", "2011-12-10T00:00", "2011-12-30T18:00"),
    ],
)
def test_a_day_of_the_month(when: When, zone: str, after: str, due: str) -> None:
    assert next_due(when, zone, at(after), BEGAN) == at(due)


def test_immediately_has_no_due_instant() -> None:
    assert next_due(When(), "UTC", at("2026-03-10T08:00"), BEGAN) is None


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
        following = next_due(when, zone, instant, BEGAN)
        assert following is not None and instant < following <= instant + timedelta(hours=49)
        instant = following
        days.append(instant.astimezone(ZoneInfo(zone)).date())
    assert days == [days[0] + timedelta(days=n) for n in range(5)]


# 1 March 2026 is a Sunday
@pytest.mark.parametrize(
    ("fields", "days"),
    [
        ("0 8 * * 0", [1, 8, 15, 22, 29]),
        ("0 8 * * 7", [1, 8, 15, 22, 29]),
        ("0 8 * * SUN", [1, 8, 15, 22, 29]),
        ("0 8 * * 1", [2, 9, 16, 23, 30]),
        ("0 8 * * mon", [2, 9, 16, 23, 30]),
        ("0 8 * * 5-7", [1, 6, 7, 8, 13, 14, 15, 20, 21, 22, 27, 28, 29]),
        ("0 8 * * fri-sun", [1, 6, 7, 8, 13, 14, 15, 20, 21, 22, 27, 28, 29]),
        ("0 8 * * mon-fri/2", [2, 4, 6, 9, 11, 13, 16, 18, 20, 23, 25, 27, 30]),
        ("0 8 13 * *", [13]),
        ("0 8 13 * 5", [6, 13, 20, 27]),  # both restricted: either
        ("0 8 */2 * 1", [9, 23]),  # one begins with *: both
        ("0 8 1,15 feb-apr *", [1, 15]),
        ("0 8 * jan,2 *", []),
        ("0 8 31 * *", [31]),
    ],
)
def test_days_of_a_cron_are_the_usual_ones(fields: str, days: list[int]) -> None:
    found, instant = [], at("2026-02-28T23:00")
    while (instant := next_due(cron(fields), "UTC", instant, BEGAN) or instant).month == 3:
        found.append(instant.day)
    assert found == days


def test_a_cron_of_29_february_waits_for_a_leap_year() -> None:
    assert next_due(cron("0 0 29 2 *"), "UTC", at("2096-03-01T00:00"), BEGAN) == at("2104-02-29T00:00")


@pytest.mark.parametrize(
    ("fields", "what", "hint"),
    [
        ("0 8 * *", "`0 8 * *` has 4 of cron's five fields", "weekday"),
        ("60 8 * * *", "`60` cannot be cron's minute", "from 0 to 59"),
        ("0 8 0 * *", "`0` cannot be cron's day", "from 1 to 31"),
        ("0 8 * * 8", "`8` cannot be cron's weekday", "from 0 to 7"),
        ("0 8 * * tues", "`tues` cannot be cron's weekday", "from 0 to 7"),
        ("10/5 8 * * *", "`10/5` steps from one value", "10-59/5"),
        ("*/0 8 * * *", "`0` cannot be step of cron's minute", "from 1 to 59"),
        ("0 22-6 * * *", "`22-6` ends before it begins", "22-23,0-6"),
        ("0 8 30 2 *", "`0 8 30 2 *` never comes", "no such month"),
        ("0 8 31 2,4,6 *", "`0 8 31 2,4,6 *` never comes", "no such month"),
        ("0 ٨ * * *", "`٨` cannot be cron's hour", "from 0 to 23"),
        ("0,,5 8 * * *", "`` cannot be cron's minute", "from 0 to 59"),
    ],
)
def test_a_cron_that_cannot_be_read_says_what_to_write(fields: str, what: str, hint: str) -> None:
    with pytest.raises(CronError) as caught:
        read_cron(fields)
    assert caught.value.what == what and hint in caught.value.hint


ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"])
TIMES = st.builds(time, st.integers(0, 23), st.integers(0, 59))
FIELDS = st.tuples(
    st.sampled_from(["0", "30", "*/15", "5,35", "0-10/5"]),
    st.sampled_from(["*", "2", "1-3", "*/6", "0,23"]),
    st.sampled_from(["*", "1", "*/2", "13,29"]),
    st.sampled_from(["*", "3", "4,10-11"]),
    st.sampled_from(["*", "0", "7", "mon-fri", "sat"]),
)
WHENS = st.one_of(
    st.just(HOURLY),
    st.builds(lambda time: When(Rhythm.DAILY, time), TIMES),
    st.builds(lambda time: When(Rhythm.WEEKDAYS, time), TIMES),
    st.builds(lambda time, day: When(Rhythm.WEEKLY, time, day), TIMES, st.integers(0, 6)),
    st.builds(lambda fields: cron(" ".join(fields)), FIELDS),
    st.builds(every, st.integers(2, 40), TIMES),
    st.builds(monthly, st.integers(1, 31), TIMES),
)
INSTANTS = st.builds(lambda minutes: at("2025-01-01T00:00") + timedelta(minutes=minutes), st.integers(0, 1_500_000))


def follows_the_clock(when: When) -> bool:
    return when.rhythm is Rhythm.HOURLY or (when.rhythm is Rhythm.CRON and read_cron(when.cron).every_hour)


@given(when=WHENS, zone=ZONES, first=INSTANTS, second=INSTANTS)
def test_what_is_due_next_lies_ahead_and_never_moves_back(
    when: When, zone: str, first: datetime, second: datetime
) -> None:
    early, late = sorted([first, second])
    one, other = next_due(when, zone, early, BEGAN), next_due(when, zone, late, BEGAN)
    assert one is not None and other is not None and one > early and other > late
    assert one <= other and (one == other if one > late else one <= late)


@given(when=WHENS.filter(lambda when: not follows_the_clock(when)), zone=ZONES, after=INSTANTS)
def test_no_local_time_is_due_twice(when: When, zone: str, after: datetime) -> None:
    local, instant = [], after
    for _ in range(40):
        instant = next_due(when, zone, instant, BEGAN) or instant
        local.append(instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None))
    assert len(set(local)) == 40
    if when.rhythm is not Rhythm.CRON:
        assert len({one.date() for one in local}) == 40


@given(days=st.integers(2, 9), time=TIMES, zone=ZONES, began=INSTANTS, later=st.lists(INSTANTS, max_size=9))
def test_every_so_many_days_is_the_same_days_for_whoever_asks_whenever(
    days: int, time: time, zone: str, began: datetime, later: list[datetime]
) -> None:
    first = next_due(every(days, time), zone, began, began)
    assert first is not None and first == next_due(When(Rhythm.DAILY, time), zone, began, began)
    for now in later:
        due = next_due(every(days, time), zone, now, began)
        assert due is not None and now < due <= now + timedelta(days=days, hours=2)
        apart = due.astimezone(ZoneInfo(zone)).date() - first.astimezone(ZoneInfo(zone)).date()
        assert apart.days % days == 0


@given(day=st.integers(1, 31), time=TIMES, zone=ZONES, after=INSTANTS)
def test_monthly_comes_once_in_every_month(day: int, time: time, zone: str, after: datetime) -> None:
    local, instant = [], after
    for _ in range(14):
        instant = next_due(monthly(day, time), zone, instant, BEGAN) or instant
        local.append(instant.astimezone(ZoneInfo(zone)).date())
    months = [one.year * 12 + one.month for one in local]
    assert months == [months[0] + n for n in range(14)]
    assert all(one.day == day or (one + timedelta(days=1)).day == 1 for one in local)


@given(zone=ZONES, after=INSTANTS)
def test_hourly_comes_at_every_full_hour_that_is(zone: str, after: datetime) -> None:
    due = next_due(HOURLY, zone, after, BEGAN)
    assert due is not None and due - after <= timedelta(minutes=90)
    between = [after + timedelta(minutes=n) for n in range(1, int((due - after) / timedelta(minutes=1)))]
    assert due.astimezone(ZoneInfo(zone)).minute == 0
    assert all(one.astimezone(ZoneInfo(zone)).minute for one in between)


@pytest.mark.parametrize(
    ("zone", "after", "due"),
    [
        ("UTC", "2026-03-10T08:00", "2026-04-01T09:00"),
        ("UTC", "2026-03-01T08:59", "2026-03-01T09:00"),
        ("UTC", "2026-12-01T09:00", "2027-01-01T09:00"),
        ("Asia/Kolkata", "2026-03-31T20:00", "2026-04-01T03:30"),
    ],
)
def test_the_first_of_a_month(zone: str, after: str, due: str) -> None:
    assert next_month(zone, time(9), at(after)) == at(due)


NIGHT = QuietHours(time(22), time(7))
LUNCH = QuietHours(time(12), time(13))
WEEKEND = QuietHours(days=frozenset({5, 6}))
NIGHTS_AND_WEEKEND = QuietHours(time(22), time(7), frozenset({5, 6}))


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
        # 14 March 2026 is a Saturday
        (WEEKEND, "2026-03-13T23:59", None),
        (WEEKEND, "2026-03-14T00:00", "2026-03-16T00:00"),
        (WEEKEND, "2026-03-15T23:00", "2026-03-16T00:00"),
        (NIGHTS_AND_WEEKEND, "2026-03-13T21:59", None),
        (NIGHTS_AND_WEEKEND, "2026-03-13T22:00", "2026-03-16T07:00"),
        (NIGHTS_AND_WEEKEND, "2026-03-16T07:00", None),
    ],
)
def test_quiet_hours(quiet: QuietHours | None, now: str, until: str | None) -> None:
    assert quiet_until(quiet, "UTC", at(now)) == (at(until) if until else None)


def test_quiet_hours_end_by_the_local_clock_on_the_night_of_a_change() -> None:
    assert quiet_until(NIGHT, "Europe/Paris", at("2026-03-28T23:00")) == at("2026-03-29T05:00")


def quiet(hours: QuietHours | None) -> Subscription:
    return Subscription(name="a", rule="b", to=("me",), endpoints=(), timezone="Europe/Berlin", quiet_hours=hours)


@pytest.mark.parametrize(
    ("subscription", "receiver", "now", "due"),
    [
        (None, None, "2026-03-10T12:00", "2026-03-10T12:00"),
        (NIGHT, None, "2026-03-10T21:00", "2026-03-11T06:00"),
        (None, NIGHT, "2026-03-10T22:00", "2026-03-11T07:00"),
        # quiet until 06:00 UTC for the one, then still for the other
        (NIGHT, NIGHT, "2026-03-10T21:30", "2026-03-11T07:00"),
        (WEEKEND, NIGHT, "2026-03-14T12:00", "2026-03-16T07:00"),
        # no time at all is left: the receiver's quiet hours count
        (QuietHours(time(8), time(22)), QuietHours(time(20), time(8)), "2026-03-10T12:00", "2026-03-10T12:00"),
        (QuietHours(time(8), time(22)), QuietHours(time(20), time(8)), "2026-03-10T21:00", "2026-03-11T08:00"),
    ],
)
def test_an_alert_waits_for_subscription_and_receiver(
    subscription: QuietHours | None, receiver: QuietHours | None, now: str, due: str
) -> None:
    assert alert_due(quiet(subscription), receiver, "UTC", at(now)) == at(due)


@given(
    hours=st.builds(QuietHours, TIMES, TIMES, st.frozensets(st.integers(0, 6), max_size=6)), zone=ZONES, now=INSTANTS
)
def test_quiet_hours_always_end(hours: QuietHours, zone: str, now: datetime) -> None:
    end = quiet_until(hours, zone, now)
    assert end is None or (now < end < now + timedelta(days=15) and quiet_until(hours, zone, end) is None)


@pytest.mark.parametrize(
    "when",
    [
        When(Rhythm.HOURLY),
        When(Rhythm.DAILY, time(8)),
        When(Rhythm.WEEKDAYS, time(8)),
        When(Rhythm.WEEKLY, time(8), weekday=0),
        When(Rhythm.MONTHLY, time(8), month_day=31),
        When(Rhythm.EVERY_DAYS, time(8), every=14),
        When(Rhythm.CRON, cron="0 8 29 2 *"),
        When(Rhythm.CRON, cron="*/15 * * * *"),
    ],
    ids=str,
)
@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/New_York", "Pacific/Kiritimati"])
def test_a_clock_at_an_end_of_the_calendar_stops_nobody(when: When, zone: str) -> None:
    first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    for now in (first, first + timedelta(hours=1), datetime(9989, 12, 31, 23, tzinfo=UTC), last - timedelta(days=2)):
        for began in (first, last):
            due = next_due(when, zone, now, began)
            assert due is not None and due > now
        assert next_month(zone, time(8), now) > now


@pytest.mark.parametrize(
    ("when", "ahead", "is_too_late"),
    [
        (When(Rhythm.DAILY, time(8)), timedelta(days=1), False),
        (When(Rhythm.DAILY, time(8)), timedelta(days=2), True),
        (When(Rhythm.WEEKLY, time(8), weekday=0), timedelta(days=7), False),
        (When(Rhythm.WEEKLY, time(8), weekday=0), timedelta(days=400), True),
        (When(Rhythm.IMMEDIATELY), timedelta(days=400), False),
    ],
)
def test_what_a_clock_far_ahead_put_off_is_due_by_the_clock_of_now(
    when: When, ahead: timedelta, is_too_late: bool
) -> None:
    now = datetime(2026, 3, 10, 9, tzinfo=UTC)
    stored = next_due(when, "UTC", now + ahead, now)
    found = due_too_late(when, "UTC", stored, now, now + ahead)
    assert found == (next_due(when, "UTC", now, now) if is_too_late else None)
