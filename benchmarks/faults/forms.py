"""What the answers of each API look like: its works, its pages, its cursors. The works are invented."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tests.parsers import anthology, dblp, literature, openreview, scholar

Work = dict[str, Any]


@dataclass(frozen=True)
class ApiForm:
    """How an API answers.

    ``site``: the beginning of its addresses.
    ``work``: returns the work with a number that came on a day. ``doi``: returns its DOI, or its id there.
    ``page``: returns the body of a page, given its works, their number in all, the cursor of the next page, and whether
        there is one.
    ``cursor``: the parameter that has it. ``is_one``: all pages of a list have the same one. ``is_place``: it is the
        place of a page's first work.
    ``is_whole``: all works stand on one page.
    ``is_undated``: its works bear no day, and a list is always whole.
    ``missing``: the field that is called otherwise by a fault.
    ``error``: an error with status 200.
    ``asks``: what a source asks for. ``lists``: what it asks for that is no search, if there is such a thing.
    """

    site: str
    work: Callable[[int, date], Work]
    doi: Callable[[Work], object]
    page: Callable[[Sequence[Work], int, str, bool], bytes]
    missing: str
    error: Mapping[str, Any]
    cursor: str = "cursor"
    is_one: bool = False
    is_place: bool = False
    is_whole: bool = False
    is_undated: bool = False
    asks: Mapping[str, Any] = field(default_factory=lambda: {"query": "kelp reef"})
    lists: Mapping[str, Any] = field(default_factory=dict)


def _collection(shown: Sequence[Work]) -> bytes:
    """Return a collection of the ACL Anthology with a volume for each day."""
    days: dict[date, list[str]] = {}
    for work in shown:
        paper = anthology.paper(work["number"]) if "number" in work else '<paper id="x"><title>Tides</title></paper>'
        days.setdefault(work["day"], []).append(paper)
    return anthology.collection([anthology.volume(some, f"v{day:%j}", f"{day}") for day, some in days.items()])


FORMS: Mapping[str, ApiForm] = {
    "openalex": ApiForm(
        site="https://api.openalex.org",
        work=lambda number, day: literature.work(number, day, created_date=day.isoformat()),
        doi=lambda work: work["doi"],
        page=lambda shown, total, cursor, _: literature.openalex(shown, total=total, cursor=cursor if shown else None),
        missing="authorships",
        error={"error": "Search is down", "message": "The search cluster is away, come back later"},
        lists={"journal": ("1234-5679",)},
    ),
    "crossref": ApiForm(
        site="https://api.crossref.org",
        work=lambda number, day: literature.registered(number, day=day),
        doi=lambda work: work["DOI"],
        page=lambda shown, total, cursor, _: literature.crossref(shown, total=total, cursor=cursor),
        missing="DOI",
        error={"status": "error", "message-type": "exception", "message": {"message": "The index is away"}},
        is_one=True,
        lists={"journal": ("1234-5679",)},
    ),
    "semanticscholar": ApiForm(
        site="https://api.semanticscholar.org",
        work=scholar.paper,
        doi=lambda work: work["externalIds"]["DOI"],
        page=lambda shown, total, token, is_more: scholar.papers(shown, total, token if is_more else None),
        missing="authors",
        error={"message": "The search is away", "code": "500"},
        cursor="token",
    ),
    "dblp": ApiForm(
        site="https://dblp.org",
        work=dblp.hit,
        doi=lambda work: work["info"]["doi"],
        page=lambda shown, total, *_: dblp.hits(shown, total),
        missing="info",
        error={"result": {"status": {"@code": "503", "text": "The search is away"}}},
        cursor="f",
        is_place=True,
        is_undated=True,
    ),
    "openreview": ApiForm(
        site="https://api2.openreview.net",
        work=openreview.note,
        doi=lambda work: f"forum?id={work['forum']}",
        page=lambda shown, total, *_: openreview.notes(shown, total),
        missing="content",
        error={"name": "SearchError", "message": "The search is away"},
        cursor="offset",
        is_place=True,
    ),
    "aclanthology": ApiForm(
        site="https://raw.githubusercontent.com",
        work=lambda number, day: {"number": number, "day": day},
        doi=lambda work: f"2026.tides-long.{work['number']}",
        page=lambda shown, *_: _collection(shown),
        missing="number",
        error={"message": "The files are away"},
        is_whole=True,
        asks={"journal": ("2026.tides",)},
    ),
}
"""Kind of source → its API."""

SITES = {kind: form.site for kind, form in FORMS.items()}
"""Kind of source → the beginning of the addresses of its API."""
