"""A paper as rules see it: its texts, folded when first asked for; its labels; the numbers of its listings."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from watcher.model import Listing, Paper
from watcher.model.fields import BY_RULE, ID, SOURCE
from watcher.rules.text.text import WITH_PLURALS, Folded

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
                Folded(value[:LONGEST_TEXT], plurals=plurals, base=base)
                for value, base in _based(values_of(self.paper, field))
            )
            self._texts[field] = found
        return found

    def labels(self, field: str) -> list[Labelled]:
        """The labels of the paper in a field, such as its categories or ids."""
        if field != ID.rule:
            values = _based(values_of(self.paper, field))
            return [Labelled(" ".join(value.lower().split()), base) for value, base in values]
        paper = self.paper
        version = f"{paper.arxiv_id}v{paper.version}" if paper.arxiv_id and paper.version else None
        known = (paper.key, paper.key.partition(":")[2], paper.arxiv_id, version, paper.doi, paper.url)
        return [Labelled(value, 0) for value in dict.fromkeys(one.lower() for one in known if one)]

    def names(self, field: str) -> list[str]:
        """The labels of a field by themselves; those of ``source`` are the sources that list the paper."""
        if field == SOURCE.rule:
            return [one.source.lower() for one in self.paper.listings]
        return [one.value for one in self.labels(field)]

    def listings(self, sources: Collection[str]) -> tuple[Listing, ...]:
        """The listings that count for a rule: those in its sources, or all."""
        return tuple(one for one in self.paper.listings if not sources or one.source in sources)


def values_of(paper: Paper, field: str) -> tuple[str, ...]:
    """The texts of a field of the rule language: one, or several where the table says so."""
    known = BY_RULE[field]
    if known is SOURCE:
        return tuple(listing.source for listing in paper.listings)
    value = getattr(paper, known.attribute)
    return value if known.is_several else (value or "",)


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
