"""Make the addresses of lists of works at OpenAlex, and check what the config asks for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta

from watcher.model import Source
from watcher.parsers.apis.cursors import query_of, with_defaults
from watcher.parsers.apis.issn import issn_in, what_is_wrong
from watcher.parsers.apis.relations import openalex_in, orcid_in, ror_in
from watcher.parsers.openalex.citing import questions
from watcher.parsers.openalex.keys import SITE, OpenAlexKeys, own
from watcher.parsers.parser import Mistake

WAYS = ("published", "created")
PER_PAGE = 100
"""Most works in one answer, and most values of one filter."""

LONGEST = 4_000
"""Most bytes of an address; OpenAlex refuses longer ones."""

FIELDS = (
    "id doi display_name type publication_date created_date authorships abstract_inverted_index primary_location "
    "locations primary_topic topics keywords is_retracted referenced_works"
)
"""The fields of works to ask for; others are not sent."""

LAG = timedelta(days=31)
"""Longest time from a work's day of publication until it is listed. That day is the 1st if only the month is known."""

NEWEST_FIRST = "publication_date:desc"
LISTED = {"sort": NEWEST_FIRST, "per_page": str(PER_PAGE), "select": FIELDS.replace(" ", ","), "cursor": "*"}
"""Parameters of every list."""

_PAID = ("from_created_date", "to_created_date", "from_updated_date", "to_updated_date")
_FILTER = re.compile(r"!?[a-z][a-z_.]{1,80}:[^,]+(?:,[a-z][a-z_.]{1,80}:[^,]+)*", re.IGNORECASE)
_SINCE = re.compile(r"(from_(?:created|publication)_date:)\d{4}-\d\d-\d\d")


def starts(source: Source, today: date) -> tuple[str, ...]:
    """Return the address of the list of works that were published, or came to OpenAlex, within the look-back."""
    if source.url:
        return (with_defaults(source.url, {"sort": NEWEST_FIRST, "per_page": str(PER_PAGE), "cursor": "*"}),)
    if cites := own(source).cites:
        return tuple(questions(cites, own(source).api_key))
    return (_list(own(source), _begin(source, today)),)


def missed(source: Source, since: datetime, now: datetime) -> tuple[str, ...]:
    """Return the address for works from ``since`` to now; nothing if the list of ``starts`` goes back so far."""
    day = since.date() - _lateness(source)
    return () if source.url or own(source).cites or day >= _begin(source, now.date()) else (_list(own(source), day),)


def _begin(source: Source, today: date) -> date:
    """Return the first day to ask for: the look-back, and before it the time by which works are listed late."""
    return today - timedelta(days=source.look_back) - _lateness(source)


def _lateness(source: Source) -> timedelta:
    return timedelta(days=1) if own(source).by == "created" else LAG


def known_as(source: Source, url: str) -> str:
    """Return the address of a list without the day in it, which is another at every poll."""
    return _SINCE.sub(r"\1", url)


def _list(keys: OpenAlexKeys, begin: date) -> str:
    asked = [name + ":" + "|".join(values) for name, values in _filters(keys)]
    since = f"from_{'created' if keys.by == 'created' else 'publication'}_date:{begin}"
    parameters = {"filter": ",".join([*asked, *keys.filter, since]), "search": keys.query or "", **LISTED}
    return f"{SITE}works?{query_of(parameters, ('api_key', keys.api_key))}"


def _filters(keys: OpenAlexKeys) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield (filter, values) for the ids in the config, without texts that are not ids."""
    for _, values, forms in _ids(keys):
        for _, name, form in forms:
            if found := [one for value in values if (one := form(value))]:
                yield name, found


_Form = tuple[str, str, Callable[[str], str | None]]


def _of(letter: str) -> Callable[[str], str | None]:
    return lambda text: found if (found := openalex_in(text)) and found.startswith(letter) else None


_AUTHOR: tuple[_Form, ...] = (
    ("an ORCID", "authorships.author.orcid", orcid_in),
    ("an id such as A5012345678", "authorships.author.id", _of("A")),
)
_INSTITUTION: tuple[_Form, ...] = (
    ("a ROR id", "authorships.institutions.ror", ror_in),
    ("an id such as I12345678", "authorships.institutions.lineage", _of("I")),
)
_JOURNAL: tuple[_Form, ...] = (
    ("an ISSN", "primary_location.source.issn", issn_in),
    ("an id such as S12345678", "primary_location.source.id", _of("S")),
)
_TOPIC: tuple[_Form, ...] = (
    ("an id of a topic such as T10028", "topics.id", _of("T")),
    ("an id of a concept such as C12345678", "concepts.id", _of("C")),
)


def _ids(keys: OpenAlexKeys) -> Iterator[tuple[str, Sequence[str], tuple[_Form, ...]]]:
    yield "author", keys.author, _AUTHOR
    yield "institution", keys.institution, _INSTITUTION
    yield "journal", keys.journal, _JOURNAL
    yield "topic", keys.topic, _TOPIC


def mistakes(source: Source) -> Iterator[Mistake]:
    """Yield the mistakes in the config of a source."""
    keys = own(source)
    asked = [name for name in _ASKED if getattr(keys, name)]
    if source.url:
        for name in asked:
            yield Mistake(name, f"`url` already says what is asked for: `{name}` is not read", "remove one of them")
        if keys.api_key:
            yield Mistake("api_key", "beside `url` it is not read", "write &api_key=${NAME} in the url, or remove it")
        return
    if keys.cites:
        yield from _of_cites(keys, [name for name in (*asked, "by") if name != "cites" and getattr(keys, name)])
        return
    if not asked:
        yield Mistake(
            "author", "an openalex source needs something to ask for", "write author, journal, topic, query …"
        )
    if keys.by not in (None, *WAYS):
        yield Mistake("by", f"OpenAlex is not read by `{keys.by}`", f"write {' or '.join(WAYS)}")
    yield from _of_ids(keys)
    yield from _of_filters(keys)
    if keys.by == "created" and not keys.api_key:
        yield Mistake(
            "by", "what was created is told to keys of a paid plan alone", "add api_key, or write by: published"
        )
    if len(starts(source, date(2026, 1, 1))[0]) > LONGEST:
        longest = max(asked, key=lambda name: len(str(getattr(keys, name))))
        yield Mistake(
            longest, f"the address is longer than the {LONGEST} characters that OpenAlex reads", "make two sources"
        )


_ASKED = ("author", "institution", "journal", "topic", "filter", "query", "cites")


def _of_cites(keys: OpenAlexKeys, others: Sequence[str]) -> Iterator[Mistake]:
    for name in others:
        yield Mistake(name, f"beside `cites` it is not read: `{name}`", "make two sources")


def _of_ids(keys: OpenAlexKeys) -> Iterator[Mistake]:
    for key, values, forms in _ids(keys):
        either = " or ".join(says for says, _, _ in forms)
        kinds = {name for value in values for _, name, form in forms if form(value)}
        for n, value in enumerate(values):
            if not any(form(value) for _, _, form in forms):
                what = what_is_wrong(value) if key == "journal" and value[:1].isdigit() else f"is not {either}"
                yield Mistake(key, f"`{value[:60]}` {what}", f"write {either}", n)
        if len(kinds) > 1:
            yield Mistake(key, "ids of two sorts are asked for together: only works with both would be found", _SORTS)
        if len(values) > PER_PAGE:
            yield Mistake(key, f"OpenAlex takes {PER_PAGE} of them at once", "make two sources")


_SORTS = "write all in one sort, or make two sources"


def _of_filters(keys: OpenAlexKeys) -> Iterator[Mistake]:
    for n, one in enumerate(keys.filter):
        if not _FILTER.fullmatch(one):
            yield Mistake("filter", f"`{one[:60]}` is no filter", "write name:value, as in type:article", n)
        elif not keys.api_key and one.lower().startswith(_PAID):
            yield Mistake(
                "filter", f"`{one[:60]}` is answered to keys of a paid plan alone", "add api_key, or remove it", n
            )
