"""Quiet, partial or broken? What one look at a page means, given what its day showed before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256

from watcher.model import Entry, Judged, NotModified, Reading, Unreachable, Unreadable, Verdict
from watcher.rules import fold_title

ENOUGH_DAYS = 5
"""How many digest days of one weekday must be known before another is called short."""

TAKEN_AS_TRUE_AFTER = timedelta(hours=24)
"""How long a smaller set of papers must stand."""

_ORDER = list(Verdict)


@dataclass(frozen=True, slots=True)
class DayHistory:
    """What is known of a page's digest day.

    ``known`` are the keys of the papers that it has shown; ``weekday_counts`` the numbers of papers on the last ten
    earlier digest days of its weekday; ``short_since`` since when the page has shown too few papers, and
    ``short_digest`` which ones (see :func:`set_digest`).
    """

    known: frozenset[str] = frozenset()
    weekday_counts: tuple[int, ...] = ()
    short_since: datetime | None = None
    short_digest: str | None = None


def judge_page(
    parsed: Reading | Unreadable | NotModified | Unreachable, history: DayHistory, new: int, now: datetime
) -> Judged:
    """The verdict on one page; ``new`` counts its papers that were never seen before, on any page."""
    match parsed:
        case Unreachable(reason=reason):
            return Judged(Verdict.UNREACHABLE, reason)
        case Unreadable(reason=reason):
            return Judged(Verdict.BROKEN, reason)
        case NotModified():
            return Judged(Verdict.UNCHANGED)
        case Reading():
            return _judge_reading(parsed, history, new, now)


def worst(judged: Iterable[Judged]) -> Judged:
    """The verdict on a whole look: the first in the order of :class:`Verdict` that any of its pages has.

    The reasons of all pages with that verdict are told, each once. At least one page is needed.
    """
    pages = list(judged)
    verdict = min((page.verdict for page in pages), key=_ORDER.index)
    reasons = dict.fromkeys(page.reason for page in pages if page.verdict is verdict and page.reason)
    return Judged(verdict, "; ".join(reasons))


def entry_key(entry: Entry) -> str:
    """The strongest identity of an entry: its first key, else its folded title."""
    return entry.keys[0] if entry.keys else f"title:{fold_title(entry.title)}"


def set_digest(keys: Iterable[str]) -> str:
    """A SHA-256 in hexadecimal that is the same for the same set of keys, whatever their order."""
    return sha256("\n".join(sorted(set(keys))).encode()).hexdigest()


def _judge_reading(reading: Reading, history: DayHistory, new: int, now: datetime) -> Judged:
    shown = {entry_key(entry) for entry in reading.entries}
    if not reading.whole:
        return Judged(Verdict.PARTIAL, _of_day("; ".join(reading.warnings) or "not read whole", reading.day))
    short = _shortfall(len(shown), reading, history)
    if short and not _stands(shown, history, now):
        return Judged(Verdict.PARTIAL, short)
    if new:
        return Judged(Verdict.NEW)
    return Judged(Verdict.UNCHANGED if reading.entries else Verdict.QUIET)


def _shortfall(shown: int, reading: Reading, history: DayHistory) -> str:
    """Why the page shows too few papers; "" where it does not.

    The newest day is compared only with itself: it fills until its end.
    """
    shows = f"{_of_day('shows', reading.day)} {_papers(shown)}"
    if shown < len(history.known):
        were = "was" if len(history.known) == 1 else "were"
        return f"{shows}; {len(history.known)} {were} there before"
    if reading.is_newest or reading.day is None or len(history.weekday_counts) < ENOUGH_DAYS:
        return ""
    least = min(history.weekday_counts)
    if 2 * shown < least:
        days = f"the last {len(history.weekday_counts)} {reading.day:%A}s"
        return f"{shows}, though the day is over; {days} had {least} at least"
    return ""


def _stands(shown: set[str], history: DayHistory, now: datetime) -> bool:
    """Whether just these papers have been shown for so long that they must be all."""
    if history.short_since is None or history.short_digest != set_digest(shown):
        return False
    return now - history.short_since >= TAKEN_AS_TRUE_AFTER


def _of_day(text: str, day: date | None) -> str:
    return f"{day}: {text}" if day else text


def _papers(n: int) -> str:
    return {0: "no papers", 1: "1 paper"}.get(n, f"{n} papers")
