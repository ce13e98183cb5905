"""One paper as Hugging Face's JSON has it, embedded in a page or from the API."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from watcher.model import Entry
from watcher.parsers.common import clean
from watcher.parsers.common.dates import day_of

SITE = "https://huggingface.co"

_ID = re.compile(r"[\w.-]+(?:/[\w.-]+)?", re.ASCII)
_NOTHING: Mapping[str, Any] = {}


def entries_of(values: object, day: date | None = None) -> tuple[Entry, ...] | str:
    """The papers of a list in its order, or what is wrong with it; of a paper listed twice, its first place.

    With a ``day`` all are listed on that one, whatever they say themselves.

    Nothing is left out in silence: one entry without an id or a title makes the whole list unreadable.
    """
    if not isinstance(values, list):
        return "no list of papers"
    if len(values) > clean.MOST_ENTRIES:
        return f"a list of {len(values):,} papers; more than {clean.MOST_ENTRIES:,} are not read"
    found: dict[str, Entry] = {}
    for rank, value in enumerate(values, start=1):
        entry = entry_of(value, rank, day)
        if entry is None:
            return f"no id and title in entry {rank} of {len(values)}"
        found.setdefault(entry.keys[0], entry)
    return tuple(found.values())


def entry_of(value: object, rank: int | None = None, day: date | None = None) -> Entry | None:
    """Read one paper with all of its facts in the JSON; None without an id or a title.

    ``listed`` is the day on which it was submitted to the daily papers, where the JSON says so (since 2025). The
    entry's own ``publishedAt`` is when it was submitted, the paper's when it was published.
    """
    outer = _mapping(value)
    paper = _mapping(outer.get("paper"))
    number = paper.get("id")
    title = clean.line(paper.get("title")) or clean.line(outer.get("title"))
    if not isinstance(number, str) or not is_id(number) or not title:
        return None
    return identified(
        number,
        clean.doi(paper.get("doi")),
        title=title,
        abstract=clean.abstract(paper.get("summary")) or clean.abstract(outer.get("summary")),
        authors=_authors(paper.get("authors")),
        organization=_organization(paper) or _organization(outer),
        published=clean.instant(paper.get("publishedAt")),
        listed=day or day_of(paper.get("submittedOnDailyAt")),
        rank=rank,
        upvotes=clean.number(paper.get("upvotes")),
        comments=clean.number(outer.get("numComments")),
        submitter=_submitter(outer.get("submittedBy")) or _submitter(paper.get("submittedOnDailyBy")),
        summary=clean.abstract(paper.get("ai_summary")) or None,
        keywords=clean.names(paper.get("ai_keywords")),
        code_url=clean.url(paper.get("githubRepo")),
        project_url=clean.url(paper.get("projectPage")),
        thumbnail=clean.url(outer.get("thumbnail")),
    )


def identified(number: str, doi: str | None = None, *, title: str, **more: Any) -> Entry:
    """Make an entry of a paper's id on the site, known as arXiv's if it is an arXiv id; ``more`` are its fields.

    A paper that lives on the site alone has its address as its key.
    """
    arxiv = clean.arxiv_id(number)
    own, version = arxiv or (number, None)
    url = f"{SITE}/papers/{own}"
    first = f"arxiv:{own}" if arxiv else f"url:{url}"
    keys = (first, f"doi:{doi}") if doi else (first,)
    own_id = own if arxiv else None
    return Entry(title=title, keys=keys, url=url, arxiv_id=own_id, version=version, doi=doi, **more)


def is_id(number: str) -> bool:
    """Whether it can be a paper's id: the last part of the address of its page."""
    return len(number) <= clean.NAME_CHARS and _ID.fullmatch(number) is not None


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else _NOTHING


def _authors(values: object) -> tuple[str, ...]:
    """Their names, also of those whom the site hides from the card."""
    people = values if isinstance(values, list) else []
    return clean.names([_mapping(person).get("name") for person in people[: clean.LONGEST_LIST]])


def _organization(holder: Mapping[str, Any]) -> str | None:
    organization = _mapping(holder.get("organization"))
    return _first(organization, "fullname", "name")


def _submitter(value: object) -> str | None:
    return _first(_mapping(value), "name", "user", "fullname")


def _first(holder: Mapping[str, Any], *keys: str) -> str | None:
    return next((text for key in keys if (text := clean.line(holder.get(key), clean.NAME_CHARS))), None)
