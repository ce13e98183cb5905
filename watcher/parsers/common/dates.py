"""Dates: ISO days of programs, and the one date in a text, in the forms that pages of people use."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from watcher.parsers.common import clean

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"(?P<day>[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_FORMS = [
    re.compile(form, re.IGNORECASE | re.ASCII)
    for form in (
        rf"\b{_YEAR}([-/.])(?P<number>1[0-2]|0?[1-9])\2{_DAY}(?!\d)",
        rf"\b{_DAY}[ -](?:of )?{_MONTH},?[ -]{_YEAR}\b",
        rf"\b{_MONTH} {_DAY},? {_YEAR}\b",
    )
]


def instant_in(text: str) -> datetime | None:
    """An ISO 8601 instant, or the day that a text names, as its first instant in UTC.

    None where it names none or several, or only in figures whose order is anybody's guess (``03/04/2026``).
    """
    if exact := clean.instant(text.strip()):
        return exact
    found = {day for form in _FORMS for match in form.finditer(text[:1000]) if (day := _day(match))}
    return datetime(*found.pop().timetuple()[:3], tzinfo=UTC) if len(found) == 1 else None


def day_of(value: object) -> date | None:
    """The day that an ISO day or instant begins with; None for anything else."""
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d(?:T.*)?", value[:40], re.ASCII):
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None


def is_day(text: str) -> bool:
    """Whether a text is one day, and nothing else."""
    return any(form.fullmatch(text) for form in _FORMS) and instant_in(text) is not None


def _day(found: re.Match[str]) -> date | None:
    parts = found.groupdict()
    month = int(parts["number"]) if parts.get("number") else _MONTHS.index(parts["month"][:3].lower()) + 1
    try:
        return date(int(parts["year"]), month, int(parts["day"]))
    except ValueError:
        return None
