"""The days on which arXiv lists nothing new, as far as they can be known beforehand, and the day of what it lists."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta

from watcher.model import Entry
from watcher.parsers.arxiv.taxonomy import is_of

SOME = 3
"""Papers that have to be listed twice before that is more than chance."""

_MONDAY, _THURSDAY, _FRIDAY, _SATURDAY = 0, 3, 4, 5
_FIXED = frozenset({(1, 1), (6, 19), (7, 4), (12, 25)})
_NTH = {(1, 3): _MONDAY, (9, 1): _MONDAY, (11, 4): _THURSDAY}
"""(month, which of the month) → weekday: the third Monday of January, the first of September, the fourth Thursday of
November."""


def is_quiet(day: date) -> bool:
    """Whether nothing new is expected on arXiv's lists on ``day``: what they show was announced the evening before.

    Evenings without announcement are those of Fridays, Saturdays and of the holidays that arXiv keeps every year
    (https://info.arxiv.org/help/availability.html); it defers some more, which are announced at the time only.
    """
    evening = day - timedelta(days=1)
    return evening.weekday() in (_FRIDAY, _SATURDAY) or is_holiday(evening)


def is_holiday(day: date) -> bool:
    """Whether arXiv defers the announcement of ``day`` as it does every year."""
    nth = (day.day - 1) // 7 + 1
    return (day.month, day.day) in _FIXED or _NTH.get((day.month, nth)) == day.weekday()


def stale_announcement(entries: Sequence[Entry], before: Collection[str], day: date, categories: Iterable[str]) -> str:
    """Return why a list does not show the announcement of ``day``; "" if it does, or if its papers bear the time of
    their submission instead.

    ``categories`` are judged together, then each by itself.

    ``before`` has the keys of the papers that were listed on earlier days: a feed may show them under a new date.
    """
    dated = [entry for entry in entries if entry.listed and entry.published is None]
    if found := _behind(dated, before, day, whole=True):
        return found
    for category in categories:
        some = [entry for entry in dated if _is_of(entry, category)]
        if len(some) < len(dated) and (found := _behind(some, before, day)):
            return f"{category}: {found}"
    return _behind(dated, before, day)


def _behind(entries: Sequence[Entry], before: Collection[str], day: date, *, whole: bool = False) -> str:
    """Why these entries, all of them or at least half, are of an earlier announcement."""
    days = {entry.listed for entry in entries if entry.listed}
    if len(days) > 2:
        return ""  # a list of the last days, that of ``day`` among them or not
    earlier = [entry.listed for entry in entries if entry.listed and entry.listed < day]
    if earlier and 2 * len(earlier) >= len(entries) and (len(earlier) == len(entries) or not whole):
        return f"shows the announcement of {_day(max(earlier))}"
    again = sum(entry.keys[0] in before for entry in entries if entry.keys)
    if again < SOME or 2 * again < len(entries) or (whole and again < len(entries)):
        return ""
    return "shows just the papers of the announcement before" + ("" if again == len(entries) else _some(again, entries))


def _some(again: int, entries: Sequence[Entry]) -> str:
    return f", {again} of {len(entries)}"


def _is_of(entry: Entry, category: str) -> bool:
    """Whether the category, or the archive that a source names, is the paper's first one."""
    return is_of("".join(entry.categories[:1]), (category,))


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
