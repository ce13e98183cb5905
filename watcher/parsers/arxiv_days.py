"""The days on which arXiv lists nothing new, as far as they can be known beforehand."""

from __future__ import annotations

from datetime import date, timedelta

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
