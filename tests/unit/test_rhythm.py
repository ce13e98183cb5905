from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.model import Verdict
from watcher.policy.polls.rhythm import BEFORE_IT_IS_KNOWN, LONGEST, SHORTEST, Look, change_rates, next_wait

MONDAY = datetime(2026, 3, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def looks(until: datetime, days: int, news: set[int], *, every: timedelta = HOUR, weekends: bool = False) -> list[Look]:
    """Looks that found something new in these hours of each day."""
    found = []
    at = until - timedelta(days=days)
    while at <= until:
        is_new = at.hour in news and (weekends or at.weekday() < 5)
        found.append(Look(at, Verdict.NEW if is_new else Verdict.UNCHANGED))
        at += every
    return found


def test_a_source_that_is_new_is_looked_at_every_hour() -> None:
    assert next_wait([], MONDAY).time == BEFORE_IT_IS_KNOWN
    assert next_wait(looks(MONDAY, 6, {8}), MONDAY).time == BEFORE_IT_IS_KNOWN


def test_while_it_usually_changes_it_is_looked_at_often() -> None:
    now = MONDAY.replace(hour=9)
    wait = next_wait(looks(now, 28, set(range(7, 16))), now)
    assert wait.time == timedelta(minutes=30)
    assert wait.reason == "it usually changes between 09:00 and 09:30 UTC on weekdays"


def test_while_it_never_changes_it_is_looked_at_every_few_hours() -> None:
    now = MONDAY.replace(hour=18)
    wait = next_wait(looks(now, 28, {8}), now)
    assert wait.time == LONGEST
    assert wait.reason == "it seldom changes between 18:00 and 22:00 UTC on weekdays"


def test_the_look_before_a_change_is_timed_to_it() -> None:
    now = MONDAY.replace(hour=4)
    wait = next_wait(looks(now, 28, {6}), now)
    assert now + wait.time == MONDAY.replace(hour=5, minute=30)


def test_weekends_have_a_rhythm_of_their_own() -> None:
    saturday = datetime(2026, 3, 14, 9, tzinfo=UTC)
    assert next_wait(looks(saturday, 28, {8, 9, 10, 11}), saturday).time == LONGEST
    assert next_wait(looks(saturday, 28, {8, 9, 10, 11}, weekends=True), saturday).time == timedelta(minutes=30)


def test_seldom_looks_find_the_rhythm_again() -> None:
    """What was found after four hours came at any time in them."""
    now = MONDAY.replace(hour=8)
    seldom = looks(now, 28, {8, 12}, every=timedelta(hours=4), weekends=True)
    rates = change_rates(sorted(seldom, key=lambda look: look.at))
    assert rates[False, 5] == rates[False, 7] == pytest.approx(0.25, abs=0.03)
    assert rates[False, 1] == 0
    assert next_wait(seldom, now).time == timedelta(hours=2)


def test_failed_looks_say_nothing() -> None:
    now = MONDAY.replace(hour=9)
    failing = [Look(look.at, Verdict.UNREACHABLE) for look in looks(now, 28, {8})]
    assert next_wait(failing, now).time == LONGEST
    assert change_rates(failing) == {}


@given(
    st.lists(st.tuples(st.integers(0, 60 * 24 * 40), st.sampled_from(list(Verdict))), max_size=60),
    st.integers(0, 60 * 24 * 7),
)
def test_every_wait_is_within_its_bounds(past: list[tuple[int, Verdict]], later: int) -> None:
    now = MONDAY + timedelta(minutes=later)
    wait = next_wait([Look(now - timedelta(minutes=ago), verdict) for ago, verdict in past], now)
    assert SHORTEST <= wait.time <= LONGEST and wait.reason
