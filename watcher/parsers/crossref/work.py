"""Read one work of Crossref: https://github.com/CrossRef/rest-api-doc/blob/master/api_format.md."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime

from watcher.model import BY_MARK, PUBLISHED, Entry
from watcher.parsers.apis.answers import Values, first_text, kept_names, line_at, object_of, objects_of, text_of
from watcher.parsers.apis.jats import jats_text
from watcher.parsers.apis.relations import (
    AuthorIds,
    PaperRelations,
    author_ids_of,
    claimed_forms,
    orcid_in,
    org_ids_of,
    ror_in,
    several,
)
from watcher.parsers.common import clean
from watcher.parsers.common.dois import of_doi
from watcher.parsers.common.text_values import shown_text
from watcher.parsers.common.venue import venue_named

RETRACTED = "This paper has been retracted, as Crossref says."
NOTICE = "This paper has been retracted by the notice https://doi.org/{doi}."
ENDS = frozenset({"retraction", "withdrawal", "removal"})
"""Types of notices that withdraw a paper. No other does: not corrections, concerns or partial retractions."""

MOST_UPDATES = 200
_ARTICLES = ("is-preprint-of",)
_PREPRINTS = ("has-preprint",)
_VERSIONS = ("is-version-of", "has-version", "is-identical-to", "is-same-as", "is-manuscript-of", "has-manuscript")
_DAYS = ("published-online", "published-print", "published", "posted", "issued")


def entry_of(work: Values) -> Entry | None:
    """Return the entry for a work, None if it has no DOI or no title."""
    doi, title = clean.doi(work.get("DOI")), _title(work)
    if doi is None or not title:
        return None
    ids = of_doi(doi)
    authors, related = authors_of(work), relations_of(work)
    is_preprint = work.get("type") == "posted-content"
    venue = None if is_preprint else venue_named(shown_text(first_text(work, "container-title")))
    published = min(filter(None, (_day(object_of(work, name)) for name in _DAYS)), default=None)
    return Entry(
        title=title,
        keys=ids.keys,
        forms=claimed_forms(related, ids.keys),
        names_forms=True,
        stage=PUBLISHED if venue else None,
        retraction=BY_MARK if related.is_withdrawn else None,
        author_ids=author_ids_of(authors),
        org_ids=org_ids_of(authors),
        arxiv_id=ids.arxiv_id,
        doi=doi,
        abstract=jats_text(text_of(work, "abstract")),
        authors=kept_names([one.name for one in authors]),
        organization=several(_institutions(work)),
        categories=_categories(work),
        venue=venue,
        note=RETRACTED if related.is_withdrawn else None,
        published=datetime(published.year, published.month, published.day, tzinfo=UTC) if published else None,
        listed=_day(object_of(work, "created")),
        url=f"https://doi.org/{doi}",
    )


def ends_of(work: Values) -> Iterator[Entry]:
    """Yield an entry with a note for each paper that a notice retracts, as far as the notice names its DOI."""
    doi = clean.doi(work.get("DOI"))
    for key in relations_of(work).withdraws if doi else ():
        yield Entry(title="", keys=(key,), note=NOTICE.format(doi=doi), retraction=doi, is_follow_up=True)


def authors_of(work: Values) -> tuple[AuthorIds, ...]:
    """Return the authors of a work with their ids, in its order."""
    return tuple(_authors(work))


def _authors(work: Values) -> Iterator[AuthorIds]:
    for one in objects_of(work, "author"):
        parts = (line_at(one, "given"), line_at(one, "family"), line_at(one, "suffix"))
        if name := " ".join(filter(None, parts)) or line_at(one, "name"):
            ids = [place.get("id") for at in objects_of(one, "affiliation") for place in objects_of(at, "id")]
            yield AuthorIds(name=name, orcid=orcid_in(one.get("ORCID")), rors=tuple(filter(None, map(ror_in, ids))))


def relations_of(work: Values) -> PaperRelations:
    """Return how a work is related to others: preprints, article, copies, and papers that it withdraws or corrects."""
    related, doi = object_of(work, "relation"), clean.doi(work.get("DOI"))
    updates = [(clean.doi(one.get("DOI")), _sort(one)) for one in objects_of(work, "update-to")[:MOST_UPDATES]]
    of_others = [(other, sort) for other, sort in updates if other and other != doi]
    ends_itself = [{"type": sort} for other, sort in updates if other == doi and sort in ENDS]
    return PaperRelations(
        preprints=_related(related, _PREPRINTS),
        articles=_related(related, _ARTICLES),
        versions=_related(related, _VERSIONS),
        withdraws=_keys([other for other, sort in of_others if sort in ENDS]),
        corrects=_keys([other for other, sort in of_others if sort not in ENDS]),
        is_withdrawn=_is_ended([*objects_of(work, "updated-by")[:MOST_UPDATES], *ends_itself]),
    )


def _is_ended(updates: Sequence[Values]) -> bool:
    """Return whether these notices withdraw a paper.

    They do not if any reinstates it. A record of Retraction Watch whose type was changed is listed under both types, so
    a record that also has a milder type does not count.
    """
    sorts = defaultdict[str, set[str]](set)
    for n, one in enumerate(updates):
        record = one.get("record-id")
        sorts[f"record {record}" if isinstance(record, str | int) else f"notice {n}"].add(_sort(one))
    if any(sort.startswith("reinstate") for found in sorts.values() for sort in found):
        return False
    return any(found <= ENDS for found in sorts.values())


def _sort(update: Values) -> str:
    return text_of(update, "type").strip().lower().replace("-", "_").replace(" ", "_")


def _related(related: Values, names: Sequence[str]) -> tuple[str, ...]:
    found = (one for name in names for one in objects_of(related, name) if one.get("id-type") in (None, "doi"))
    return _keys([clean.doi(one.get("id")) for one in found])


def _keys(dois: Sequence[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(of_doi(doi).keys[0] for doi in dois if doi))


def _title(work: Values) -> str:
    """Return the title; a subtitle that is not part of it is added after a colon."""
    title = shown_text(first_text(work, "title"), clean.TITLE_CHARS)
    more = shown_text(first_text(work, "subtitle"), clean.TITLE_CHARS)
    if not title or not more or more.lower() in title.lower():
        return title
    return clean.line(f"{title}{' ' if title[-1] in '?!.:' else ': '}{more}")


def _institutions(work: Values) -> list[str]:
    return [
        name
        for one in objects_of(work, "author")
        for at in objects_of(one, "affiliation")
        if (name := line_at(at, "name"))
    ]


def _categories(work: Values) -> tuple[str, ...]:
    """Return a work's type, a preprint's group, the subjects, and a notice's types."""
    subjects = work.get("subject")
    sorts = [_sort(one).replace("_", " ") for one in objects_of(work, "update-to")[:MOST_UPDATES]]
    named = [one for one in subjects if isinstance(one, str)] if isinstance(subjects, list) else []
    return kept_names([line_at(work, "type"), line_at(work, "group-title"), *named, *sorts])


def _day(values: Values) -> date | None:
    """Return the day of a ``date-parts`` object, None if only its month or year is known."""
    parts = values.get("date-parts")
    first = parts[0] if isinstance(parts, list) and parts else None
    if not isinstance(first, list) or len(first) != 3 or not all(isinstance(one, int) for one in first):
        return None
    try:
        return date(*first)
    except (ValueError, OverflowError):
        return None
