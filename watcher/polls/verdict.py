"""Quiet, partial or broken? What one look at a page means, given what its day showed before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from hashlib import sha256

from watcher.model import Entry, Judged, NotModified, Reading, Unreachable, Unreadable, Verdict
from watcher.rules import fold_title

ENOUGH_DAYS = 5
"""How many digest days of one weekday must be known before another is called short."""

TAKEN_AS_TRUE_AFTER = timedelta(hours=25)
"""How long a smaller set of papers must stand: a day, and an hour in which the operator hears of it first."""

ENOUGH_LOOKS = {False: 5, True: 2}
"""On how many weekdays, and on how many days of weekends, a page without a digest day must have shown papers before
fewer are called short."""

SITES_DAY_BEGINS = timedelta(hours=6)
"""After midnight UTC: lists that are renewed at midnight in America are of the day before until then."""

SOME = 3
"""Papers that have to be odd together before that is more than chance."""

MANY = 10
"""Papers that have to be known before what most of them have is expected of others."""

_ORDER = list(Verdict)
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class DayHistory:
    """What is known of a page's digest day.

    ``known`` are the keys of the papers that it has shown, ``gone`` how many of them it shows no more; ``before`` are
    those of the digest day before it, where nothing is known of its own. ``weekday_counts`` are the numbers of papers
    on the last ten earlier digest days of its weekday; ``recent`` is what the page showed on the last days on which it
    showed any: what counts while it names no digest day. ``short_since`` is since when the page has shown too few
    papers, and ``short_digest`` which ones (see :func:`set_digest`).
    """

    known: frozenset[str] = frozenset()
    weekday_counts: tuple[int, ...] = ()
    short_since: datetime | None = None
    short_digest: str | None = None
    gone: int = 0
    before: frozenset[str] = frozenset()
    recent: tuple[tuple[date, int], ...] = ()


@dataclass(frozen=True, slots=True)
class KnownOfSource:
    """What is known of a source when it shows a page.

    ``renamed`` counts the page's papers that nobody knows by their keys though the source has listed their titles
    under others; ``papers`` the last ones that it listed, ``with_abstract`` those of them that have one.
    """

    renamed: int = 0
    papers: int = 0
    with_abstract: int = 0


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


def doubt(reading: Reading, history: DayHistory, past: KnownOfSource, now: datetime) -> Judged | None:
    """Why nothing of a page may be taken though it can be read; None where it may.

    What stands for a day is taken as true here, too: a site may give all its papers new addresses, once.
    """
    shown = {entry_key(entry) for entry in reading.entries}
    if len(shown) < SOME or _stands(shown, history, now):
        return None
    if past.renamed >= SOME and 2 * past.renamed >= len(shown):
        what = f"{past.renamed} of {_papers(len(shown))} are known under other ids: the page changes them"
        return Judged(Verdict.BROKEN, _of_day(what, reading.day))
    if reading.day and shown == history.before:
        return Judged(Verdict.PARTIAL, _of_day("shows just the papers of the digest day before", reading.day))
    return None


def without_abstracts(reading: Reading, past: KnownOfSource) -> Reading:
    """``reading`` as it is, or as not whole where no paper has an abstract though most of the source's last ones do."""
    if not reading.whole or len(reading.entries) < SOME or any(entry.abstract for entry in reading.entries):
        return reading
    if past.papers < MANY or 2 * past.with_abstract < past.papers:
        return reading
    reason = f"none of {_papers(len(reading.entries))} has an abstract; of the last {past.papers}, "
    reason += f"{past.with_abstract} had one"
    return replace(reading, whole=False, warnings=(*reading.warnings, reason))


@dataclass(frozen=True, slots=True)
class Expected:
    """How many papers a page should show at ``least``, and which days say so."""

    least: int
    days: str

    def __str__(self) -> str:
        return f"{self.days} had {self.least} at least"


def expected(day: date | None, *, is_newest: bool, history: DayHistory, now: datetime) -> Expected | None:
    """What a page of ``day`` should show, by what such days had; None where that is not known.

    The newest day fills until its end: nothing is expected of it but what it has shown.
    """
    if day is not None:
        counts = history.weekday_counts
        if is_newest or len(counts) < ENOUGH_DAYS:
            return None
        return Expected(min(counts), f"the last {len(counts)} {day:%A}s")
    today = sites_day(now)
    is_weekend = today.weekday() >= _SATURDAY
    shown = [n for at, n in history.recent if at < today and (at.weekday() >= _SATURDAY) is is_weekend]
    if len(shown) < ENOUGH_LOOKS[is_weekend]:
        return None
    return Expected(min(shown), f"the last {len(shown)} {'days of weekends' if is_weekend else 'weekdays'}")


def sites_day(now: datetime) -> date:
    """The day of which a list without a digest day is, seen at ``now``."""
    return (now - SITES_DAY_BEGINS).date()


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
    short = _shortfall(len(shown), reading, history, now)
    if short and not _stands(shown, history, now):
        return Judged(Verdict.PARTIAL, short)
    if new:
        return Judged(Verdict.NEW)
    return Judged(Verdict.UNCHANGED if reading.entries else Verdict.QUIET)


def _shortfall(shown: int, reading: Reading, history: DayHistory, now: datetime) -> str:
    """Why the page shows too few papers, or not those that it should; "" where it does."""
    shows = f"{_of_day('shows', reading.day)} {_papers(shown)}"
    if shown < len(history.known):
        were = "was" if len(history.known) == 1 else "were"
        return f"{shows}; {len(history.known)} {were} there before"
    if history.gone and not reading.is_newest:
        return f"{shows}, though the day is over; {history.gone} that it showed before {_are(history.gone)} gone"
    least = expected(reading.day, is_newest=reading.is_newest, history=history, now=now)
    if least and 2 * shown < least.least:
        return f"{shows}{', though the day is over' if reading.day else ''}; {least}"
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


def _are(n: int) -> str:
    return "is" if n == 1 else "are"
