"""Read cron expressions of five fields. Both 0 and 7 mean Sunday, names of months and weekdays are allowed.

As in Vixie's cron (crontab(5)): if both day fields are restricted, a day counts if either fits; if one begins with
``*``, both must fit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache

from watcher.errors import CronError

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

FIVE = 'write minute, hour, day, month and weekday, as in cron "30 8 * * mon-fri"'


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    least: int
    most: int
    names: tuple[str, ...] = ()
    first_name: int = 0


_FIELDS = (
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day", 1, 31),
    _Field("month", 1, 12, _MONTHS, 1),
    _Field("weekday", 0, 7, _WEEKDAYS),
)


@dataclass(frozen=True, slots=True)
class Cron:
    """A cron expression that was read.

    ``times``: the local times of a day at which it is due, ``minutes``: the minutes of an hour.
    ``days`` and ``months``: days of the month and months on which it is due, from 1.
    ``weekdays``: from 0 for Sunday.
    ``every_hour``: the field of the hour is ``*``. It is then due by the clock, twice in an hour that comes twice.
    ``both_days``: day of the month and weekday must both fit.
    """

    times: tuple[time, ...]
    minutes: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    every_hour: bool
    both_days: bool

    def falls_on(self, day: date) -> bool:
        """Return whether the expression is due at any time of a local day."""
        if day.month not in self.months:
            return False
        fits = (day.day in self.days, day.isoweekday() % 7 in self.weekdays)
        return all(fits) if self.both_days else any(fits)


@lru_cache(maxsize=1024)
def read_cron(text: str) -> Cron:
    """Read an expression of five fields. Raises :class:`CronError`."""
    fields = text.lower().split()
    if len(fields) != len(_FIELDS):
        raise CronError(f"`{text[:60]}` has {len(fields)} of cron's five fields", FIVE)
    minutes, hours, days, months, weekdays = map(_values, fields, _FIELDS)
    cron = Cron(
        times=tuple(time(hour, minute) for hour in sorted(hours) for minute in sorted(minutes)),
        minutes=minutes,
        days=days,
        months=months,
        weekdays=frozenset(day % 7 for day in weekdays),
        every_hour=fields[1] == "*",
        both_days=fields[2].startswith("*") or fields[4].startswith("*"),
    )
    if cron.both_days and not any(min(days) <= _LONGEST[month - 1] for month in months):
        raise CronError(f"`{text[:60]}` never comes", "no such month has that day")
    return cron


def _values(text: str, field: _Field) -> frozenset[int]:
    return frozenset(value for part in text.split(",") for value in _part(part, field))


def _part(text: str, field: _Field) -> range:
    """Read an item of a field's list: ``*``, ``*/n``, ``a``, ``a-b`` or ``a-b/n``."""
    span, slash, step_text = text.partition("/")
    step = _number(step_text, 1, field.most, f"step of cron's {field.name}") if slash else 1
    if span == "*":
        return range(field.least, min(field.most, 6 if field.names is _WEEKDAYS else field.most) + 1, step)
    first_text, dash, last_text = span.partition("-")
    first = _value(first_text, field)
    if slash and not dash:
        raise CronError(
            f"`{text[:40]}` steps from one value", f"write {span}-{field.most}/{step_text} or */{step_text}"
        )
    last = _value(last_text, field) if dash else first
    if last == 0 < first and field.names is _WEEKDAYS:
        last = 7  # fri-sun
    if last < first:
        raise CronError(f"`{text[:40]}` ends before it begins", f"write {first_text}-{field.most},{field.least}-{last}")
    return range(first, last + 1, step)


def _value(text: str, field: _Field) -> int:
    if text in field.names:
        return field.names.index(text) + field.first_name
    return _number(text, field.least, field.most, f"cron's {field.name}")


def _number(text: str, least: int, most: int, what: str) -> int:
    if not (text.isascii() and text.isdigit() and least <= int(text[:9]) <= most):
        raise CronError(f"`{text[:40]}` cannot be {what}", f"it goes from {least} to {most}")
    return int(text[:9])
