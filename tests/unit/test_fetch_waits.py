from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.fetch.waits import LONGEST, nothing_remains_for, wait_asked_for

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("0", None),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        ("٣", None),
        ("Tue, 10 Mar 2026 12:01:30 GMT", 90),
        ("Tue, 10 Mar 2026 13:01:30 +0100", 90),
        ("Tue, 10 Mar 2026 11:00:00 GMT", None),
        ("Tue, 99 Mar 2026 11:00:00 GMT", None),
        ("9" * 5_000, LONGEST.total_seconds()),
        ("99999999", LONGEST.total_seconds()),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST.total_seconds()),
    ],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert wait_asked_for({"Retry-After": value}, NOW) == expected


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ('"pages";r=0;t=57', 57),
        ('"pages"; t=57 ; r=0', 57),
        ('"pages";r=12;t=57', None),
        ('"api";r=3;t=200, "pages";r=0;t=57', 57),
        ('"api";r=0;t=20, "pages";r=0;t=57', 57),
        ('"pages";r=0', None),
        ("nonsense;;;=", None),
    ],
)
def test_rate_limit(value: str, seconds: float | None) -> None:
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert wait_asked_for({"RateLimit": value}, NOW) == expected


def test_the_longer_of_both_counts() -> None:
    both = {"Retry-After": "5", "RateLimit": '"pages";r=0;t=57'}
    assert wait_asked_for(both, NOW) == timedelta(seconds=57)


@given(st.text(), st.text())
def test_whatever_a_server_writes_gives_a_sensible_wait(retry_after: str, rate_limit: str) -> None:
    wait = wait_asked_for({"Retry-After": retry_after, "RateLimit": rate_limit}, NOW)
    assert wait is None or timedelta(0) < wait <= LONGEST


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ('"pages";r=0;t=57', 57),
        ('"pages";r=3;t=57', None),
        ('"pages";t=57', None),
        ('"a";r=1;t=9, "b";r=0;t=5', 5),
        ("", None),
    ],
)
def test_a_good_answer_may_say_that_nothing_remains(value: str, seconds: float | None) -> None:
    rest = nothing_remains_for({"RateLimit": value})
    assert (rest and rest.total_seconds()) == seconds
