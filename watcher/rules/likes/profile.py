"""Make a profile of liked papers: its phrases, the closeness that is enough, and why a paper is close.

The numbers below are round and were chosen by hand, on judged papers. docs/likes.md says what each does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

from watcher.model import Because, LikedPaper, Paper
from watcher.rules.folding.text import fold_title
from watcher.rules.likes.phrases import phrase_words
from watcher.rules.likes.rarity import vector_of_document
from watcher.rules.likes.vectors import Floats, PaperVector, PhraseIds, PhraseRarity
from watcher.rules.match.document import Document, document_of

TOGETHER = 1.5
"""Power of a phrase's summed weight: what several papers say counts for more than what one says often."""

MOST_PHRASES = 500
"""Most phrases of a profile, the heaviest ones. More than some two hundred change nothing."""

USUAL, USUAL_PAPERS = 0.15, 2
"""Usual closeness of a library's paper to the others, and as how many papers of this library it counts."""

LINE = 0.9
"""Share of a library's own closeness at which the score is 0.5."""

LEAST_LINE = 0.1
"""Smallest closeness at which the score is 0.5, for libraries whose papers have little in common."""

MOST_COMPARED = 50
"""Most papers of a library that are compared with the others, to find how close they are."""

LIKED_PHRASES = 60
"""Most phrases that are kept of each liked paper, the heaviest ones, to name papers as a reason."""

PAPERS_SHOWN, WORDS_SHOWN = 2, 5
CLOSE_BESIDE = 0.5
"""Share of the closest liked paper's closeness that another one must have to be named as well."""


_PARTED = re.compile(r"[.!?;:,]\s")
_NEVER_SEEN = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class LikedPhrases:
    """The heaviest phrases of all liked papers, in the order of their ids.

    ``owners``: number of the paper that has each.
    """

    ids: PhraseIds
    owners: npt.NDArray[np.int32]
    weights: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """What a library is about.

    ``ids`` and ``weights``: its phrases in the order of their ids; the weights have the length 1.
    ``line``: closeness at which the score is 0.5.
    ``keys``: all keys and folded titles of the papers in the library.
    ``liked`` and ``phrases``: these papers, and their phrases.
    """

    ids: PhraseIds
    weights: Floats
    line: float
    keys: frozenset[str]
    liked: tuple[LikedPaper, ...]
    phrases: LikedPhrases

    def closeness(self, vector: PaperVector) -> float:
        """Return how close a paper is, from 0 on; the profile itself would have 1."""
        _, mine, theirs = np.intersect1d(self.ids, vector.ids, assume_unique=True, return_indices=True)
        return float(self.weights[mine] @ vector.weights[theirs])

    def has(self, paper: Paper) -> bool:
        """Return whether a paper is in the library."""
        return not self.keys.isdisjoint(keys_of(paper.key, paper.arxiv_id, paper.doi, paper.title))


def keys_of(key: str, arxiv_id: str | None, doi: str | None, title: str) -> set[str]:
    """Return the keys by which a paper is known in a library: its own, and those for arXiv id, DOI and title."""
    found = {key, f"title:{fold_title(title)}"} if title.strip() else {key}
    if arxiv_id:
        found.add(f"arxiv:{arxiv_id.lower()}")
    if doi:
        found.add(f"doi:{doi.lower()}")
    return found - {""}


def score_of_closeness(closeness: float, line: float) -> float:
    """Return the score of a closeness, from 0 to 1: 0.5 at ``line``, 0.2 at half of it, 0.8 at twice as much."""
    if closeness <= 0:
        return 0.0
    return float(round(closeness**2 / (closeness**2 + line**2), 4))


def closeness_of_score(score: float, line: float) -> float:
    """Return the closeness that has a score. A score above 0.99 counts as 0.99.

    ``line``: the closeness that has a score of 0.5.
    """
    score = min(score, 0.99)
    return line * float(np.sqrt(score / (1 - score)))


def profile_of(library: Sequence[LikedPaper], stored: Mapping[int, Paper], rarity: PhraseRarity) -> Profile:
    """Return the profile of a library.

    ``stored``: number of a paper in the library → the stored paper, whose texts are used then.
    """
    vectors = [vector_of_document(one, rarity) for one in liked_documents(library, stored)]
    keys = {key for one in library for key in (*one.keys, *keys_of("", None, None, one.title))}
    for paper in stored.values():
        keys |= keys_of(paper.key, paper.arxiv_id, paper.doi, paper.title)
    shown = tuple(_shown(one, stored.get(n)) for n, one in enumerate(library))
    return profile_of_vectors(vectors, frozenset(keys), shown)


def liked_documents(library: Sequence[LikedPaper], stored: Mapping[int, Paper]) -> list[Document]:
    """Return the papers of a library in order: the stored one if there is one, else as the file has it."""
    return [document_of(stored.get(n) or _paper(one)) for n, one in enumerate(library)]


def profile_of_vectors(
    vectors: Sequence[PaperVector], keys: frozenset[str] = frozenset(), liked: tuple[LikedPaper, ...] = ()
) -> Profile:
    """Return the profile of papers with these vectors.

    ``keys`` and ``liked``: as in :class:`Profile`.
    """
    ids, weights = _profile_phrases(vectors)
    return Profile(ids, weights, _line(vectors), keys, liked, heaviest_phrases(vectors))


def because(profile: Profile, document: Document, vector: PaperVector) -> Because:
    """Return why a paper is close: the closest liked papers, and the phrases that make it close, in its own words."""
    _, mine, theirs = np.intersect1d(profile.ids, vector.ids, assume_unique=True, return_indices=True)
    parts = profile.weights[mine] * vector.weights[theirs]
    order = np.lexsort((profile.ids[mine], -parts))[: 4 * WORDS_SHOWN]
    heaviest = [int(profile.ids[mine[n]]) for n in order]
    return Because(_closest(profile, vector), _words(document, heaviest))


def _paper(one: LikedPaper) -> Paper:
    return Paper(id=0, key="", first_seen=_NEVER_SEEN, title=one.title, abstract=one.abstract, keywords=one.keywords)


def _shown(one: LikedPaper, stored: Paper | None) -> LikedPaper:
    """Return what messages need of a liked paper: its title and its first key."""
    title, key = (stored.title, stored.key) if stored else (one.title, one.keys[0] if one.keys else "")
    return LikedPaper(title=title, keys=(key,) if key else ())


def _summed(vectors: Sequence[PaperVector]) -> tuple[PhraseIds, npt.NDArray[np.intp], Floats]:
    """Return three arrays: the phrases, the number of each vector's phrases among them, and the sums of weights.

    The number is -1 for a phrase that does not count. One counts if it is known among stored papers, or if two papers
    of the library have it.
    """
    every = np.concatenate([one.ids for one in vectors]) if vectors else np.zeros(0, np.uint64)
    known = np.concatenate([one.is_known for one in vectors]) if vectors else np.zeros(0, bool)
    weights = np.concatenate([one.weights for one in vectors]) if vectors else np.zeros(0)
    found, inverse = np.unique(every, return_inverse=True)
    counts = np.bincount(inverse, minlength=len(found)) > 1
    counts |= np.bincount(inverse, weights=known, minlength=len(found)) > 0
    sums = (np.bincount(inverse, weights=weights, minlength=len(found)) * counts).astype(np.float64)
    return found, np.where(counts[inverse], inverse, -1), sums


def _profile_phrases(vectors: Sequence[PaperVector]) -> tuple[PhraseIds, Floats]:
    ids, _, sums = _summed(vectors)
    powered = sums**TOGETHER
    heaviest = np.sort(np.lexsort((ids, -powered))[:MOST_PHRASES])
    heaviest = heaviest[powered[heaviest] > 0]
    weights = powered[heaviest]
    length = float(np.linalg.norm(weights))
    return ids[heaviest], weights / length if length else weights


def _line(vectors: Sequence[PaperVector]) -> float:
    """Return the closeness at which the score is 0.5: a share of how close the library's papers are to each other."""
    closeness = _closeness_of_each(vectors) if len(vectors) > 1 else []
    return max(LEAST_LINE, LINE * (sum(closeness) + USUAL_PAPERS * USUAL) / (len(closeness) + USUAL_PAPERS))


def _closeness_of_each(vectors: Sequence[PaperVector]) -> list[float]:
    _, numbers, sums = _summed(vectors)
    starts = np.cumsum([0, *(len(one.ids) for one in vectors)])
    some = np.unique(np.linspace(0, len(vectors) - 1, min(len(vectors), MOST_COMPARED)).astype(int))
    found = []
    for n in some:
        here = numbers[starts[n] : starts[n + 1]]
        mine, weights = here[here >= 0], vectors[n].weights[here >= 0]
        others = sums.copy()
        others[mine] -= weights
        others = np.maximum(others, 0) ** TOGETHER
        length = float(np.linalg.norm(others))
        found.append(float(others[mine] @ weights) / length if length else 0.0)
    return found


def heaviest_phrases(vectors: Sequence[PaperVector]) -> LikedPhrases:
    """Return the heaviest phrases of each paper. Papers are numbered in their order."""
    ids, owners, weights = [np.zeros(0, np.uint64)], [np.zeros(0, np.int32)], [np.zeros(0)]
    for n, one in enumerate(vectors):
        some = np.lexsort((one.ids, -one.weights))[:LIKED_PHRASES]
        ids.append(one.ids[some])
        weights.append(one.weights[some])
        owners.append(np.full(len(some), n, dtype=np.int32))
    every = np.concatenate(ids)
    order = np.argsort(every, kind="stable")
    return LikedPhrases(every[order], np.concatenate(owners)[order], np.concatenate(weights)[order])


def _closest(profile: Profile, vector: PaperVector) -> tuple[LikedPaper, ...]:
    phrases = profile.phrases
    at = np.searchsorted(vector.ids, phrases.ids)
    at[at == len(vector.ids)] = 0
    shared = np.flatnonzero(vector.ids[at] == phrases.ids) if len(vector.ids) else np.zeros(0, int)
    products = phrases.weights[shared] * vector.weights[at[shared]]
    sums = np.bincount(phrases.owners[shared], weights=products, minlength=len(profile.liked))
    order = np.lexsort((np.arange(len(sums)), -sums))[:PAPERS_SHOWN]
    return tuple(profile.liked[n] for n in order if sums[n] > 0 and sums[n] >= CLOSE_BESIDE * sums[order[0]])


def phrases_in_words(profile: Profile, documents: Sequence[Document], most: int) -> list[str]:
    """Return the heaviest phrases of a profile as documents write them. A phrase that spans two sentences is left out.

    ``most``: number of phrases that are tried.
    """
    order = np.lexsort((profile.ids, -profile.weights))[:most]
    heaviest = [int(profile.ids[n]) for n in order]
    names: dict[int, str] = {}
    for document in documents:
        names = phrase_words(document, [id for id in heaviest if id not in names]) | names
    return [names[id] for id in heaviest if id in names and not _PARTED.search(names[id])]


def _words(document: Document, heaviest: Sequence[int]) -> tuple[str, ...]:
    """Return the phrases in words, heaviest first, without those that are part of another one or span two sentences."""
    names = phrase_words(document, heaviest)
    found: list[str] = []
    for id in heaviest:
        name = names.get(id, "")
        words = set(name.casefold().split())
        if not name or _PARTED.search(name) or any(words <= set(other.casefold().split()) for other in found):
            continue
        found = [other for other in found if not set(other.casefold().split()) <= words]
        found.append(name)
    return tuple(found[:WORDS_SHOWN])
