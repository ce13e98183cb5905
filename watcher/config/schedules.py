"""Define the forms of ``when:`` in one table, from which reading, hints and the JSON Schema are made."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from watcher.config.kinds import TIME_OF_DAY, day_of_week, time_of_day
from watcher.config.lint.schedule_words import schedule_meant
from watcher.config.text.one_text import one_text, wrong
from watcher.errors import CronError
from watcher.model import Rhythm, When
from watcher.policy.schedules.cron import read_cron

LONGEST = 366
"""Longest time between two due instants, in days."""

LAST = 31

_AT = rf" at (?P<at>{TIME_OF_DAY})"


@dataclass(frozen=True, slots=True)
class ScheduleForm:
    """One way to write a schedule.

    ``example``: as people write it.
    ``pattern``: a regular expression.
    ``read``: returns the schedule that a match means.
    """

    example: str
    pattern: str
    read: Callable[[re.Match[str]], When]


def _weekly(found: re.Match[str]) -> When:
    return When(Rhythm.WEEKLY, time_of_day(found["at"]), day_of_week(found["day"]))


def _every_days(found: re.Match[str]) -> When:
    every = int(found["every"] or 1)
    if every == 1:
        raise wrong("every day is a schedule of its own", f"write daily at {found['at']}")
    if not 1 < every <= LONGEST:
        raise wrong(f"`every {every} days` is no schedule", f"write 2 to {LONGEST} days")
    return When(Rhythm.EVERY_DAYS, time_of_day(found["at"]), every=every)


def _monthly(found: re.Match[str]) -> When:
    day = int(found["day"])
    if not 1 <= day <= LAST:
        raise wrong(f"no month has a day {day}", f"write 1st to {LAST}st; the {LAST}st is the last day of every month")
    return When(Rhythm.MONTHLY, time_of_day(found["at"]), month_day=day)


def _cron(found: re.Match[str]) -> When:
    fields = found["fields"].strip()
    try:
        read_cron(fields)
    except CronError as error:
        raise wrong(error.what, error.hint) from None
    return When(Rhythm.CRON, cron=fields)


FORMS = (
    ScheduleForm("immediately", "immediately", lambda found: When()),
    ScheduleForm("hourly", "hourly", lambda found: When(Rhythm.HOURLY)),
    ScheduleForm("daily at 08:00", f"daily{_AT}", lambda found: When(Rhythm.DAILY, time_of_day(found["at"]))),
    ScheduleForm("weekdays at 08:00", f"weekdays{_AT}", lambda found: When(Rhythm.WEEKDAYS, time_of_day(found["at"]))),
    ScheduleForm("weekly on mon at 08:00", f"weekly on (?P<day>[a-z]+){_AT}", _weekly),
    ScheduleForm("every 2 days at 08:00", rf"every (?:(?P<every>\d{{1,6}}) )?days?{_AT}", _every_days),
    ScheduleForm(
        "monthly on the 1st at 08:00", rf"monthly on(?: the)? (?P<day>\d{{1,4}})(?:st|nd|rd|th)?{_AT}", _monthly
    ),
    ScheduleForm('cron "30 8 * * mon-fri"', r"""cron (?P<quote>["']?)(?P<fields>[^"']*)(?P=quote)""", _cron),
)
"""Every form, in the order in which hints name them."""

EXAMPLES = tuple(form.example for form in FORMS)
HINT = f"write {', '.join(EXAMPLES[:-1])}, or {EXAMPLES[-1]}"


def _when(value: Any) -> When:
    text = " ".join(one_text(value, HINT).lower().split())
    for form in FORMS:
        if found := re.fullmatch(form.pattern, text):
            return form.read(found)
    meant = schedule_meant(text)
    raise wrong(f"`{text[:60]}` is no schedule", f"write {meant}" if meant else HINT)


ScheduleText = Annotated[When, BeforeValidator(_when), WithJsonSchema({"type": "string", "examples": list(EXAMPLES)})]
