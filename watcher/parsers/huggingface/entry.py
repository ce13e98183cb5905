"""Read a paper from Hugging Face's JSON, in pages and in answers of the API."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from watcher.model import ARTICLE, PUBLISHED, Entry
from watcher.model.fields import kept_id
from watcher.parsers.common import clean
from watcher.parsers.common.dates import day_of
from watcher.parsers.common.links import forms_named

SITE = "https://huggingface.co"

_ID = re.compile(r"[\w.-]+(?:/[\w.-]+)?", re.ASCII)
_NOTHING: Mapping[str, Any] = {}


def entries_of(values: object, day: date | None = None) -> tuple[Entry, ...] | str:
    """Return the papers of the list ``values``, or what is wrong with it. A paper listed twice has its first place."""
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
    """Return one paper with all its facts, None if it has no id or no title.

    ``listed`` is the day on which it was submitted to the daily papers, if the JSON says so (since 2025). An entry's
    own ``publishedAt`` is the time of submission, that of its paper the time of publication.
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
        author_ids=_author_ids(paper.get("authors")),
        organization=_organization(paper) or _organization(outer),
        org_ids=_org_ids(paper) or _org_ids(outer),
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
    """Return an entry for the paper with the id ``number`` on the site. An arXiv id is its key, else its address is.

    ``more``: fields of the entry.
    ``doi``: of the article that it became, None if not known.
    """
    arxiv = clean.arxiv_id(number)
    own, version = arxiv or (number, None)
    url = f"{SITE}/papers/{own}"
    first = f"arxiv:{own}" if arxiv else f"url:{url}"
    own_id = own if arxiv else None
    forms = forms_named(doi, ARTICLE, beside=(first,))
    return Entry(
        title=title,
        keys=(first,),
        url=url,
        arxiv_id=own_id,
        version=version,
        forms=forms,
        doi=doi,
        stage=PUBLISHED if forms else None,
        **more,
    )


def is_id(number: str) -> bool:
    """Return whether a text can be the id of a paper on the site, the last part of its page's address."""
    return len(number) <= clean.NAME_CHARS and _ID.fullmatch(number) is not None


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else _NOTHING


def _authors(values: object) -> tuple[str, ...]:
    """Return the names of authors, even of those whom the card hides."""
    people = values if isinstance(values, list) else []
    return clean.names([_mapping(person).get("name") for person in people[: clean.LONGEST_LIST]])


def _author_ids(values: object) -> tuple[str, ...]:
    """Their names on the site, of those who claimed the paper as theirs."""
    people = values if isinstance(values, list) else []
    claimed = [(user, person) for person in map(_mapping, people[: clean.LONGEST_LIST]) if (user := person.get("user"))]
    return tuple(
        id for user, person in claimed for id in kept_id("author", "hf", _mapping(user).get("user"), _name(person))
    )


def _org_ids(holder: Mapping[str, Any]) -> tuple[str, ...]:
    own = _mapping(holder.get("organization")).get("name")
    return kept_id("org", "hf", own, _organization(holder) or "") if own else ()


def _name(person: Mapping[str, Any]) -> str:
    return clean.line(person.get("name"), clean.NAME_CHARS)


def _organization(holder: Mapping[str, Any]) -> str | None:
    return _first(_mapping(holder.get("organization")), "fullname", "name")


def _submitter(value: object) -> str | None:
    return _first(_mapping(value), "name", "user", "fullname")


def _first(holder: Mapping[str, Any], *keys: str) -> str | None:
    for key in keys if holder else ():
        if text := clean.line(holder.get(key), clean.NAME_CHARS):
            return text
    return None
