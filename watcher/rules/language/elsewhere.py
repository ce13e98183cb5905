"""Know what other search languages call the fields of a rule."""

from __future__ import annotations

import re
from collections.abc import Collection
from difflib import get_close_matches

_ELSEWHERE = {
    "title": "ti tit titles intitle allintitle subject headline name",
    "abstract": "ab abs abstracts description desc",
    "author": "au aut auth authors by from creator inauthor allinauthor",
    "category": "cat cats categories primary primary_category subj",
    "venue": "jr journal journal_ref conference conf booktitle so publication srctitle",
    "note": "co",
    "org": "affil affiliation aff ad inst institution university",
    "keyword": "kw key keywords tag tags label labels mesh mh",
    "id": "doi arxiv arxiv_id arxivid pmid url link href",
    "source": "site feed",
    "published": "date year day month before after since until during older_than newer_than older newer submitted "
    "submitteddate lastupdateddate updated pubdate dp dt py pubyear",
    "upvotes": "stars star likes votes points score karma",
}
"""Field, or value that is compared → its names elsewhere, separated by blanks."""

_BOTH = frozenset(["all", "any", "text", "body", "content", "tiab", "ts", "topic", "title_abs", "everything"])
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
    known = next((one for one, names in _ELSEWHERE.items() if field in names.split()), field)
    if known in numbers:
        return f"a number is compared: write {known}>={value if value.isdigit() else 20}"
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
    if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return value
    return f"{value}-01-01" if re.fullmatch(r"\d{4}", value) else "2026-01-31"
