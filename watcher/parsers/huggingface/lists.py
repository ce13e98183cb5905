"""Make the addresses of Hugging Face's lists: days, weeks, months, trending papers, searches; pages or API.

Pages are ``/papers``, ``/papers/date/2026-03-10``, ``/papers/week/2026-W11``, ``/papers/month/2026-03``,
``/papers/trending`` and ``/papers?q=…``. The API is ``/api/daily_papers`` with ``date``, ``week``, ``month``, ``sort``,
``limit`` (at most 100) and ``p`` (from 0). It has no search.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs, quote_plus, urlencode, urlsplit

from watcher.model import Source
from watcher.parsers.huggingface.entry import SITE
from watcher.parsers.huggingface.keys import own
from watcher.parsers.parser import Mistake

LISTINGS = ("daily", "weekly", "monthly", "trending", "search")
WAYS = ("page", "api")
MOST_AT_ONCE = 100
"""Most papers in one answer of the API."""

_SATURDAY = 5
_PAGE_NUMBER = re.compile(r"(?<=[?&]p=)\d{1,4}$", re.ASCII)


def mistakes(source: Source) -> Iterator[Mistake]:
    """Yield what is wrong with the config of a source of this kind."""
    keys = own(source)
    if keys.listing not in LISTINGS:
        yield Mistake("listing", f"there is no listing `{keys.listing}`", f"write {_either(LISTINGS)}")
    if keys.via not in (None, *WAYS):
        yield Mistake("via", f"Hugging Face cannot be read via `{keys.via}`", f"write {_either(WAYS)}")
    if keys.listing == "search" and not (keys.query or "").strip():
        yield Mistake("listing", "a search needs `query`", "add query: with the words to search for")
    if keys.listing != "search" and keys.query is not None:
        yield Mistake("query", f"listing: {keys.listing} takes no `query`", "write listing: search, or remove it")
    if keys.listing == "search" and keys.via == "api":
        yield Mistake("via", "the API has no search", "write via: page")


def starts(source: Source, today: date) -> tuple[str, ...]:
    """Return the addresses that every poll reads, newest first: the weeks or months that the look-back reaches.

    ``today``: the day of the poll (UTC).
    """
    keys = own(source)
    if keys.via == "api":
        return tuple(_api(source, **asked) for asked in _asked_of_api(source, today))
    match keys.listing:
        case "weekly":
            return tuple(f"{_papers(source)}/week/{week}" for week in _spans(source, today, week_of))
        case "monthly":
            return tuple(f"{_papers(source)}/month/{month}" for month in _spans(source, today, month_of))
        case "trending":
            return (f"{_papers(source)}/trending",)
        case "search":
            return (f"{_papers(source)}?q={quote_plus(keys.query or '')}",)
        case _:
            return (source.url or f"{SITE}/papers",)


def day_url(source: Source) -> Callable[[date], str] | None:
    """Return a function that makes the address of a digest day, None for lists that are not of days."""
    if own(source).listing != "daily":
        return None
    if own(source).via == "api":
        return lambda day: _api(source, date=day.isoformat())
    return lambda day: f"{_papers(source)}/date/{day.isoformat()}"


def missed(source: Source, since: datetime, now: datetime) -> tuple[str, ...]:
    """Return the addresses of weeks or months that are no longer read and may have got papers since an instant."""
    if own(source).listing not in ("weekly", "monthly"):
        return ()
    today = now.astimezone(UTC).date()
    back = (today - since.astimezone(UTC).date()).days
    spans = starts(replace(source, look_back=max(back, source.look_back)), today)
    return tuple(start for start in spans if start not in starts(source, today))


def asks_back(source: Source) -> bool:
    """Return whether the site still has pages of what was listed long ago."""
    return own(source).listing in ("daily", "weekly", "monthly")


def week_of(day: date) -> str:
    """Return the ISO 8601 week as the site writes it: ``2026-W53`` from Monday 28 December 2026 to 3 January 2027."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def month_of(day: date) -> str:
    return f"{day:%Y-%m}"


def last_working_day(day: date) -> date:
    """Return the last day up to ``day`` that can have a digest. There is none on Saturdays and Sundays."""
    return day - timedelta(max(0, day.weekday() - _SATURDAY + 1))


def day_before(day: date) -> date:
    """Return the last day before ``day`` that can have a digest."""
    return last_working_day(day - timedelta(days=1))


def following(url: str, shown: int) -> str | None:
    """Return the address of the API's next answer, None if this one was not full, or if its address has no number.

    ``shown``: number of papers in this answer.
    """
    found = _PAGE_NUMBER.search(url)
    if found is None or shown < MOST_AT_ONCE:
        return None
    return f"{url[: found.start()]}{int(found[0]) + 1}"


def asked_of_api(url: str, key: str) -> str:
    """Return the value of the parameter ``key`` of an address, "" if it has none."""
    try:
        return parse_qs(urlsplit(url).query, max_num_fields=20).get(key, [""])[0]
    except ValueError:
        return ""


def _asked_of_api(source: Source, today: date) -> list[dict[str, str]]:
    match own(source).listing:
        case "weekly":
            return [{"week": week, "p": "0"} for week in _spans(source, today, week_of)]
        case "monthly":
            return [{"month": month, "p": "0"} for month in _spans(source, today, month_of)]
        case "trending":
            return [{"sort": "trending"}]
        case _:
            return [{"date": last_working_day(today).isoformat()}]


def _spans(source: Source, today: date, span_of: Callable[[date], str]) -> tuple[str, ...]:
    days = (today - timedelta(back) for back in range(source.look_back + 1))
    return tuple(dict.fromkeys(span_of(day) for day in days))


def _papers(source: Source) -> str:
    """Return the address below which the site's pages are: that in the config, up to ``papers``."""
    return f"{_root(source)}/papers"


def _api(source: Source, **asked: str) -> str:
    number = {"p": asked.pop("p")} if "p" in asked else {}
    return f"{_root(source)}/api/daily_papers?{urlencode({**asked, 'limit': MOST_AT_ONCE, **number})}"


def _root(source: Source) -> str:
    place = urlsplit(source.url or f"{SITE}/papers")
    before, papers, _ = place.path.rpartition("/papers")
    return f"{place.scheme}://{place.netloc}{before if papers else ''}"


def _either(names: tuple[str, ...]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"
