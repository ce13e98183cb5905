"""Prepare a paper for rules: its texts folded when first needed, its labels, the numbers of its listings."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, NamedTuple

from watcher.model import Listing, Paper
from watcher.model.fields import BY_RULE, HAS, ID, IDENTIFIED, KNOWN_BY_HAS, SOURCE, id_of
from watcher.rules.folding.text import WITH_PLURALS, Folded

if TYPE_CHECKING:
    from watcher.rules.likes.vectors import PaperVector, PhraseRarity, WordedPhrases

BETWEEN = ", "
"""Text between the values of a field that has several, such as authors. Places count in the joined text."""


LONGEST_TEXT = 200_000
"""Most characters of a text that rules read. An abstract has about 1,500."""


class Labelled(NamedTuple):
    """A category or id in lower case.

    ``value``: the category or id.
    ``base``: index in its field's joined text at which it begins.
    """

    value: str
    base: int


class Document:
    """A paper whose texts are folded once for all rules.

    ``vector``: its vector, for libraries with one rarity of phrases.
    ``phrases``: gives phrases in its words.
    """

    __slots__ = ("_site", "_site_words", "_texts", "paper", "phrases", "vector")

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self.vector: tuple[PhraseRarity, PaperVector] | None = None
        self.phrases: WordedPhrases | None = None
        self._texts: dict[str, tuple[Folded, ...]] = {}
        self._site: tuple[Folded, ...] | None = None
        self._site_words: dict[str, list[int]] | None = None

    def texts(self, field: str) -> tuple[Folded, ...]:
        """Return the texts of a field.

        There is one text; or one for each author, keyword or category, so that no phrase spans two of these.
        """
        found = self._texts.get(field)
        if found is None:
            plurals = field in WITH_PLURALS
            found = tuple(
                Folded(value[:LONGEST_TEXT], plurals=plurals, base=base)
                for value, base in _based(values_of(self.paper, field))
            )
            self._texts[field] = found
        return found

    @property
    def site(self) -> tuple[Folded, ...]:
        """The site's summary and each of its keywords, folded as title and abstract are."""
        if self._site is None:
            own = (self.paper.summary or "", *self.paper.keywords)
            self._site = tuple(Folded(text[:LONGEST_TEXT], plurals=True) for text in own)
        return self._site

    def site_with(self, words: Iterable[str]) -> set[int]:
        """Return the indexes in :attr:`site` of the texts that have one of these words."""
        if self._site_words is None:
            self._site_words = {}
            for number, text in enumerate(self.site):
                for word in text.words.forms:
                    self._site_words.setdefault(word, []).append(number)
        known = self._site_words
        return {number for word in words if word in known for number in known[word]}

    @property
    def shows(self) -> tuple[bool, bool]:
        """Whether there is an abstract, and whether there is a summary or a keyword of the site."""
        return bool(self.paper.abstract), bool(self.paper.summary or self.paper.keywords)

    def labels(self, field: str) -> list[Labelled]:
        """Return the paper's labels in a field, such as its categories or ids."""
        if field in IDENTIFIED:
            return [Labelled(id_of(value), base) for value, base in _based(values_of(self.paper, field))]
        if field != ID.rule:
            values = _based(values_of(self.paper, field))
            return [Labelled(" ".join(value.lower().split()), base) for value, base in values]
        paper = self.paper
        version = f"{paper.arxiv_id}v{paper.version}" if paper.arxiv_id and paper.version else None
        known = (paper.key, paper.key.partition(":")[2], paper.arxiv_id, version, paper.doi, paper.url)
        return [Labelled(value, 0) for value in dict.fromkeys(one.lower() for one in known if one)]

    def names(self, field: str) -> list[str]:
        """Return the labels of a field as texts. For ``source`` these are the sources that list the paper."""
        if field == SOURCE.rule:
            return [one.source.lower() for one in self.paper.listings]
        return [one.value for one in self.labels(field)]

    def listings(self, sources: Collection[str]) -> tuple[Listing, ...]:
        """Return the listings in some sources, all listings if there are no sources."""
        return tuple(one for one in self.paper.listings if not sources or one.source in sources)


def values_of(paper: Paper, field: str) -> tuple[str, ...]:
    """Return the texts of a field of the rule language."""
    known = BY_RULE[field]
    if known is SOURCE:
        return tuple(listing.source for listing in paper.listings)
    if known is HAS:
        return tuple(name for name, fact in KNOWN_BY_HAS.items() if getattr(paper, fact.attribute))
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
    """Prepare a paper for rules."""
    return Document(paper)
