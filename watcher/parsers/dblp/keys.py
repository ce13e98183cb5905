"""The config's keys of sources of kind ``dblp``, and the addresses that follow from them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from watcher.model import Source
from watcher.parsers.apis.cursors import parameter_of, query_of, with_defaults
from watcher.parsers.common.links import place_of
from watcher.parsers.parser import KeyForm, Mistake, key, own_keys

SITE = "https://dblp.org/"
AT_ONCE = 1_000
"""Most publications in one answer (dblp.org/faq/How+to+use+the+dblp+search+API)."""

LATE = timedelta(days=183)
"""For how long after its end the publications of a year are asked for."""

EARLY = timedelta(days=61)
"""For how long before its beginning they are: volumes of journals are dated ahead."""

MOST_QUERY = 1_000
MOST_LISTS = 30
"""Most lists of one source; each takes a request or more at every look."""

_PID = re.compile(r"(?:https?://dblp\.(?:org|uni-trier\.de)/pid/)?([\w-]{1,40}/[\w-]{1,80}?)(?:\.\w{1,5})?/?", re.ASCII)
_STREAM = re.compile(
    r"(?:https?://dblp\.(?:org|uni-trier\.de)/(?:db|streams)/)?((?:conf|journals|series|books|repo)/[\w-]{1,60})"
    r"(?:/(?:index(?:\.html)?)?)?",
    re.ASCII,
)
_YEAR = re.compile(r" year:(\d{4}):$")
_OF_STREAM = re.compile(r"stream:streams/([\w/-]+):")
_OPERATOR = re.compile(r"\b(AND|OR|NOT)\b|\"")


@dataclass(frozen=True, slots=True, kw_only=True)
class DblpKeys:
    """Keys of a DBLP source: persons, or streams and words."""

    author: tuple[str, ...] = key("Whose works: ORCIDs or ids of authors.", KeyForm.TEXTS, default=())
    journal: tuple[str, ...] = key("In which journals: ISSNs, or the site's own ids.", KeyForm.TEXTS, default=())
    query: str | None = key("What to search for there.")


def own(source: Source) -> DblpKeys:
    """Return the source's own keys."""
    return own_keys(source, DblpKeys)


def starts(source: Source, today: date) -> tuple[str, ...]:
    """Return the addresses of a poll: the page of each person, or the search of each stream in each year."""
    keys = own(source)
    if source.url:
        is_search = "/search/" in source.url
        return (
            with_defaults(source.url, {"h": str(AT_ONCE), "f": "0", "format": "json"}) if is_search else source.url,
        )
    persons = [f"{SITE}pid/{pid}.xml" for one in keys.author if (pid := pid_in(one))]
    streams = [f"stream:streams/{found}:" for one in keys.journal if (found := stream_in(one))]
    years = sorted({(today - LATE).year, today.year, (today + EARLY).year})
    asked = [] if persons or not (streams or keys.query) else streams or [""]
    searches = [" ".join(filter(None, (keys.query, of, f"year:{year}:"))) for of in asked for year in years]
    return (*persons, *map(_search, searches))


def _search(query: str) -> str:
    asked = {"q": query, "h": str(AT_ONCE), "f": "0", "c": "0", "format": "json"}
    return f"{SITE}search/publ/api?{query_of(asked)}"


def list_of_address(url: str) -> str:
    """Return the name of the list at an address, for people: a stream with its year, a person."""
    asked = parameter_of(url, "q")
    of, year = _OF_STREAM.search(asked), _YEAR.search(asked)
    place = place_of(url)
    person = _PID.fullmatch(place.path.partition("/pid/")[2]) if place else None
    return " ".join(found[1] for found in (of, year, person) if found)


def pid_in(text: str) -> str | None:
    """Return the id of a person at DBLP (``65/9612``) in a text, alone or as the address of the person's page."""
    found = _PID.fullmatch(text.strip())
    return found[1] if found else None


def stream_in(text: str) -> str | None:
    """Return the id of a stream (``conf/icail``, ``journals/tacl``) in a text, alone or as the address of its page."""
    found = _STREAM.fullmatch(text.strip())
    return found[1] if found else None


def mistakes(source: Source) -> Iterator[Mistake]:
    """Yield the mistakes in the config of a source."""
    keys = own(source)
    asked = [name for name in ("author", "journal", "query") if getattr(keys, name)]
    if source.url:
        for name in asked:
            yield Mistake(name, f"`url` already says what is asked for: `{name}` is not read", "remove one of them")
        return
    if not asked:
        yield Mistake("journal", "a dblp source needs something to ask for", "write author, journal or query")
    for name in asked[1:] if keys.author else ():
        yield Mistake(name, f"beside `author` it is not read: `{name}`", "make two sources")
    for n, one in enumerate(keys.author):
        if pid_in(one) is None:
            hint = "write what stands behind dblp.org/pid/ on the person's page: author: [65/9612]"
            yield Mistake("author", f"`{one[:60]}` is no person's id at DBLP", hint, n)
    for n, one in enumerate(keys.journal):
        if stream_in(one) is None:
            hint = "write what stands behind dblp.org/db/ on its page: journal: [conf/icail, journals/tacl]"
            yield Mistake("journal", f"`{one[:60]}` is no stream of DBLP", hint, n)
    yield from _of_query(keys.query or "")
    if len(starts(source, date(2026, 1, 1))) > MOST_LISTS:
        longest = "author" if keys.author else "journal"
        yield Mistake(longest, f"this asks for more than {MOST_LISTS} lists at every look", "make several sources")


def _of_query(query: str) -> Iterator[Mistake]:
    if found := _OPERATOR.search(query):
        hint = "write words with blanks for and, | for or, a hyphen between neighbours, word$ for the whole word"
        what = f"`{found[1]}` is a word to it" if found[1] else "DBLP finds no phrases"
        yield Mistake("query", what, hint)
    if len(query) > MOST_QUERY:
        yield Mistake("query", "this is too long for the address of a search", "make several sources")
