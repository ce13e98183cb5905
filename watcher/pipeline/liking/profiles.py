"""Make profiles of libraries, of what is stored of their papers and of how rare phrases are among all stored papers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from threading import RLock

from watcher.model import LikedPaper, Paper, Subscription
from watcher.parsers.references import MOST_PAPERS
from watcher.rules import Rule, compile_beside_library, document_of
from watcher.rules.likes.likes import Likes, least_of
from watcher.rules.likes.phrases import PhraseCounts, count_phrases
from watcher.rules.likes.profile import Profile, profile_of
from watcher.rules.likes.rarity import count_rarity, vector_of
from watcher.rules.likes.similar import SimilarIndex
from watcher.rules.likes.vectors import PaperVector, PhraseRarity
from watcher.store import Transaction
from watcher.store.papers.keys import comparable_title
from watcher.store.papers.marks import MarkKind

SIMILAR = 5
"""Most similar papers that are shown of a paper."""

COUNTED = 3_000
"""How many papers, the newest, the rarity of phrases is counted over. More than some hundred change little."""


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


class CountedRarity:
    """How rare phrases are: counted when first needed, and again after half as many new papers as were counted.

    Safe to use from several threads.

    ``most``: how many papers are counted, the newest ones.
    """

    def __init__(self, most: int = COUNTED) -> None:
        self._most = most
        self._lock = RLock()
        self._newest = -1
        self._rarity: PhraseRarity | None = None

    def is_current(self, tx: Transaction) -> bool:
        """Return whether :meth:`get` would answer without counting."""
        if self._rarity is None:
            return False
        return max(tx.papers.newest(1), default=0) - self._newest <= self._rarity.papers // 2

    def get(self, tx: Transaction) -> PhraseRarity:
        """Return how rare phrases are; count first if that is due."""
        with self._lock:
            if self._rarity is None or not self.is_current(tx):
                self._newest = max(tx.papers.newest(1), default=0)
                self._rarity = self._counted(tx)
            return self._rarity

    def _counted(self, tx: Transaction) -> PhraseRarity:
        papers = tx.papers.get(tx.papers.newest(self._most))
        return count_rarity(count_phrases(document_of(paper)) for paper in papers)


class SimilarPapers(CountedRarity):
    """Finds the papers that are most like a given one, among the papers that rarity was counted over."""

    def __init__(self, most: int = COUNTED) -> None:
        super().__init__(most)
        self._index = SimilarIndex((), ())

    def of(self, tx: Transaction, paper: Paper, most: int = SIMILAR) -> list[Paper]:
        """Return up to ``most`` papers that are like ``paper``, the most similar first."""
        with self._lock:
            rarity, index = self.get(tx), self._index
        vector = vector_of(count_phrases(document_of(paper)), rarity)
        return tx.papers.get(index.closest(vector, most, paper.id))

    def _counted(self, tx: Transaction) -> PhraseRarity:
        sample = read_sample(tx, self._most)
        vectors = [vector_of(one, sample.rarity) for one in sample.counts.values()]
        self._index = SimilarIndex(tuple(sample.counts), vectors)
        return sample.rarity


class SubscriptionRules:
    """Compiles the rules of subscriptions together with their libraries. For use within one transaction.

    ``counted``: how rare phrases are, if the caller keeps that longer; None to count anew.
    """

    def __init__(self, tx: Transaction, counted: CountedRarity | None = None) -> None:
        self._tx = tx
        self._counted = counted or CountedRarity()
        self._profiles: dict[str, Profile] = {}

    def of(self, one: Subscription) -> Rule:
        """Return the rule of a subscription. Raises ``RuleError``."""
        return self.compiled(one.rule, one.sources, one.library, one.above, one.liked)

    def compiled(
        self, rule: str, sources: Sequence[str], library: str, above: float | None, liked: Sequence[LikedPaper] = ()
    ) -> Rule:
        """Return a rule compiled together with a library.

        ``library``: name of the library, "" for none.
        ``above``: least score at which a paper counts as like the library, None for the usual one.
        ``liked``: the papers of the library; if empty, those that are stored under its name.
        """
        compiled = compile_beside_library(rule, sources, library, above)
        if not library:
            return compiled
        rarity = self._counted.get(self._tx)
        if library not in self._profiles:
            self._profiles[library] = make_profile(self._tx, liked or self._tx.libraries.get(library), rarity)
        return replace(compiled, likes=Likes(self._profiles[library], rarity, least_of(above)))
