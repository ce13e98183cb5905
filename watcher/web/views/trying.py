"""Bound the trial of a rule: in its length, and in the time for which somebody waits."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from threading import Event, Lock

from watcher.errors import RuleError
from watcher.model import FoundPaper
from watcher.pipeline.searching import RunningTrial
from watcher.rules import Rule
from watcher.rules.advice.trial import Trial
from watcher.rules.advice.typed import compile_typed

FIRST, BUDGET = 1.0, 2.0
"""Seconds that a rule is tried for on a page: the first time, and at each further step."""

MOST_KEPT, KEPT_FOR = 8, 60.0
"""Trials that were cut and may go on, and for how many seconds."""

AT_LEAST = 400
"""Papers that are looked at however long it takes."""

LONGEST_RULE = 4_000
"""Characters of a rule that is tried."""


def until_time_is_up(gone: Event, budget: float | None = None) -> Callable[[int], bool]:
    """Return what ends a search: its time is up, or ``gone`` is set since nobody waits for it any more."""
    ends = time.monotonic() + (BUDGET if budget is None else min(budget, BUDGET))
    return lambda looked: gone.is_set() or (looked >= AT_LEAST and time.monotonic() > ends)


def rule_tried(text: str) -> Rule:
    """Compile a rule that was typed. Raises ``RuleError`` with the place of what is wrong or too much."""
    if len(text) > LONGEST_RULE:
        what = f"a rule of {len(text):,} characters is not tried here"
        hint = f"write {LONGEST_RULE:,} characters at most"
        raise RuleError(what, start=LONGEST_RULE, end=len(text), hint=hint, text=text)
    return compile_typed(text)


class KeptTrials:
    """Trials that were cut, for whoever asks for the same again soon: they go on where they were. For any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, Lock()
        self._kept: dict[tuple[str, date], tuple[float, object, RunningTrial]] = {}

    def take(self, rule: Rule, since: date, stamp: object) -> tuple[RunningTrial, bool]:
        """Return a trial of a rule, and whether it goes on. ``stamp``: differs once something else is stored."""
        with self._lock:
            at, was, running = self._kept.pop((rule.text, since), (float("-inf"), None, None))
        if running is None or was != stamp or self._clock() - at > KEPT_FOR:
            return RunningTrial(rule, since), False
        return running, True

    def keep(self, rule: Rule, since: date, stamp: object, running: RunningTrial) -> None:
        """Keep a trial that was cut, in place of the oldest."""
        with self._lock:
            self._kept[rule.text, since] = self._clock(), stamp, running
            while len(self._kept) > MOST_KEPT:
                self._kept.pop(min(self._kept, key=lambda key: self._kept[key][0]))


@dataclass(frozen=True, slots=True)
class AsSubscription:
    """What a rule would have told in its last days: papers, and in how many daily and weekly messages."""

    days: int
    papers: int
    daily: int
    weekly: int


def as_subscription(trial: Trial[FoundPaper], today: date, days: int) -> AsSubscription:
    """Return what a rule would have told in the last ``days`` days, without what is listed under days to come."""
    since = today - timedelta(days=days)
    told = [paper.digest_day for paper, _ in trial.matches if since < paper.digest_day <= today]
    return AsSubscription(days, len(told), len(set(told)), len({day.isocalendar()[:2] for day in told}))
