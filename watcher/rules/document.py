"""A paper as rules see it: its texts folded, its labels, the numbers of its listings."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from watcher.model import Listing, Paper
from watcher.rules.terms import WITH_PLURALS
from watcher.rules.text import Folded, fold, fold_words

LONGEST_TEXT = 200_000
"""Characters of one field that are folded; a paper's abstract has some 1,500."""


@dataclass(frozen=True, slots=True)
class Document:
    """``texts`` has one entry for title, abstract, summary and org, and one for each keyword, so that no phrase runs
    from one into the next. ``labels`` are lower case; ``authors`` are the words of each name."""

    texts: dict[str, tuple[Folded, ...]]
    authors: tuple[tuple[str, tuple[str, ...]], ...]
    labels: dict[str, tuple[str, ...]]
    listings: tuple[Listing, ...]
    published: date | None


def document_of(paper: Paper) -> Document:
    """Fold a paper, once for all rules."""
    texts = {
        "title": (paper.title,),
        "abstract": (paper.abstract,),
        "summary": (paper.summary or "",),
        "org": (paper.organization or "",),
        "keyword": paper.keywords,
    }
    ids = {paper.key, paper.key.partition(":")[2], paper.arxiv_id or "", paper.doi or "", paper.url or ""}
    return Document(
        texts={field: tuple(_fold(text, field) for text in some if text) for field, some in texts.items()},
        authors=tuple((name, fold_words(name)) for name in paper.authors),
        labels={
            "category": tuple(category.lower() for category in paper.categories),
            "id": tuple(sorted(id.lower() for id in ids if id)),
        },
        listings=paper.listings,
        published=paper.published.date() if paper.published else None,
    )


def _fold(text: str, field: str) -> Folded:
    return fold(text[:LONGEST_TEXT], plurals=field in WITH_PLURALS)


def listings_in(document: Document, sources: Collection[str]) -> tuple[Listing, ...]:
    """The listings that count for a rule: those in its sources, or all."""
    return tuple(one for one in document.listings if not sources or one.source in sources)
