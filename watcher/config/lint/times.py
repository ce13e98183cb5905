"""Warn of schedules and quiet hours that never come, always come, or have no effect."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from watcher.config.checking import Checker, Path
from watcher.config.keys import ReceiverKeys, SubscriptionKeys
from watcher.config.values import Config
from watcher.model import QuietHours, Rhythm, Subscription, When
from watcher.policy.schedules.cron import read_cron
from watcher.policy.schedules.schedule import next_due, quiet_until

_FROM = datetime(2026, 1, 4, tzinfo=UTC)
"""A Sunday, from which schedules are tried; any other would do."""

FEWEST_TIMES, MOST_TIMES = 14, 2_000
"""Instants of a schedule that are tried: those of nine days, but at least and at most so many."""

_NINE_DAYS = timedelta(days=9)

_WEEK = 7


def warn_of_no_hours(checker: Checker, path: Path, keys: SubscriptionKeys | ReceiverKeys) -> None:
    """Warn of quiet hours that end at the time at which they begin."""
    hours = keys.quiet_hours
    if hours is not None and hours.from_ == hours.to:
        what = f"from {hours.from_:%H:%M} to {hours.to:%H:%M} are no hours at all, not the whole day"
        hint = "write two times, or quiet_days for whole days"
        checker.warn((*path, "quiet_hours"), what, hint, name="quiet-hours-of-no-length")


def warn_of_times(checker: Checker, path: Path, subscription: Subscription, config: Config) -> None:
    """Warn of a misleading schedule, and of quiet hours in which all of its instants lie."""
    if subscription.shows_life and subscription.sends_empty:
        what = "an empty digest is a sign of life already: this counts for nothing"
        checker.warn((*path, "sign_of_life"), what, "leave it out", name="sign-of-life-beside-empty-digests")
    if subscription.when.cron:
        _warn_of_cron(checker, (*path, "when"), subscription.when.cron)
    theirs = [config.quiet_hours_of(one) for one in subscription.endpoints]
    if subscription.quiet_hours is None and not any(theirs):
        return
    times = _times(subscription.when, subscription.timezone)
    if _is_over(subscription.quiet_hours, subscription.timezone, times):
        key = "quiet_hours" if _hours(subscription.quiet_hours) else "quiet_days"
        what = f"`{subscription.when}` always lies in it: it is told when the quiet ends"
        checker.warn((*path, key), what, "choose another time, or other hours", name="quiet-hours-cover-schedule")
    elif theirs and all(_is_over(one, config.timezone, times) for one in theirs):
        what = f"`{subscription.when}` always lies in the quiet hours of its receivers: it is told when they end"
        checker.warn((*path, "when"), what, "choose another time, or other hours", name="quiet-hours-cover-schedule")
    elif any(one and not _leave_time(subscription, one, config.timezone) for one in theirs):
        what = "with those of the receiver they leave no time: these do not count then"
        key = "quiet_hours" if _hours(subscription.quiet_hours) else "quiet_days"
        checker.warn((*path, key), what, "leave some hours between", name="quiet-hours-leave-no-time")


def _warn_of_cron(checker: Checker, path: Path, text: str) -> None:
    cron = read_cron(text)
    if len(cron.minutes) == 60:
        what = f"`{text}` comes every minute"
        hint = 'write immediately, or one minute of the hour, as in cron "0 8 * * *"'
        checker.warn(path, what, hint, name="due-all-the-time")
    if cron.both_days and cron.months == {2} and min(cron.days) == 29:
        hint = "write monthly on the 31st at 08:00, for the last day of every month"
        checker.warn(path, f"`{text}` comes every four years", hint, name="seldom-due")


@lru_cache(maxsize=256)
def _times(when: When, timezone: str) -> tuple[datetime, ...]:
    """Return the first instants of a schedule, none if it is ``immediately`` or ``hourly``."""
    times: list[datetime] = []
    after = next_due(when, timezone, _FROM, _FROM) if when.rhythm is not Rhythm.HOURLY else None
    while after is not None and len(times) < MOST_TIMES:
        times.append(after)
        if len(times) >= FEWEST_TIMES and after > _FROM + _NINE_DAYS:
            break
        after = next_due(when, timezone, after, _FROM)
    return tuple(times)


def _hours(quiet: QuietHours | None) -> bool:
    return quiet is not None and quiet.start != quiet.end


def _is_over(quiet: QuietHours | None, timezone: str, times: Sequence[datetime]) -> bool:
    return bool(times) and quiet is not None and all(quiet_until(quiet, timezone, one) for one in times)


def _leave_time(subscription: Subscription, theirs: QuietHours, timezone: str) -> bool:
    """Return whether any instant is outside the quiet hours of both.

    ``theirs``: quiet hours of the receiver, in ``timezone``.

    Only the ends of quiet hours are tried: if any instant is outside, one of these is.
    """
    own = subscription.quiet_hours
    if own is None:
        return True
    for quiet, zone in ((own, subscription.timezone), (theirs, timezone)):
        for day in range(_WEEK + 1):
            for at in {quiet.end, time()}:
                local = datetime.combine((_FROM + timedelta(days=day)).date(), at, tzinfo=ZoneInfo(zone))
                instant = local.astimezone(UTC)
                if not quiet_until(own, subscription.timezone, instant) and not quiet_until(theirs, timezone, instant):
                    return True
    return False
