"""Read dates: ISO days of programs, and a single date in a text for people."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from watcher.parsers.common import clean

_MONTHS_IN_WORDS = """
    jan january januar janvier enero gennaio janeiro jänner januari stycznia января
    feb february februar février fevrier febrero febbraio fevereiro februari lutego февраля
    mar march märz maerz mrz mär mars marzo março maart marts marca марта
    apr april avril abril aprile kwietnia апреля
    may mai mayo maggio maio mei maj maja мая
    jun june juni juin junio giugno junho czerwca июня
    jul july juli juillet julio luglio julho lipca июля
    aug august août aout agosto augustus augusti sierpnia августа
    sep sept september septembre septiembre settembre setembro września сентября
    oct october okt oktober octobre octubre ottobre outubro października октября
    nov november novembre noviembre novembro listopada ноября
    dec december dez dezember décembre decembre dic diciembre dicembre dezembro desember grudnia декабря
"""
_MONTHS = {
    word: number for number, line in enumerate(_MONTHS_IN_WORDS.split("\n")[1:-1], start=1) for word in line.split()
}
"""Month → number, in English, German, French, Spanish, Italian, Portuguese, Dutch, Danish, Norwegian, Swedish, Polish
and Russian. A word that means another month in another language is left out."""

_MONTH_WORD = "|".join(sorted(_MONTHS, key=len, reverse=True))
_MONTH = rf"(?P<month>{_MONTH_WORD})\b\.?"
_DAY = r"(?P<day>[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th|er|\.|º)?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_FORMS = [
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"\b{_YEAR}(?P<gap>[-/.])(?P<number>1[0-2]|0?[1-9])(?P=gap){_DAY}(?!\d)",
        rf"\b{_YEAR}(?:\. ?|[年년] ?)(?P<number>1[0-2]|0?[1-9])(?:\. ?|[月월] ?){_DAY}(?:[日일]|(?!\d))",
        rf"\b(?<![-–—/.])(?P<day>1[3-9]|2\d|3[01])(?P<gap>[/.])(?P<number>1[0-2]|0?[1-9])(?P=gap){_YEAR}\b",
        rf"\b{_DAY}(?:[ -]| ?(?:of|de) ){_MONTH}(?:,?[ -]| de ){_YEAR}\b",
        rf"\b{_MONTH} {_DAY},? {_YEAR}\b",
    )
]
_TO = r" ?(?:[-–—&]|to|and|until|through|bis|und|au|et|al|y|a|e|en|och|og|i|и) ?"
_SEVERAL = re.compile(
    rf"\b\d{{1,2}}(?:st|nd|rd|th|\.)?(?: (?:{_MONTH_WORD})\.?)?{_TO}\d{{1,2}}(?:st|nd|rd|th|\.)? (?:{_MONTH_WORD})\b"
    rf"|\b(?:{_MONTH_WORD})\.? \d{{1,2}}(?:st|nd|rd|th)?{_TO}"
    rf"(?:(?:{_MONTH_WORD})\.? )?\d{{1,2}}(?:st|nd|rd|th)?,? (?:19|20)\d\d",
    re.IGNORECASE,
)
"""Matches several days (9–12 March, 30 March to 2 April), of which it is not known which one is meant."""


def instant_in(text: str) -> datetime | None:
    """Return an ISO 8601 instant, or the beginning in UTC of the day that a text names.

    Return None if it names no day, several days, or figures in an unclear order (``03/04/2026``).
    """
    if exact := clean.instant(text.strip()):
        return exact
    if _SEVERAL.search(text[:1000]):
        return None
    found = {day for form in _FORMS for match in form.finditer(text[:1000]) if (day := _day(match))}
    return datetime(*found.pop().timetuple()[:3], tzinfo=UTC) if len(found) == 1 else None


def day_of(value: object) -> date | None:
    """Return the day at the beginning of a value in ISO 8601, a day or an instant; None for any other."""
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d(?:T.*)?", value[:40], re.ASCII):
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None


def is_day(text: str) -> bool:
    """Return whether a text is one day and nothing else."""
    return any(form.fullmatch(text) for form in _FORMS) and instant_in(text) is not None


def _day(found: re.Match[str]) -> date | None:
    parts = found.groupdict()
    month = int(parts["number"]) if parts.get("number") else _MONTHS[parts["month"].lower()]
    try:
        return date(int(parts["year"]), month, int(parts["day"]))
    except ValueError:
        return None
