"""Limit the trial of a rule: the length of the rule, and the time that the trial takes."""

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
"""Seconds for which a page tries a rule: the first time, and each time it goes on."""

MOST_KEPT, KEPT_FOR = 8, 60.0
"""Most trials that are kept, and for how many seconds."""

AT_LEAST = 400
"""Papers that are looked at in any case, however long that takes."""

LONGEST_RULE = 4_000
"""Most characters of a rule that is tried."""


def until_time_is_up(gone: Event, budget: float | None = None) -> Callable[[int], bool]:
    """Return a function that says when a search has to stop: its time is over, or ``gone`` is set.

    ``gone``: set when the visitor has left.
    ``budget``: seconds, None for ``BUDGET``.
    """
    ends = time.monotonic() + (BUDGET if budget is None else min(budget, BUDGET))
    return lambda looked: gone.is_set() or (looked >= AT_LEAST and time.monotonic() > ends)


def rule_tried(text: str) -> Rule:
    """Return a typed rule, compiled. Raises ``RuleError`` with the place of a mistake, also if the rule is too long."""
    if len(text) > LONGEST_RULE:
        what = f"a rule of {len(text):,} characters is not tried here"
        hint = f"write {LONGEST_RULE:,} characters at most"
        raise RuleError(what, start=LONGEST_RULE, end=len(text), hint=hint, text=text)
    return compile_typed(text)


class KeptTrials:
    """The last trials. The next request for the same trial takes its result, or continues it where it was stopped.

    Safe to use from several threads.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, Lock()
        self._kept: dict[tuple[str, date], tuple[float, object, RunningTrial]] = {}

    def take(self, rule: Rule, since: date, stamp: object) -> tuple[RunningTrial, bool]:
        """Return a trial of a rule, and whether it goes on from an earlier one.

        ``since``: first day of the papers that are tried.
        ``stamp``: a kept trial is used only if it was kept with the same stamp, which changes with the database.
        """
        with self._lock:
            at, was, running = self._kept.pop((rule.text, since), (float("-inf"), None, None))
        if running is None or was != stamp or self._clock() - at > KEPT_FOR:
            return RunningTrial(rule, since), False
        return running, True

    def keep(self, rule: Rule, since: date, stamp: object, running: RunningTrial) -> None:
        """Keep a trial, whether it was stopped early or not; if there are too many, the oldest is dropped.

        ``since`` and ``stamp``: as of :meth:`take`.
        """
        with self._lock:
            self._kept[rule.text, since] = self._clock(), stamp, running
            while len(self._kept) > MOST_KEPT:
                self._kept.pop(min(self._kept, key=lambda key: self._kept[key][0]))


@dataclass(frozen=True, slots=True)
class AsSubscription:
    """What a rule would have told in its last days: number of papers, of daily and of weekly messages."""

    days: int
    papers: int
    daily: int
    weekly: int


def as_subscription(trial: Trial[FoundPaper], today: date, days: int) -> AsSubscription:
    """Return what a rule would have told in the last ``days`` days. Papers of later days than today are left out."""
    since = today - timedelta(days=days)
    told = [paper.digest_day for paper, _ in trial.matches if since < paper.digest_day <= today]
    return AsSubscription(days, len(told), len(set(told)), len({day.isocalendar()[:2] for day in told}))
