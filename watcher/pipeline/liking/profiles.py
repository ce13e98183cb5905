"""Make profiles of libraries, of what is stored of their papers and of how rare phrases are among all stored papers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from watcher.files.kept_rules import KeptPhrasesFile
from watcher.model import LikedPaper, Paper
from watcher.parsers.references import MOST_PAPERS
from watcher.pipeline.liking.counted import COUNTED, CountedRarity
from watcher.rules import document_of
from watcher.rules.kept_arrays import KeptArrays
from watcher.rules.likes.phrases import PhraseCounts, count_phrases
from watcher.rules.likes.profile import Profile, profile_of
from watcher.rules.likes.rarity import count_rarity, vector_of
from watcher.rules.likes.similar import SimilarIndex
from watcher.rules.likes.vectors import PaperVector, PhraseRarity
from watcher.store import Transaction
from watcher.store.identity.keys import comparable_title
from watcher.store.papers.marks import MarkKind

SIMILAR = 5
"""Most similar papers that are shown of a paper."""


@dataclass(frozen=True, slots=True)
class PhraseSample:
    """How rare phrases are among the newest stored papers.

    ``counts``: paper id → the paper's phrases, counted.
    """

    rarity: PhraseRarity
    counts: Mapping[int, PhraseCounts]

    def vector(self, paper: Paper) -> PaperVector:
        """Return the vector of a paper: its phrases, weighted by how rare they are."""
        return vector_of(self.counts.get(paper.id) or count_phrases(document_of(paper)), self.rarity)


def read_sample(tx: Transaction, most: int = COUNTED) -> PhraseSample:
    """Return the phrases of the ``most`` newest papers, with how rare each phrase is among them."""
    counts = {paper.id: count_phrases(document_of(paper)) for paper in tx.papers.get(tx.papers.newest(most))}
    return PhraseSample(count_rarity(counts.values()), counts)


def make_profile(tx: Transaction, library: Sequence[LikedPaper], rarity: PhraseRarity) -> Profile:
    """Return the profile of a library. If a paper is stored, its stored texts are used, not those of the library."""
    papers = with_stars(tx, library)
    profile = profile_of(papers, stored_of(tx, papers), rarity)
    stars = {key for one in library if one.starred_by is not None for key in one.keys}
    return replace(profile, keys=profile.keys | stars) if stars else profile


def with_stars(tx: Transaction, library: Sequence[LikedPaper]) -> tuple[LikedPaper, ...]:
    """Return a library with the papers that are starred by now in place of what stands for them, the newest first."""
    found: list[LikedPaper] = []
    for one in library:
        if one.starred_by is None:
            found.append(one)
            continue
        starred = tx.papers.get(tx.marks.papers(MarkKind.STAR, one.starred_by)[:MOST_PAPERS])
        found += [LikedPaper(title=paper.title, keys=(paper.key,)) for paper in starred]
    return tuple({one.keys or (one.title,): one for one in found}.values())


def stored_of(tx: Transaction, library: Sequence[LikedPaper]) -> dict[int, Paper]:
    """Return those papers of a library that are stored: their number in the library → stored paper.

    They are found by their keys, or by title if they have no keys.
    """
    by_key = tx.papers.known_as({key for one in library for key in one.keys})
    by_title = tx.papers.titled({comparable_title(one.title) for one in library if not one.keys and one.title})
    ids: dict[int, int] = {}
    for n, one in enumerate(library):
        found = [by_key[key] for key in one.keys if key in by_key]
        if not one.keys and (id := by_title.get(comparable_title(one.title))):
            found = [id]
        if found:
            ids[n] = found[0]
    papers: dict[int, Paper] = {}
    for n, id in ids.items():
        if some := tx.papers.get([id]):
            papers[n] = some[0]
    return papers


class SimilarPapers(CountedRarity):
    """Finds the papers most like a given paper, among the papers over which rarity was counted."""

    def __init__(self, most: int = COUNTED, file: KeptPhrasesFile | None = None) -> None:
        super().__init__(most, file)
        self._index = SimilarIndex.of_vectors((), ())

    def of(self, tx: Transaction, paper: Paper, most: int = SIMILAR) -> list[Paper]:
        """Return up to ``most`` papers that are like ``paper``, the most similar first."""
        with self._lock:
            rarity, index = self.get(tx), self._index
        vector = vector_of(count_phrases(document_of(paper)), rarity)
        return tx.papers.get(index.closest(vector, most, paper.id))

    def _counted(self, tx: Transaction) -> PhraseRarity:
        sample = read_sample(tx, self._most)
        vectors = [vector_of(one, sample.rarity) for one in sample.counts.values()]
        self._index = SimilarIndex.of_vectors(tuple(sample.counts), vectors)
        return sample.rarity

    def _written(self, rarity: PhraseRarity) -> KeptArrays:
        head, arrays = super()._written(rarity)
        return KeptArrays(head, arrays | self._index.arrays())

    def _read(self, kept: KeptArrays) -> PhraseRarity | None:
        index = SimilarIndex.of_arrays(kept.arrays)
        if index is None:  # kept by who needed the rarity alone
            return None
        self._index = index
        return super()._read(kept)
