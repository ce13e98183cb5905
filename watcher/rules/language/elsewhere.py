"""Know what other search languages call the fields of a rule."""

from __future__ import annotations

import re
from collections.abc import Collection
from difflib import get_close_matches

from watcher.model.fields import SCHEMES

_ELSEWHERE = {
    "title": "ti tit titles intitle allintitle subject headline name",
    "abstract": "ab abs abstracts description desc",
    "author": "au aut auth authors by from creator inauthor allinauthor",
    "category": "cat cats categories primary primary_category subj",
    "venue": "jr ta so journal journal_ref conference conf booktitle so publication srctitle",
    "note": "co",
    "org": "affil affiliation aff ad inst institution university",
    "keyword": "kw key keywords tag tags label labels mesh mh majr",
    "id": "doi arxiv arxiv_id arxivid pmid url link href",
    "source": "site feed",
    "published": "date year day month before after since until during older_than newer_than older newer submitted "
    "submitteddate lastupdateddate updated pubdate dp dt py pubyear",
    "upvotes": "stars star likes votes points score karma",
}
"""Field, or value that is compared → its names elsewhere, separated by blanks."""

_BOTH = frozenset(
    ["all", "any", "text", "tw", "title/abstract", "body", "content", "tiab", "ts", "topic", "title_abs", "everything"]
)
"""Names elsewhere for title and abstract together, in which a term without a field is looked for."""

_UNTIL = frozenset(["before", "until", "older", "older_than"])


def field_meant(
    field: str, value: str, fields: Collection[str], numbers: Collection[str], days: Collection[str]
) -> str:
    """Return what to write instead of an unknown field.

    ``value``: the text after its colon.
    ``field``: the unknown name before the colon.
    ``fields``, ``numbers``, ``days``: names of all fields, of those with numbers, and of those with days.
    """
    if whose := next((named for named in ("author", "org") if field in SCHEMES[named]), ""):
        return f"write {whose}:{field}:{value}"
    known = next((one for one, names in _ELSEWHERE.items() if field in names.split()), field)
    if known in numbers:
        found = re.search(r"\d+", value)
        return f"a number is compared: write {known}>={found[0] if found else 20}"
    if known in days:
        return f"a day is compared: write {known}{'<' if field in _UNTIL else '>='}{_day(value)}"
    if field in _BOTH:
        return f"write {value} alone: it is looked for in title and abstract"
    if known == "source":
        return "write source: and the name that a source has in the config"
    if known != field:
        return f"write {known}:{value}"
    near = get_close_matches(field, fields, n=1)
    return (
        f"did you mean {near[0]}:?"
        if near
        else f'fields: {", ".join(fields)}; or write "{field}:{value.strip(chr(34))}"'
    )


def _day(value: str) -> str:
    if found := re.search(r"(?<!\d)\d{4}(?:-\d\d-\d\d)?(?!\d)", value):
        return found[0] if "-" in found[0] else f"{found[0]}-01-01"
    return "2026-01-31"


def field_elsewhere(name: str) -> str | None:
    """Return the field that other languages call so, "" if it is title and abstract together, None if none is."""
    if name in _BOTH:
        return ""
    return next((one for one, names in _ELSEWHERE.items() if name in (one, *names.split())), None)
