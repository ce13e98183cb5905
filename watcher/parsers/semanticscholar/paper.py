"""Read one paper of Semantic Scholar: https://api.semanticscholar.org/api-docs/graph, ``FullPaper``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from watcher.model import FORM, PREPRINT, PUBLISHED, Entry, OtherForm
from watcher.parsers.apis.answers import Values, kept_names, line_at, object_of, objects_of, text_of
from watcher.parsers.apis.jats import jats_text
from watcher.parsers.common import clean
from watcher.parsers.common.dates import day_of
from watcher.parsers.common.dois import of_doi
from watcher.parsers.common.links import ids_of_link
from watcher.parsers.common.text_values import shown_text
from watcher.parsers.common.venue import venue_named
from watcher.parsers.pubmed.article import pmid_key

PAGE = "https://www.semanticscholar.org/paper/"

_ID = re.compile(r"[0-9a-f]{40}", re.ASCII)
_PMID = re.compile(r"[1-9]\d{0,8}", re.ASCII)
_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")


def id_of_paper(paper: Values) -> str | None:
    """Return a paper's id at Semantic Scholar (40 hexadecimal digits), None if it has none."""
    own = text_of(paper, "paperId")
    return own if _ID.fullmatch(own) else None


def entry_of(paper: Values) -> Entry | None:
    """Return the entry for a paper, None if it has no id or no title.

    Semantic Scholar has one record for a preprint and its article. With ids of both, the article's DOI names it, and
    the preprint is its other form. On which day a record came there is not said: ``listed`` is the day of publication.
    """
    own, title = id_of_paper(paper), shown_text(text_of(paper, "title"), clean.TITLE_CHARS)
    if own is None or not title:
        return None
    ids = object_of(paper, "externalIds")
    doi, arxiv = clean.doi(ids.get("DOI")), clean.arxiv_id(ids.get("ArXiv"))
    of_arxiv = (f"arxiv:{arxiv[0]}",) if arxiv else ()
    named = of_doi(doi).keys if doi else of_arxiv
    published, venue = day_of(paper.get("publicationDate")), _venue(paper)
    return Entry(
        title=title,
        keys=tuple(dict.fromkeys([*named, *_further_keys(ids, named), f"url:{PAGE}{own}"])),
        forms=tuple(OtherForm(key, PREPRINT if venue else FORM) for key in of_arxiv if key not in named),
        names_forms=isinstance(paper.get("externalIds"), dict),
        stage=PUBLISHED if venue else None,
        arxiv_id=_arxiv_of(named),
        doi=doi,
        abstract=jats_text(text_of(paper, "abstract")),
        authors=kept_names([line_at(one, "name") for one in objects_of(paper, "authors")]),
        categories=_categories(paper),
        venue=venue,
        listed=published,
        published=datetime(published.year, published.month, published.day, tzinfo=UTC) if published else None,
        url=_link(doi, arxiv[0] if arxiv else None, own),
    )


def _arxiv_of(keys: Sequence[str]) -> str | None:
    return next((key.removeprefix("arxiv:") for key in keys if key.startswith("arxiv:")), None)


def _further_keys(ids: Values, named: Sequence[str]) -> list[str]:
    """Return the keys of the same paper at PubMed and, where no DOI or arXiv id names it, in the ACL Anthology."""
    pmid, acl = text_of(ids, "PubMed"), text_of(ids, "ACL")
    anthology = clean.url(f"https://aclanthology.org/{acl}/") if acl and not named else None
    return [*([pmid_key(pmid)] if _PMID.fullmatch(pmid) else []), *(ids_of_link(anthology).keys if anthology else ())]


def _venue(paper: Values) -> str | None:
    return venue_named(paper.get("venue")) or venue_named(object_of(paper, "journal").get("name"))


def _categories(paper: Values) -> tuple[str, ...]:
    """Return a paper's types (``JournalArticle`` as "journal article") and its fields, from publishers first."""
    types = [_WORDS.sub(" ", one).lower() for one in _texts(paper.get("publicationTypes"))]
    judged = [line_at(one, "category") for one in objects_of(paper, "s2FieldsOfStudy")]
    return kept_names([*types, *_texts(paper.get("fieldsOfStudy")), *judged])


def _texts(value: object) -> list[str]:
    return [one for one in value[: clean.LONGEST_LIST] if isinstance(one, str)] if isinstance(value, list) else []


def _link(doi: str | None, arxiv: str | None, own: str) -> str:
    if doi:
        return f"https://doi.org/{doi}"
    return f"https://arxiv.org/abs/{arxiv}" if arxiv else f"{PAGE}{own}"
