"""Decide when subscriptions are due. Local times are turned into instants only here.

If a clock change skips a local time, it falls an hour later. If it makes a time come twice, the first one counts (PEP
495, ``fold=0``). Hourly schedules do not go by local times: they are due at every full hour that passes.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from watcher.model import QuietHours, Rhythm, Subscription, When
from watcher.policy.schedules.cron import Cron, read_cron

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
HOURLY = "0 * * * *"
SIGN_TIME = time(9)
LONGEST_MONTH = 32 * DAY  # and a change of the clock

SATURDAY = 5

EARLIEST, LATEST = datetime(1, 2, 8, tzinfo=UTC), datetime(9990, 1, 1, tzinfo=UTC)
"""Instants between which a schedule always has days before and after: 29 February comes within eight years."""

NEVER = datetime.max.replace(tzinfo=UTC)
"""When a schedule is next due after ``LATEST``, which only a clock that is wrong shows."""

LONGEST_QUIET = timedelta(days=14)
"""Longest time that quiet hours last: those that would never end, end after this time."""


def next_due(when: When, timezone: str, after: datetime, began: datetime) -> datetime | None:
    """Return the first due instant (UTC) after ``after``, None for ``immediately``.

    ``began``: when the subscription was made. ``every N days`` is counted from its first due day.
    ``timezone``: IANA name of the zone of the schedule's times, such as ``Europe/Berlin``; so in all functions here.
    """
    if when.rhythm is Rhythm.IMMEDIATELY:
        return None
    if after > LATEST:
        return NEVER
    after, began = max(after, EARLIEST), min(max(began, EARLIEST), LATEST)
    zone = ZoneInfo(timezone)
    cron = read_cron(when.cron or HOURLY) if when.rhythm in (Rhythm.CRON, Rhythm.HOURLY) else None
    if cron is not None and cron.every_hour:
        return _next_by_the_clock(cron, zone, after)
    first = _first_day(when.at or time(), zone, began)
    day = after.astimezone(zone).date() - DAY
    while True:
        # Two days at once: a skipped time just before midnight moves past some times of the next day.
        near = (_instant(one, at, zone) for one in (day, day + DAY) for at in _times_on(when, cron, one, first))
        if later := [instant for instant in near if instant > after]:
            return min(later)
        day += DAY


def due_too_late(when: When, timezone: str, stored: datetime | None, now: datetime, began: datetime) -> datetime | None:
    """Return the next due instant in place of a stored one that was stored by a clock ahead of ``now``, else None.

    It was if it is later than the second due instant after ``now``: a clock that is set back by less than that makes
    nothing due twice.
    """
    first = next_due(when, timezone, now, min(began, now))
    if stored is None or first is None:
        return None
    second = next_due(when, timezone, first, min(began, now))
    return first if second is not None and stored > second else None


def _first_day(at: time, zone: ZoneInfo, began: datetime) -> date:
    """Return the local day whose ``at`` is the first later than ``began``."""
    day = began.astimezone(zone).date() - DAY
    while _instant(day, at, zone) <= began:
        day += DAY
    return day


def _times_on(when: When, cron: Cron | None, day: date, first: date) -> tuple[time, ...]:
    """Return the local times at which a schedule is due on a local day; ``every N days`` counts from ``first``."""
    if cron is not None:
        return cron.times if cron.falls_on(day) else ()
    return (when.at,) if when.at is not None and _falls_on(when, day, first) else ()


def _falls_on(when: When, day: date, first: date) -> bool:
    match when.rhythm:
        case Rhythm.DAILY:
            return True
        case Rhythm.WEEKDAYS:
            return day.weekday() < SATURDAY
        case Rhythm.WEEKLY:
            return day.weekday() == when.weekday
        case Rhythm.EVERY_DAYS:
            return (day - first).days % (when.every or 1) == 0
        case Rhythm.MONTHLY:
            return day.day == min(when.month_day or 1, monthrange(day.year, day.month)[1])
        case Rhythm.IMMEDIATELY | Rhythm.HOURLY | Rhythm.CRON:
            return False


def _next_by_the_clock(cron: Cron, zone: ZoneInfo, after: datetime) -> datetime:
    instant = after.astimezone(UTC).replace(second=0, microsecond=0) + MINUTE
    while True:
        local = instant.astimezone(zone)
        if not cron.falls_on(local.date()):
            instant = max(_instant(local.date() + DAY, time(), zone), instant + MINUTE)
        elif local.minute not in cron.minutes:
            instant += MINUTE
        else:
            return instant


def next_sign(subscription: Subscription, after: datetime) -> datetime | None:
    """Return when the next sign of life of a subscription is due, None if it sends none.

    That is on the first day of a month, at the subscription's time of day. A subscription that sends empty digests
    sends no signs of life: its readers know that it works.

    ``after``: the instant after which it is due (UTC).
    """
    if not subscription.shows_life or subscription.sends_empty:
        return None
    return next_month(subscription.timezone, subscription.when.at or SIGN_TIME, after)


def sign_began(subscription: Subscription, due: datetime) -> datetime:
    """Return the beginning of the month that the sign of life due at ``due`` is about."""
    return next_month(subscription.timezone, subscription.when.at or SIGN_TIME, due - LONGEST_MONTH)


def next_month(timezone: str, at: time, after: datetime) -> datetime:
    """Return the first instant (UTC) after ``after`` that is the local time ``at`` on the first day of a month.

    ``timezone``: IANA name of the zone of ``at``, such as ``Europe/Berlin``.
    """
    if after > LATEST:
        return NEVER
    after, zone = max(after, EARLIEST), ZoneInfo(timezone)
    first = after.astimezone(zone).date().replace(day=1)
    while (instant := _instant(first, at, zone)) <= after:
        first = (first + 31 * DAY).replace(day=1)
    return instant


def quiet_until(quiet: QuietHours | None, timezone: str, now: datetime) -> datetime | None:
    """Return when the quiet hours or quiet days around ``now`` end, None if now is not quiet.

    ``timezone``: IANA name of the zone in which the hours are meant.
    """
    if quiet is None:
        return None
    zone = ZoneInfo(timezone)
    end = _quiet_end(quiet, zone, now)
    while end is not None and end - now < LONGEST_QUIET and (further := _quiet_end(quiet, zone, end)):
        end = further
    return end


def alert_due(subscription: Subscription | None, receiver: QuietHours | None, timezone: str, now: datetime) -> datetime:
    """Return the first instant from ``now`` on outside the quiet hours of both subscription and receiver.

    If the two together leave no time, only the receiver's quiet hours count.

    ``subscription``: None if only the receiver's quiet hours count.
    ``timezone``: of the receiver's quiet hours.
    """
    due = now
    while due - now < LONGEST_QUIET:
        later = (subscription and quiet_until(subscription.quiet_hours, subscription.timezone, due)) or due
        later = quiet_until(receiver, timezone, later) or later
        if later == due:
            return due
        due = later
    return quiet_until(receiver, timezone, now) or now


def _quiet_end(quiet: QuietHours, zone: ZoneInfo, now: datetime) -> datetime | None:
    """Return the end of the quiet day, or else of the quiet hours, around ``now``; None outside."""
    today = now.astimezone(zone).date()
    if today.weekday() in quiet.days:
        return _instant(today + DAY, time(), zone)
    if quiet.start == quiet.end:
        return None
    over_midnight = quiet.end < quiet.start
    for begins in (today - DAY, today):
        start = _instant(begins, quiet.start, zone)
        end = _instant(begins + DAY if over_midnight else begins, quiet.end, zone)
        if start <= now < end:
            return end
    return None


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)
