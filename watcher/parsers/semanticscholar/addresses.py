"""Make the addresses of lists of papers at Semantic Scholar, and check what the config asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from watcher.model import Source
from watcher.parsers.apis.cursors import query_of, with_defaults
from watcher.parsers.common.links import place_of
from watcher.parsers.parser import Mistake
from watcher.parsers.semanticscholar.keys import KEY_HEADER, SITE, SemanticScholarKeys, own

BULK = "graph/v1/paper/search/bulk"
"""The search whose answers have an order, and up to a thousand papers."""

LONGEST = 4_000
"""Most characters of an address."""

FIELDS = (
    "externalIds title abstract venue year publicationDate publicationTypes journal fieldsOfStudy s2FieldsOfStudy "
    "authors"
)
"""The fields of papers to ask for; besides them only the id is sent."""

ASKED_FIELDS = FIELDS.replace(" ", ",")
NEWEST_FIRST = "publicationDate:desc"

LAG = timedelta(days=31)
"""Longest time from the day of publication until a paper is found: preprints take days, articles weeks."""

FILTERS = ("fieldsOfStudy", "venue", "publicationTypes", "minCitationCount", "openAccessPdf")
OF_DAYS = ("publicationDateOrYear", "year")

_FILTER = re.compile(r"([A-Za-z]{1,40})(?::(.*))?", re.DOTALL)
_SINCE = re.compile(r"(publicationDateOrYear=)\d{4}-\d\d-\d\d:")
_QUOTED = re.compile(r'"[^"]*"')
_OPERATOR = re.compile(r"\b(AND|OR|NOT)\b")
_NONE = "is no filter of Semantic Scholar"
_SIGNS = {"AND": "+", "OR": "|", "NOT": "-"}


def starts(source: Source, today: date) -> tuple[str, ...]:
    """Return the address of the list of papers that were published within the look-back and ``LAG`` before it."""
    if source.url:
        place = place_of(source.url)
        ordered = {"sort": NEWEST_FIRST} if place and place.path.endswith("/bulk") else {}
        return (_with_key(with_defaults(source.url, {**ordered, "fields": ASKED_FIELDS}), own(source)),)
    return (_list(own(source), _begin(source, today)),)


def missed(source: Source, since: datetime, now: datetime) -> tuple[str, ...]:
    """Return the address for papers from ``since`` to now; nothing if the list of ``starts`` goes back so far."""
    day = since.date() - LAG
    return () if source.url or day >= _begin(source, now.date()) else (_list(own(source), day),)


def known_as(source: Source, url: str) -> str:
    """Return the address of a list without the day in it, which is another at every poll."""
    return _SINCE.sub(r"\1", url)


def _begin(source: Source, today: date) -> date:
    return today - timedelta(days=source.look_back) - LAG


def _list(keys: SemanticScholarKeys, begin: date) -> str:
    given = dict(filter(None, map(_pair, keys.filter)))
    asked = {"query": keys.query or "", **given, "publicationDateOrYear": f"{begin}:", "sort": NEWEST_FIRST}
    flags = [name for name, value in given.items() if not value]
    query = "&".join([query_of({**asked, "fields": ASKED_FIELDS}), *flags])
    return _with_key(f"{SITE}{BULK}?{query}", keys)


def _with_key(url: str, keys: SemanticScholarKeys) -> str:
    """Return an address with the place of the user's key, which is sent in the header of that name."""
    return f"{url}&{KEY_HEADER}={keys.api_key}" if keys.api_key else url


def _pair(text: str) -> tuple[str, str] | None:
    found = _FILTER.fullmatch(text.strip())
    return (found[1], (found[2] or "").strip()) if found else None


def mistakes(source: Source) -> Iterator[Mistake]:
    """Yield the mistakes in the config of a source."""
    keys = own(source)
    asked = [name for name in ("query", "filter") if getattr(keys, name)]
    if source.url:
        for name in asked:
            yield Mistake(name, f"`url` already says what is asked for: `{name}` is not read", "remove one of them")
        return
    if not asked:
        yield Mistake("query", "a semanticscholar source needs something to ask for", "write query or filter")
    if found := _OPERATOR.search(_QUOTED.sub(" ", keys.query or "")):
        word = found[1]
        hint = f"write {_SIGNS[word]}: 'kelp + (forest | reef) -urchin'; in lower case or quotes it is a word"
        yield Mistake("query", f"`{word}` is no sign of this search", hint)
    yield from _of_filters(keys)
    if len(starts(source, date(2026, 1, 1))[0]) > LONGEST:
        longest = max(asked, key=lambda name: len(str(getattr(keys, name))))
        yield Mistake(longest, f"the address would be longer than {LONGEST} characters", "make two sources")


def _of_filters(keys: SemanticScholarKeys) -> Iterator[Mistake]:
    names, seen = ", ".join(FILTERS), set[str]()
    for n, one in enumerate(keys.filter):
        name, value = _pair(one) or ("", "")
        if name in OF_DAYS:
            yield Mistake("filter", f"`{one[:60]}`: how far back is asked is set by look_back", "remove it", n)
        elif name not in FILTERS:
            yield Mistake("filter", f"`{one[:60]}` {_NONE}", f"write name:value with {names}", n)
        elif bool(value) == (name == "openAccessPdf"):
            form = "openAccessPdf alone" if value else f"a value, as in {name}:…"
            yield Mistake("filter", f"`{one[:60]}` {_NONE}", f"write {form}", n)
        elif name in seen:
            yield Mistake("filter", f"`{name}` stands there twice", f"write one {name} with commas", n)
        seen.add(name)
