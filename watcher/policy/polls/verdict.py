"""Judge a page as new, unchanged, quiet, partial or broken, by what it and its source showed before. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from hashlib import sha256

from watcher.model import Entry, Judged, NotModified, Reading, Unreachable, Unreadable, Verdict
from watcher.rules import fold_title

ENOUGH_DAYS = 5
"""Earlier digest days of the same weekday that must be known before a day can be called short."""

TAKEN_AS_TRUE_AFTER = timedelta(hours=25)
"""After showing the same smaller set of papers for this long, a page is accepted as complete.

It is one hour longer than a day, so that the operator hears of the short page first.
"""

ENOUGH_LOOKS = {False: 5, True: 2}
"""For pages without digest days: how many days with papers must be known before a page can be called short.

The key is whether today is a Saturday or Sunday.
"""

SITES_DAY_BEGINS = timedelta(hours=6)
"""Time after midnight UTC at which a site's day begins.

Until then, lists that are renewed at midnight in America show the day before.
"""

SOME = 3
"""Fewest papers whose oddity is taken for more than chance."""

MANY = 10
"""Fewest known papers from which it is concluded what new papers have, such as an abstract."""

_ORDER = list(Verdict)
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class DayHistory:
    """What a page showed of its digest day before.

    ``known``: keys of the papers that it has shown for this day so far.
    ``weekday_counts``: number of papers on each of the last ten earlier digest days with the same weekday.
    ``short_since``: since when the page has shown too few papers, None if it does not.
    ``short_digest``: which papers it has shown since then (see :func:`set_digest`).
    ``gone``: number of papers of this day that the page no longer shows.
    ``before``: keys of the papers of the digest day before, if nothing is known of this day itself.
    ``recent``: (day, papers shown) of the latest days with papers; used only for pages without a digest day.
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
    """What the database knows of a source that helps to judge a page of it.

    ``renamed``: number of papers on the page whose keys are unknown and whose titles the source has listed under other
        keys.
    ``papers``: number of the source's last papers that were looked at.
    ``with_abstract``: how many of those have an abstract.
    """

    renamed: int = 0
    papers: int = 0
    with_abstract: int = 0


def judge_page(
    parsed: Reading | Unreadable | NotModified | Unreachable, history: DayHistory, new: int, now: datetime
) -> Judged:
    """Return the verdict on one page, with its reason.

    ``parsed``: the reading of the page, or why there is none.
    ``new``: number of papers on the page that were never seen before, on any page.
    """
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
    """Return a verdict if nothing on the page may be stored although it can be read, None if all may.

    There are two causes: most papers have new ids but known titles (``BROKEN``), or the page shows exactly the papers
    of the digest day before (``PARTIAL``). A page that has shown the same papers for ``TAKEN_AS_TRUE_AFTER`` is
    accepted, since a site may change its ids once.

    ``history``: what the page showed of its digest day before.
    ``past``: what the database knows of the source.
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
    """Return the reading, marked as not whole if no paper has an abstract though most papers of the source have one.

    ``past``: what the database knows of the source.
    """
    if not reading.whole or len(reading.entries) < SOME or any(entry.abstract for entry in reading.entries):
        return reading
    if past.papers < MANY or 2 * past.with_abstract < past.papers:
        return reading
    reason = f"none of {_papers(len(reading.entries))} has an abstract; of the last {past.papers}, "
    reason += f"{past.with_abstract} had one"
    return replace(reading, whole=False, warnings=(*reading.warnings, reason))


@dataclass(frozen=True, slots=True)
class Expected:
    """The fewest papers that a page should show.

    ``least``: number of papers.
    ``days``: the days from which this was concluded, in words.
    """

    least: int
    days: str

    def __str__(self) -> str:
        return f"{self.days} had {self.least} at least"


def expected(day: date | None, *, is_newest: bool, history: DayHistory, now: datetime) -> Expected | None:
    """Return how many papers a page should show at least, judged by earlier days; None if too little is known.

    Pages of a digest day are compared with earlier days of the same weekday. Pages without a digest day are compared
    with earlier weekdays or weekends. Nothing is expected of the newest digest day, since papers are still added to it,
    nor of a list that had fewer than ``SOME`` papers on a day: a narrow search finds none on the next.
    """
    if day is not None:
        counts = history.weekday_counts
        if is_newest or len(counts) < ENOUGH_DAYS:
            return None
        return Expected(min(counts), f"the last {len(counts)} {day:%A}s")
    today = sites_day(now)
    is_weekend = today.weekday() >= _SATURDAY
    shown = [n for at, n in history.recent if at < today and (at.weekday() >= _SATURDAY) is is_weekend]
    if len(shown) < ENOUGH_LOOKS[is_weekend] or min(shown) < SOME:
        return None
    return Expected(min(shown), f"the last {len(shown)} {'days of weekends' if is_weekend else 'weekdays'}")


def lost_days(days: Mapping[date, tuple[int, int]]) -> Judged | None:
    """Return what a list that shows its look-back at every look has lost of it, None for nothing worth a word.

    ``days``: for each day how many papers were listed on it, and how many of them are gone.
    """
    lost = [
        f"{gone} of the {_papers(listed)} of {day}"
        for day, (listed, gone) in sorted(days.items())
        if _is_lost(listed, gone)
    ]
    return Judged(Verdict.PARTIAL, f"{' and '.join(lost)} that it showed before are gone") if lost else None


def _is_lost(listed: int, gone: int) -> bool:
    return gone >= SOME and 2 * gone > listed


def sites_day(now: datetime) -> date:
    """Return the day whose papers a list without digest days shows at ``now`` (see ``SITES_DAY_BEGINS``)."""
    return (now - SITES_DAY_BEGINS).date()


def worst(judged: Iterable[Judged]) -> Judged:
    """Return the verdict on a whole poll: the first of its pages' verdicts in the order of :class:`Verdict`.

    Its reason joins the reasons of all pages with that verdict, each once. ``judged`` must not be empty.
    """
    pages = list(judged)
    verdict = min((page.verdict for page in pages), key=_ORDER.index)
    reasons = dict.fromkeys(page.reason for page in pages if page.verdict is verdict and page.reason)
    return Judged(verdict, "; ".join(reasons))


def entry_key(entry: Entry) -> str:
    """Return the key that identifies an entry most strongly: its first key, or its folded title if it has no key."""
    return entry.keys[0] if entry.keys else f"title:{fold_title(entry.title)}"


def set_digest(keys: Iterable[str]) -> str:
    """Return the SHA-256 of a set of keys, in hexadecimal; their order does not matter."""
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
    """Return why the page shows too few papers, "" if it does not."""
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
    """Return whether the page has shown exactly these papers for ``TAKEN_AS_TRUE_AFTER``."""
    if history.short_since is None or history.short_digest != set_digest(shown):
        return False
    return now - history.short_since >= TAKEN_AS_TRUE_AFTER


def _of_day(text: str, day: date | None) -> str:
    return f"{day}: {text}" if day else text


def _papers(n: int) -> str:
    return {0: "no papers", 1: "1 paper"}.get(n, f"{n} papers")


def _are(n: int) -> str:
    return "is" if n == 1 else "are"
