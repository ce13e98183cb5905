"""Read one work of OpenAlex: https://help.openalex.org/data/works/attributes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from watcher.model import BY_MARK, PUBLISHED, Entry
from watcher.parsers.apis.answers import Values, kept_names, line_at, object_of, objects_of, text_of
from watcher.parsers.apis.relations import (
    AuthorIds,
    PaperRelations,
    author_ids_of,
    claimed_forms,
    openalex_in,
    orcid_in,
    org_ids_of,
    ror_in,
    several,
)
from watcher.parsers.common import clean
from watcher.parsers.common.dates import day_of
from watcher.parsers.common.dois import of_doi
from watcher.parsers.common.links import ids_of_link
from watcher.parsers.common.text_values import shown_text
from watcher.parsers.common.venue import venue_named

RETRACTED = "This paper has been retracted, as OpenAlex says."
MOST_WORDS = 20_000
LAST_PLACE = 100_000
"""Greatest position of a word in an abstract; words at greater ones are left out."""

LEAST_SCORE = 0.4
"""Least score of a concept that a work is about. Concepts above it in the tree come along with lower scores."""

_NO_VENUE = ("repository", "metadata", "other")


def entry_of(work: Values) -> Entry | None:
    """Return the entry for a work, None if it has no id or no title."""
    own, title = (
        text_of(work, "id"),
        shown_text(text_of(work, "display_name") or text_of(work, "title"), clean.TITLE_CHARS),
    )
    if openalex_in(own) is None or not title:
        return None
    doi = clean.doi(work.get("doi"))
    ids = of_doi(doi) if doi else None
    published = day_of(work.get("publication_date"))
    authors, venue, related = authors_of(work), _venue(work), relations_of(work)
    keys = (*(ids.keys if ids else ()), f"url:https://openalex.org/{openalex_in(own)}")
    is_article = venue is not None and text_of(work, "type") != "preprint"
    return Entry(
        title=title,
        keys=keys,
        forms=claimed_forms(related, keys),
        names_forms="locations" in work,
        stage=PUBLISHED if is_article else None,
        retraction=BY_MARK if related.is_withdrawn else None,
        author_ids=author_ids_of(authors),
        org_ids=org_ids_of(authors),
        arxiv_id=ids.arxiv_id if ids else None,
        doi=doi,
        abstract=abstract_of(work),
        authors=kept_names([one.name for one in authors]),
        organization=several(_institutions(work)),
        keywords=_keywords(work),
        categories=_categories(work),
        venue=venue,
        note=RETRACTED if related.is_withdrawn else None,
        published=datetime(published.year, published.month, published.day, tzinfo=UTC) if published else None,
        listed=day_of(text_of(work, "created_date")[:10]),
        url=f"https://doi.org/{doi}" if doi else _page(work) or own,
    )


def authors_of(work: Values) -> tuple[AuthorIds, ...]:
    """Return the authors of a work with their ids, in its order."""
    return tuple(_authors(work))


def _authors(work: Values) -> Iterator[AuthorIds]:
    for one in objects_of(work, "authorships"):
        author = object_of(one, "author")
        if name := line_at(author, "display_name") or line_at(one, "raw_author_name"):
            rors = (ror_in(place.get("ror")) for place in objects_of(one, "institutions"))
            yield AuthorIds(
                name=name,
                orcid=orcid_in(author.get("orcid")) or orcid_in(one.get("raw_orcid")),
                openalex=openalex_in(author.get("id")),
                rors=tuple(filter(None, rors)),
            )


def relations_of(work: Values) -> PaperRelations:
    """Return what a work says of its copies elsewhere, of its retraction, and of what it cites.

    OpenAlex has a single work for a preprint and its article. Copies with another DOI or an arXiv id are its
    ``versions``; those of an article that are submitted manuscripts are its ``preprints``, too.
    """
    doi = clean.doi(work.get("doi"))
    own = set(of_doi(doi).keys if doi else ())
    copies = [(key, text_of(place, "version")) for place in objects_of(work, "locations") for key in _keys_of(place)]
    others = dict.fromkeys(key for key, _ in copies if key not in own)
    submitted = dict.fromkeys(key for key, version in copies if version == "submittedVersion" and key in others)
    is_article = text_of(work, "type") not in ("", "preprint")
    cited = [found for one in _texts(work.get("referenced_works")) if (found := openalex_in(one))]
    return PaperRelations(
        preprints=tuple(submitted) if is_article else (),
        versions=tuple(others),
        is_withdrawn=work.get("is_retracted") is True,
        cites=tuple(f"openalex:{one}" for one in dict.fromkeys(cited)),
    )


def _keys_of(place: Values) -> tuple[str, ...]:
    link = clean.url(place.get("landing_page_url"))
    return tuple(key for key in ids_of_link(link).keys if key.startswith(("doi:", "arxiv:"))) if link else ()


def _texts(value: object) -> Sequence[str]:
    return [one for one in value[: clean.LONGEST_LIST] if isinstance(one, str)] if isinstance(value, list) else []


def abstract_of(work: Values) -> str:
    """Return the abstract, put together from the positions of its words; "" if there is none."""
    placed: dict[int, str] = {}
    for word, places in object_of(work, "abstract_inverted_index").items():
        for place in places if isinstance(places, list) else ():
            if isinstance(place, int) and not isinstance(place, bool) and 0 <= place <= LAST_PLACE:
                placed.setdefault(place, word)
        if len(placed) > MOST_WORDS:
            break
    return shown_text(" ".join(placed[place] for place in sorted(placed)))


def _institutions(work: Values) -> list[str]:
    """Return the names of the authors' institutions, those of corresponding authors first."""
    ordered = sorted(objects_of(work, "authorships"), key=lambda one: one.get("is_corresponding") is not True)
    return [
        name for one in ordered for place in objects_of(one, "institutions") if (name := line_at(place, "display_name"))
    ]


def _keywords(work: Values) -> tuple[str, ...]:
    """Return keywords and topics. Without topics, also the older concepts from ``LEAST_SCORE`` on."""
    topics = objects_of(work, "topics")
    concepts = [one for one in objects_of(work, "concepts") if _score(one) >= LEAST_SCORE] if not topics else []
    return kept_names([line_at(one, "display_name") for one in (*objects_of(work, "keywords"), *topics, *concepts)])


def _score(values: Values) -> float:
    score = values.get("score")
    return float(score) if isinstance(score, int | float) else 0.0


def _categories(work: Values) -> tuple[str, ...]:
    """Return a work's type, and the subfield and field of its main topic."""
    topic = object_of(work, "primary_topic")
    levels = (line_at(object_of(topic, level), "display_name") for level in ("subfield", "field"))
    return kept_names([line_at(work, "type"), *levels])


def _venue(work: Values) -> str | None:
    source = object_of(object_of(work, "primary_location"), "source")
    return venue_named(source.get("display_name")) if text_of(source, "type") not in _NO_VENUE else None


def _page(work: Values) -> str | None:
    return clean.url(object_of(work, "primary_location").get("landing_page_url"))
