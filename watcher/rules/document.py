"""A paper as rules see it: its texts, folded when first asked for; its labels; the numbers of its listings."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from watcher.model import Listing, Paper
from watcher.rules.text import WITH_PLURALS, Folded

BETWEEN = ", "
"""Places in a field of several values (authors, keywords, categories) count in the values with this between."""


LONGEST_TEXT = 200_000
"""Characters of one text that rules read; a paper's abstract has some 1,500."""


class Labelled(NamedTuple):
    """One category or id, lower case, and where it begins among the others."""

    value: str
    base: int


class Document:
    """One paper, folded at most once for all rules."""

    __slots__ = ("_texts", "paper")

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self._texts: dict[str, tuple[Folded, ...]] = {}

    def texts(self, field: str) -> tuple[Folded, ...]:
        """The texts of a field: one, or one for each author, keyword or category, so that no phrase runs on."""
        found = self._texts.get(field)
        if found is None:
            plurals = field in WITH_PLURALS
            found = tuple(
                Folded(value[:LONGEST_TEXT], plurals=plurals, base=base) for value, base in _based(self._values(field))
            )
            self._texts[field] = found
        return found

    def labels(self, field: str) -> list[Labelled]:
        """The categories or ids of the paper."""
        if field == "category":
            return [Labelled(" ".join(value.lower().split()), base) for value, base in _based(self._values(field))]
        paper = self.paper
        version = f"{paper.arxiv_id}v{paper.version}" if paper.arxiv_id and paper.version else None
        known = (paper.key, paper.key.partition(":")[2], paper.arxiv_id, version, paper.doi, paper.url)
        return [Labelled(value, 0) for value in dict.fromkeys(one.lower() for one in known if one)]

    def names(self, field: str) -> list[str]:
        """The labels of a field by themselves; those of ``source`` are the sources that list the paper."""
        if field == "source":
            return [one.source.lower() for one in self.paper.listings]
        return [one.value for one in self.labels(field)]

    def listings(self, sources: Collection[str]) -> tuple[Listing, ...]:
        """The listings that count for a rule: those in its sources, or all."""
        return tuple(one for one in self.paper.listings if not sources or one.source in sources)

    def _values(self, field: str) -> tuple[str, ...]:
        paper = self.paper
        match field:
            case "author":
                return paper.authors
            case "keyword":
                return paper.keywords
            case "category":
                return paper.categories
            case "org":
                return (paper.organization or "",)
            case "id":
                return (paper.key,)
        value: str | None = getattr(paper, field)
        return (value or "",)


def _based(values: Collection[str]) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    base = 0
    for value in values:
        found.append((value, base))
        base += len(value) + len(BETWEEN)
    return found


def document_of(paper: Paper) -> Document:
    """The paper, ready for any number of rules."""
    return Document(paper)
