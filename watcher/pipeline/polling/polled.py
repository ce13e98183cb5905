"""Hold the result of a poll, and say when the source is polled next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from watcher.model import Judged, Source, Verdict
from watcher.policy.polls.rhythm import Wait
from watcher.store.history.set_back import APART
from watcher.store.sources.pages import Poll

SOON = timedelta(minutes=15)
"""Longest wait until the next poll while a source is in trouble."""


@dataclass(frozen=True, slots=True)
class Polled:
    """The result of a poll.

    ``new``: number of papers never seen before.
    ``matched``: number of new matches.
    ``retry_after``: how long the site asks to be left alone, None if it does not.
    ``wait``: the chosen time until the next poll, None to wait for the configured ``every``.
    ``before``: the verdict of the poll before, None for the first.
    """

    source: str
    judged: Judged
    new: int
    matched: int
    retry_after: timedelta | None = None
    wait: Wait | None = None
    before: Verdict | None = None


def polled_before(last: Poll) -> Polled:
    """Return the last recorded poll of a source in the form that :func:`next_poll` takes."""
    return Polled(last.source, last.judged, last.new, 0, wait=last.wait)


def next_poll(source: Source, polled: Polled, now: datetime, jitter: float) -> datetime:
    """Return when to poll next.

    That is after ``polled.wait``, or else after ``every``; in trouble after ``SOON`` at the latest; never before the
    server allows. Up to a tenth of the interval is added, so that many watchers do not ask in the same second.

    ``jitter``: between 0 and 1; the share of that tenth.
    """
    wait = every = polled.wait.time if polled.wait else source.every
    if polled.judged.verdict in (Verdict.PARTIAL, Verdict.BROKEN, Verdict.UNREACHABLE):
        wait = min(wait, SOON)
    return now + max(wait, polled.retry_after or timedelta(0)) + every * jitter / 10


def due_again(source: Source, last: Poll, now: datetime) -> datetime:
    """Return when a source is due after its last recorded poll, or now if it is overdue.

    Jitter is not added, and ``Retry-After`` is not known here. A poll of a time to come was recorded by a clock that
    was ahead: it counts for nothing.
    """
    if last.at > now + APART:
        return now
    return max(next_poll(source, polled_before(last), last.at, jitter=0.0), now)
