"""Schedules that count days are read from a config; wrong ones are answered with a right form."""

from __future__ import annotations

from datetime import time

import pytest
from hypothesis import given
from pydantic import ValidationError

from tests.unit.schedules import WHENS
from watcher.config.keys import SubscriptionKeys
from watcher.config.schedules import EXAMPLES, FORMS, HINT
from watcher.model import Rhythm, When

LAST_DAY = "write 1st to 31st; the 31st is the last day of every month"


def read(text: str) -> When:
    return SubscriptionKeys.model_validate({"name": "kites", "rule": "kite", "to": "me", "when": text}).when


@given(WHENS)
def test_every_schedule_is_read_as_it_is_shown(when: When) -> None:
    assert read(str(when)) == when


def test_every_rhythm_has_a_form() -> None:
    assert {read(example).rhythm for example in EXAMPLES} == set(Rhythm)
    assert len({form.pattern for form in FORMS}) == len(Rhythm)


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("every 2 days at 8:00", When(Rhythm.EVERY_DAYS, time(8), every=2)),
        ("Every  10 Days at 23:59", When(Rhythm.EVERY_DAYS, time(23, 59), every=10)),
        ("every 366 days at 00:00", When(Rhythm.EVERY_DAYS, time(), every=366)),
        ("monthly on the 1st at 8:00", When(Rhythm.MONTHLY, time(8), month_day=1)),
        ("Monthly on the 31st at 08:00", When(Rhythm.MONTHLY, time(8), month_day=31)),
        ("monthly on 22 at 08:00", When(Rhythm.MONTHLY, time(8), month_day=22)),
    ],
)
def test_what_holds(text: str, when: When) -> None:
    assert read(text) == when


@pytest.mark.parametrize(
    ("text", "what", "hint"),
    [
        ("every 1 day at 08:00", "every day is a schedule of its own", "write daily at 08:00"),
        ("every day at 08:00", "every day is a schedule of its own", "write daily at 08:00"),
        ("every 0 days at 08:00", "`every 0 days` is no schedule", "write 2 to 366 days"),
        ("every 367 days at 08:00", "`every 367 days` is no schedule", "write 2 to 366 days"),
        ("every 2 days", "`every 2 days` is no schedule", "write every 2 days at 08:00"),
        ("every two days at 08:00", "`every two days at 08:00` is no schedule", "write every 2 days at 08:00"),
        ("every 2 days at 24:00", "`every 2 days at 24:00` is no schedule", "write every 2 days at 00:00"),
        ("every 2 weeks at 08:00", "`every 2 weeks at 08:00` is no schedule", "write every 14 days at 08:00"),
        ("monthly on the 0th at 08:00", "no month has a day 0", LAST_DAY),
        ("monthly on the 32nd at 08:00", "no month has a day 32", LAST_DAY),
        ("monthly at 08:00", "`monthly at 08:00` is no schedule", "write monthly on the 1st at 08:00"),
        (
            "monthly on the last at 08:00",
            "`monthly on the last at 08:00` is no schedule",
            "write monthly on the 31st at 08:00",
        ),
        ("whenever", "`whenever` is no schedule", HINT),
    ],
)
def test_what_does_not_hold_says_what_to_write(text: str, what: str, hint: str) -> None:
    with pytest.raises(ValidationError) as caught:
        read(text)
    [error] = caught.value.errors()
    assert (error["ctx"]["what"], error["ctx"]["hint"]) == (what, hint)


def test_the_hint_names_every_form() -> None:
    assert all(example in HINT for example in EXAMPLES)
