"""Ask who cites some papers: first what OpenAlex calls them, then for the works that cite those.

A poll begins with pages that find papers by their DOIs, ``MOST_ASKED`` at once. Each leads to the list of the works
that cite what it found.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from urllib.parse import quote, urlsplit

from watcher.model import Entry, Reading
from watcher.model.fields import identity
from watcher.model.reading import NamedWork
from watcher.parsers.apis.answers import Values, line_at
from watcher.parsers.apis.cursors import parameter_of, query_of
from watcher.parsers.apis.relations import openalex_in
from watcher.parsers.common import clean
from watcher.parsers.common.dois import of_doi
from watcher.parsers.openalex.keys import SITE

MOST_ASKED = 50
"""Most papers in one question; OpenAlex takes up to 100 values of a filter, and addresses of 4,000 characters."""

NAMED = "id,doi,display_name"
"""The fields to ask for of one's own papers."""

_OF_ARXIV = "10.48550/arxiv."
_SIGNS = frozenset(',|" ')
"""Signs that part the values of a filter, or the words of a rule; a DOI that has one cannot be asked for."""

LONGEST = 3_500
"""Most bytes of the ids in one question."""


def doi_of_key(key: str) -> str | None:
    """Return the DOI by which a paper with this key (``arxiv:…``, ``doi:…``) is asked for, None if it cannot be."""
    scheme, _, id = key.partition(":")
    if scheme not in ("arxiv", "doi") or _SIGNS & set(id) or identity("cites", scheme, id) is None:
        return None
    return (_OF_ARXIV + id if scheme == "arxiv" else id).lower()


def questions(keys: Sequence[str], api_key: str | None) -> Iterator[str]:
    """Yield the addresses that ask what OpenAlex calls papers."""
    for some in _together(list(dict.fromkeys(filter(None, map(doi_of_key, keys))))):
        asked = {"filter": "doi:" + "|".join(some), "per_page": "100", "select": NAMED}
        yield f"{SITE}works?{query_of(asked, ('api_key', api_key))}"


def _together(dois: Sequence[str]) -> Iterator[list[str]]:
    """Yield DOIs in lists of ``MOST_ASKED`` and of ``LONGEST`` bytes at most."""
    some, size = list[str](), 0
    for doi in dois:
        more = len(quote(doi)) + 1
        if some and (len(some) == MOST_ASKED or size + more > LONGEST):
            yield some
            some, size = [], 0
        some.append(doi)
        size += more
    if some:
        yield some


def asked_dois(url: str) -> list[str]:
    """Return the DOIs that an address asks for, [] for other addresses."""
    name, _, values = parameter_of(url, "filter").partition(":")
    return values.split("|") if name == "doi" and parameter_of(url, "select") == NAMED else []


def asked_works(url: str) -> list[str]:
    """Return the ids of the works whose citations an address asks for."""
    found = [one.partition(":") for one in parameter_of(url, "filter").split(",")]
    return [work for name, _, values in found if name == "cites" for work in values.split("|")]


def read_named(works: Sequence[Values], url: str, listed: dict[str, str]) -> Reading:
    """Read what OpenAlex calls the papers of a question; the next page is the list of what cites them.

    ``listed``: parameters of that list.
    """
    found: dict[str, tuple[str, str]] = {}
    for work in works:
        id, doi = openalex_in(work.get("id")), clean.doi(work.get("doi"))
        if id and doi:
            found.setdefault(doi.lower(), (id, line_at(work, "display_name") or ""))
    named = tuple(_named(doi, found) for doi in asked_dois(url))
    ids = list(dict.fromkeys(work.removeprefix("openalex:").upper() for _, work, _ in named if work))
    unknown = [key for key, work, _ in named if not work]
    remarks = [f"{len(named) - len(unknown):,} of {len(named):,} papers are known to OpenAlex"]
    if unknown:
        remarks.append(f"not known there, so nobody is found who cites them: {', '.join(unknown)}")
    following = f"{SITE}works?{_query(ids, listed, url)}" if ids else None
    return Reading(entries=(), next=following, records=0, works=named, remarks=tuple(remarks))


def _named(doi: str, found: dict[str, tuple[str, str]]) -> NamedWork:
    id, title = found.get(doi.lower(), ("", ""))
    return of_doi(doi).keys[0], f"openalex:{id}".lower() if id else "", title


def _query(ids: Sequence[str], listed: dict[str, str], url: str) -> str:
    """Return the query of the list of citing works, with the key that stands in the question."""
    key = next((pair for pair in urlsplit(url).query.split("&") if pair.startswith("api_key=")), "")
    query = query_of({"filter": "cites:" + "|".join(ids), **listed})
    return f"{query}&{key}" if key else query


def with_cited(entry: Entry, cited: Sequence[str], asked: Sequence[str]) -> Entry:
    """Return an entry with those works that it cites of the works that were asked for.

    ``cited``: what it cites (``openalex:W…``). A work without references that were read cites the only one asked for.
    """
    wanted = {f"openalex:{work}".lower() for work in asked}
    found = [work.lower() for work in cited if work.lower() in wanted]
    if not found and len(wanted) == 1:
        found = sorted(wanted)
    return replace(entry, cited_ids=tuple(found)) if found else entry
