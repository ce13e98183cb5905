"""Tell the days without new papers on arXiv, as far as known beforehand, and the day of a list."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta

from watcher.model import Entry, ListedBefore
from watcher.parsers.arxiv.taxonomy import is_of

SOME = 3
"""Fewest papers that must be listed twice for it to be more than chance."""

MANY = 10
"""Fewest papers of which it is more than chance that none, or all, of them are new."""

_MONDAY, _THURSDAY, _FRIDAY, _SATURDAY = 0, 3, 4, 5
_FIXED = frozenset({(1, 1), (6, 19), (7, 4), (12, 25)})
_NTH = {(1, 3): _MONDAY, (9, 1): _MONDAY, (11, 4): _THURSDAY}
"""(month, which week of the month) → weekday of a holiday, such as the third Monday of January."""


def is_quiet(day: date) -> bool:
    """Return whether arXiv's lists show nothing new on ``day``: nothing was announced the evening before.

    Nothing is announced on Fridays, Saturdays and the holidays that arXiv keeps every year
    (https://info.arxiv.org/help/availability.html). Other pauses, which arXiv tells only shortly before, are not known.
    """
    evening = day - timedelta(days=1)
    return evening.weekday() in (_FRIDAY, _SATURDAY) or is_holiday(evening)


def is_holiday(day: date) -> bool:
    """Return whether arXiv makes no announcement on ``day``, since it is one of its yearly holidays."""
    nth = (day.day - 1) // 7 + 1
    return (day.month, day.day) in _FIXED or _NTH.get((day.month, nth)) == day.weekday()


def stale_announcement(
    entries: Sequence[Entry], before: ListedBefore, day: date, categories: Iterable[str], *, is_joint: bool = True
) -> str:
    """Return why a list does not show the announcement of ``day``, "" if it does.

    Papers with a submission time in place of a day cannot tell, and give "" as well.

    ``before``: what was listed on earlier days, since a feed may show it under a new date.
    ``categories``: judged together, then each by itself.
    ``is_joint``: the list has papers of all categories.
    """
    dated = [entry for entry in entries if entry.listed and entry.published is None]
    if found := _behind(dated, before.last, day, whole=True) or _of_weeks_before(dated, before, day):
        return found
    for category in categories:
        some = [entry for entry in dated if _is_of(entry, category)]
        if len(some) < len(dated) and (found := _behind(some, before.last, day) or _of_weeks_before(some, before, day)):
            return f"{category}: {found}"
        had = sum(is_of(one, (category,)) for one in before.last.values())
        if is_joint and dated and not some and had >= MANY:
            return f"{category}: shows no papers; the announcement before had {had}"
    return _behind(dated, before.last, day)


def _of_weeks_before(entries: Sequence[Entry], before: ListedBefore, day: date) -> str:
    """Return a reason to doubt a list of many entries, all announced before; "" if there is none.

    Single papers are announced again, whole lists are not.
    """
    is_of_today = {entry.listed for entry in entries} == {day}
    again = sum(entry.keys[0] in before.lately for entry in entries if entry.keys)
    return "shows just papers of announcements before" if is_of_today and len(entries) == again >= MANY else ""


def _behind(entries: Sequence[Entry], before: Collection[str], day: date, *, whole: bool = False) -> str:
    """Return why entries belong to an earlier announcement, "" if they do not.

    ``whole``: only if all of them do; otherwise half of them are enough.
    """
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
    """Return whether a paper's first category is this one, or belongs to this archive."""
    return is_of("".join(entry.categories[:1]), (category,))


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
