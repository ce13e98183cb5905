"""Schedules as a config can ask for them."""

from __future__ import annotations

from datetime import time

from hypothesis import strategies as st

from watcher.model import Rhythm, When

TIMES = st.builds(time, st.integers(0, 23), st.integers(0, 59))

OF_RHYTHM: dict[Rhythm, st.SearchStrategy[When]] = {
    Rhythm.IMMEDIATELY: st.just(When()),
    Rhythm.HOURLY: st.just(When(Rhythm.HOURLY)),
    Rhythm.DAILY: st.builds(When, st.just(Rhythm.DAILY), TIMES),
    Rhythm.WEEKDAYS: st.builds(When, st.just(Rhythm.WEEKDAYS), TIMES),
    Rhythm.WEEKLY: st.builds(When, st.just(Rhythm.WEEKLY), TIMES, st.integers(0, 6)),
    Rhythm.EVERY_DAYS: st.builds(
        lambda at, every: When(Rhythm.EVERY_DAYS, at, every=every), TIMES, st.integers(2, 366)
    ),
    Rhythm.MONTHLY: st.builds(lambda at, day: When(Rhythm.MONTHLY, at, month_day=day), TIMES, st.integers(1, 31)),
    Rhythm.CRON: st.sampled_from(["0 8 * * mon", "*/5 9-17 * * *", "30 8 1 jan,jul *"]).map(
        lambda fields: When(Rhythm.CRON, cron=fields)
    ),
}

WHENS = st.one_of(*OF_RHYTHM.values())
