"""Read one publication of DBLP, from an answer of its search or from a person's record (dblp.org/xml/dblp.dtd)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from watcher.model import PUBLISHED, Entry
from watcher.model.fields import kept_id
from watcher.parsers.apis.answers import Values, kept_names, line_at, object_of, text_of
from watcher.parsers.common import clean
from watcher.parsers.common.dates import day_of
from watcher.parsers.common.dois import PaperIds, of_doi
from watcher.parsers.common.links import ids_of_name
from watcher.parsers.common.text_values import shown_text
from watcher.parsers.common.venue import venue_named
from watcher.parsers.feed.xml import XmlElement

PAGE = "https://dblp.org/rec/"
WITHDRAWN = "This paper has been withdrawn, as DBLP says."

PREPRINTS = "Informal and Other Publications"
ENDED = "Withdrawn Items"
NO_PAPERS = frozenset({"Editorship", "proceedings", "www", "person"})
"""Types of records that are no papers: volumes, and pages of people."""

_TYPES = {
    "article": "Journal Articles",
    "inproceedings": "Conference and Workshop Papers",
    "incollection": "Parts in Books or Collections",
    "book": "Books and Theses",
    "phdthesis": "Books and Theses",
    "mastersthesis": "Books and Theses",
    "data": "Data and Artifacts",
}
"""Element of a person's record → the type that the search has for it."""

_KEY = re.compile(r"[a-z]{1,20}(?:/[\w.+:-]{1,100}){1,4}", re.ASCII)
_NUMBER_BEHIND = re.compile(r" \d{4}$")
"""Matches the number that parts people of one name."""

_ARXIV = re.compile(r"abs/(\S+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """A publication as one of DBLP's forms has it.

    ``key``: its name there, such as ``conf/icail/AmbergB26``; "" if it is none.
    ``sort``: its type. ``links``: of its electronic editions, the best first.
    ``orcids``: (name, ORCID) of those authors who have one.
    ``changed``: day of the last change of its record, None if it is not told. ``year``: of its publication.
    """

    key: str
    title: str
    sort: str
    authors: tuple[str, ...]
    links: tuple[str, ...]
    venue: str
    volume: str
    doi: str | None = None
    orcids: tuple[tuple[str, str], ...] = ()
    changed: date | None = None
    year: int | None = None


def of_search(info: Values) -> Publication:
    """Return the publication in a hit of the search."""
    given = object_of(info, "authors").get("author")
    authors = [one for one in (given if isinstance(given, list) else [given]) if isinstance(one, dict | str)]
    return Publication(
        key=_key(text_of(info, "key")),
        title=_title(text_of(info, "title")),
        sort=line_at(info, "type"),
        authors=_people(one if isinstance(one, str) else text_of(one, "text") for one in authors[: clean.LONGEST_LIST]),
        links=tuple(_texts(info.get("ee"))),
        venue=next(iter(_texts(info.get("venue"))), ""),
        volume=text_of(info, "volume"),
        doi=clean.doi(info.get("doi")),
    )


def of_person(node: XmlElement) -> Publication:
    """Return the publication in a record of a person: an ``article``, ``inproceedings`` … with its attributes."""
    authors = node.all("author")
    names = _people(one.text() for one in authors)
    publtype, year = node.attributes.get("publtype", "").split(), node.text("year")
    sort = _TYPES.get(node.name, node.name)
    sort = ENDED if "withdrawn" in publtype else PREPRINTS if "informal" in publtype else sort
    orcids = [(_without_number(one.text()), one.attributes.get("orcid", "")) for one in authors]
    return Publication(
        key=_key(node.attributes.get("key", "")),
        title=_title(next((child.markup() for child in node.all("title")), "")),
        sort=sort,
        authors=names,
        links=tuple(child.text().strip() for child in node.all("ee")),
        venue=node.text("journal") or node.text("booktitle"),
        volume=node.text("volume"),
        orcids=tuple((name, orcid) for name, orcid in orcids if orcid),
        changed=day_of(node.attributes.get("mdate", "")),
        year=int(year) if re.fullmatch(r"[12]\d{3}", year) else None,
    )


def entry_of(one: Publication) -> Entry | None:
    """Return the entry for a publication, None if it has no key or no title, or is no paper.

    A record that was changed long after its year says something of a paper that is known, and shows no new one.
    """
    if not one.key or not one.title or one.sort in NO_PAPERS:
        return None
    ids = _ids(one)
    is_over, is_preprint = one.sort == ENDED, one.sort == PREPRINTS or one.venue == "CoRR"
    venue = None if is_preprint else venue_named(one.venue)
    is_old = one.changed is not None and one.year is not None and one.year < one.changed.year - 1
    link = next(filter(None, map(clean.url, one.links)), None)
    return Entry(
        title=one.title,
        keys=tuple(dict.fromkeys([*ids.keys, f"url:{PAGE}{one.key}"])),
        stage=PUBLISHED if venue and not is_over else None,
        arxiv_id=ids.arxiv_id,
        doi=ids.doi,
        authors=one.authors,
        author_ids=tuple(kept for name, orcid in one.orcids for kept in kept_id("author", "orcid", orcid, name)),
        categories=kept_names([one.sort.lower()]),
        venue=venue,
        note=WITHDRAWN if is_over else None,
        listed=one.changed,
        url=f"https://doi.org/{ids.doi}" if ids.doi else link or f"{PAGE}{one.key}",
        is_follow_up=is_old,
    )


def _ids(one: Publication) -> PaperIds:
    """Return the DOI or arXiv id of a publication: its own, else the first in its links."""
    if one.doi:
        return of_doi(one.doi)
    found = (ids_of_name(link) for link in one.links)
    named = next((ids for ids in found if ids.doi or ids.arxiv_id or _is_forum(ids.keys)), None)
    number = _ARXIV.fullmatch(one.volume) if one.venue == "CoRR" else None
    arxiv = clean.arxiv_id(number[1]) if number else None
    if named is None and arxiv:
        return PaperIds((f"arxiv:{arxiv[0]}",), arxiv_id=arxiv[0])
    return named or PaperIds(())


def _is_forum(keys: Sequence[str]) -> bool:
    """Return whether a link leads to the page of one paper at OpenReview. Other links may lead to a whole volume."""
    return any(key.startswith("url:https://openreview.net/forum?") for key in keys)


def _key(text: str) -> str:
    return text if len(text) <= clean.NAME_CHARS and _KEY.fullmatch(text) else ""


def _title(markup: str) -> str:
    title = shown_text(markup, clean.TITLE_CHARS)
    return title[:-1].rstrip() if title.endswith(".") and not title.endswith("..") else title


def _people(names: Iterable[str]) -> tuple[str, ...]:
    return kept_names([_without_number(name) for name in names])


def _without_number(name: str) -> str:
    return _NUMBER_BEHIND.sub("", name.strip())


def _texts(value: object) -> Sequence[str]:
    found = value if isinstance(value, list) else [value]
    return [one.strip() for one in found[: clean.LONGEST_LIST] if isinstance(one, str) and one.strip()]
