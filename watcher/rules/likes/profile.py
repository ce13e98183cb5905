"""Make a profile of liked papers: its phrases, the line from which a paper is close, and why a paper is close.

The numbers below were chosen by hand, round, on judged papers; docs/likes.md says what each does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

from watcher.model import Because, LikedPaper, Paper
from watcher.rules.likes.phrases import phrase_words
from watcher.rules.likes.rarity import vector_of_document
from watcher.rules.likes.vectors import Floats, PaperVector, PhraseIds, PhraseRarity
from watcher.rules.match.document import Document, document_of
from watcher.rules.text.text import fold_title

TOGETHER = 1.5
"""The power of a phrase's mean weight: what several of the papers say counts for more than what one says often."""

MOST_PHRASES = 500
"""Phrases that a profile has, the heaviest; from some two hundred on more change nothing."""

USUAL, USUAL_PAPERS = 0.15, 2
"""How close papers of a library usually are to the others of it, which counts like so many papers of this library."""

LINE = 0.9
"""The share of that closeness at which the score is .5."""

LEAST_LINE = 0.1
"""The least closeness at which the score is .5, for libraries whose papers have hardly anything in common."""

MOST_COMPARED = 50
"""Papers of a library that are compared with the others, to see how close they are to each other."""

LIKED_PHRASES = 60
"""Phrases that are kept of each liked paper, the heaviest, to say because of which of them a paper is told."""

PAPERS_SHOWN, WORDS_SHOWN = 2, 5
CLOSE_BESIDE = 0.5
"""The share of the closest liked paper's closeness from which another one is named beside it."""


_PARTED = re.compile(r"[.!?;:,]\s")
_NEVER_SEEN = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class LikedPhrases:
    """The heaviest phrases of all liked papers, in the order of their ids: of which paper, and with which weight."""

    ids: PhraseIds
    owners: npt.NDArray[np.int32]
    weights: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """What a library is about.

    ``ids`` / ``weights``: its phrases, in the order of their ids; the weights have the length 1.
    ``line``: the closeness at which the score is .5.
    ``keys``: every key, and every folded title, of the papers in the library.
    ``liked`` / ``phrases``: those papers, and their phrases.
    """

    ids: PhraseIds
    weights: Floats
    line: float
    keys: frozenset[str]
    liked: tuple[LikedPaper, ...]
    phrases: LikedPhrases

    def closeness(self, vector: PaperVector) -> float:
        """Return how close a paper is, from 0 on; 1 would be the profile itself."""
        _, mine, theirs = np.intersect1d(self.ids, vector.ids, assume_unique=True, return_indices=True)
        return float(self.weights[mine] @ vector.weights[theirs])

    def has(self, paper: Paper) -> bool:
        """Return whether a paper is in the library."""
        return not self.keys.isdisjoint(keys_of(paper.key, paper.arxiv_id, paper.doi, paper.title))


def keys_of(key: str, arxiv_id: str | None, doi: str | None, title: str) -> set[str]:
    """Return what a paper is known by in a library."""
    found = {key, f"title:{fold_title(title)}"} if title.strip() else {key}
    if arxiv_id:
        found.add(f"arxiv:{arxiv_id.lower()}")
    if doi:
        found.add(f"doi:{doi.lower()}")
    return found - {""}


def score_of_closeness(closeness: float, line: float) -> float:
    """Return a score from 0 to 1: .5 on the line, .2 at half of it, .8 at twice as much."""
    if closeness <= 0:
        return 0.0
    return float(round(closeness**2 / (closeness**2 + line**2), 4))


def closeness_of_score(score: float, line: float) -> float:
    """Return the closeness that has this score, at most .99."""
    score = min(score, 0.99)
    return line * float(np.sqrt(score / (1 - score)))


def profile_of(library: Sequence[LikedPaper], stored: Mapping[int, Paper], rarity: PhraseRarity) -> Profile:
    """Return the profile of a library.

    ``stored``: number of a paper in the library → that paper as it is stored, whose texts count then.
    """
    vectors = [vector_of_document(one, rarity) for one in liked_documents(library, stored)]
    keys = {key for one in library for key in (*one.keys, *keys_of("", None, None, one.title))}
    for paper in stored.values():
        keys |= keys_of(paper.key, paper.arxiv_id, paper.doi, paper.title)
    shown = tuple(_shown(one, stored.get(n)) for n, one in enumerate(library))
    return profile_of_vectors(vectors, frozenset(keys), shown)


def liked_documents(library: Sequence[LikedPaper], stored: Mapping[int, Paper]) -> list[Document]:
    """Return the papers of a library: as they are stored, else as its file has them."""
    return [document_of(stored.get(n) or _paper(one)) for n, one in enumerate(library)]


def profile_of_vectors(
    vectors: Sequence[PaperVector], keys: frozenset[str] = frozenset(), liked: tuple[LikedPaper, ...] = ()
) -> Profile:
    """Return the profile of papers that say this. ``keys`` / ``liked``: as of the profile."""
    ids, weights = _profile_phrases(vectors)
    return Profile(ids, weights, _line(vectors), keys, liked, heaviest_phrases(vectors))


def because(profile: Profile, document: Document, vector: PaperVector) -> Because:
    """Return why a paper is close: the closest liked papers, and the phrases that bring it near, as it writes them."""
    _, mine, theirs = np.intersect1d(profile.ids, vector.ids, assume_unique=True, return_indices=True)
    parts = profile.weights[mine] * vector.weights[theirs]
    order = np.lexsort((profile.ids[mine], -parts))[: 4 * WORDS_SHOWN]
    heaviest = [int(profile.ids[mine[n]]) for n in order]
    return Because(_closest(profile, vector), _words(document, heaviest))


def _paper(one: LikedPaper) -> Paper:
    return Paper(id=0, key="", first_seen=_NEVER_SEEN, title=one.title, abstract=one.abstract, keywords=one.keywords)


def _shown(one: LikedPaper, stored: Paper | None) -> LikedPaper:
    """Return what is kept of a liked paper in memory: what messages name it by."""
    title, key = (stored.title, stored.key) if stored else (one.title, one.keys[0] if one.keys else "")
    return LikedPaper(title=title, keys=(key,) if key else ())


def _summed(vectors: Sequence[PaperVector]) -> tuple[PhraseIds, npt.NDArray[np.intp], Floats]:
    """Return the phrases that count, the number of each phrase of the vectors (-1: it does not count), the sums.

    A phrase that is rare among the stored papers counts if two of the library have it.
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
    """Return the closeness that makes .5: a share of how close each paper of the library is to all others of it."""
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
    """Return the heaviest phrases of papers, numbered in their order."""
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
    """Return the heaviest phrases of a profile as a document writes them; none that lies in two sentences."""
    order = np.lexsort((profile.ids, -profile.weights))[:most]
    heaviest = [int(profile.ids[n]) for n in order]
    names: dict[int, str] = {}
    for document in documents:
        names = phrase_words(document, [id for id in heaviest if id not in names]) | names
    return [names[id] for id in heaviest if id in names and not _PARTED.search(names[id])]


def _words(document: Document, heaviest: Sequence[int]) -> tuple[str, ...]:
    """Return the phrases in words, heaviest first: none that is a part of another one, or lies in two sentences."""
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
