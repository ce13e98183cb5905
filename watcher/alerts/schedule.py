"""When a subscription is due. Local times become instants here and nowhere else.

A local time that a clock change skips is told an hour later by the wall clock; one that it repeats is told at its
first occurrence only (PEP 495, ``fold=0``).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from watcher.model import QuietHours, Rhythm, Subscription, When

DAY = timedelta(days=1)


def next_due(when: When, timezone: str, after: datetime) -> datetime | None:
    """The first due instant later than ``after``, in UTC; None for ``immediately``, which is always due."""
    if when.rhythm is Rhythm.IMMEDIATELY or when.at is None:
        return None
    zone = ZoneInfo(timezone)
    day = after.astimezone(zone).date() - DAY
    while True:
        if when.weekday in (None, day.weekday()):
            instant = _instant(day, when.at, zone)
            if instant > after:
                return instant
        day += DAY


def quiet_until(quiet: QuietHours | None, timezone: str, now: datetime) -> datetime | None:
    """The instant at which the quiet hours around ``now`` end; None outside them."""
    if quiet is None or quiet.start == quiet.end:
        return None
    zone = ZoneInfo(timezone)
    today = now.astimezone(zone).date()
    over_midnight = quiet.end < quiet.start
    for begins in (today - DAY, today):
        start = _instant(begins, quiet.start, zone)
        end = _instant(begins + DAY if over_midnight else begins, quiet.end, zone)
        if start <= now < end:
            return end
    return None


def alert_due(subscription: Subscription, now: datetime) -> datetime:
    """When an alert made now may be sent: at once, or when the subscription's quiet hours end."""
    return quiet_until(subscription.quiet_hours, subscription.timezone, now) or now


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)
