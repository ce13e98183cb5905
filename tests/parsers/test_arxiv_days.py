from datetime import date

import pytest

from watcher.parsers.arxiv_days import is_holiday, is_quiet


@pytest.mark.parametrize(
    ("day", "holiday"),
    [
        (date(2023, 1, 16), True),
        (date(2023, 6, 19), True),
        (date(2023, 7, 4), True),
        (date(2023, 9, 4), True),
        (date(2023, 11, 23), True),
        (date(2023, 12, 25), True),
        (date(2024, 1, 15), True),
        (date(2026, 11, 26), True),
        (date(2026, 1, 12), False),
        (date(2026, 1, 26), False),
        (date(2026, 11, 19), False),
        (date(2026, 5, 25), False),
    ],
)
def test_holidays(day: date, holiday: bool) -> None:
    assert is_holiday(day) is holiday


def test_a_list_is_of_the_evening_before() -> None:
    week = [date(2026, 11, 23 + n) for n in range(7)]  # Monday to Sunday; Thursday is Thanksgiving
    assert [is_quiet(day) for day in week] == [False, False, False, False, True, True, True]
