"""Judge "more like these": some wanted papers of a topic are liked, all others are put in order."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from statistics import mean, stdev
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from benchmarks.relevance.judged import WANTED, Topic
from benchmarks.relevance.measures import average_precision
from benchmarks.relevance.ways import bm25_weights
from watcher.model import Paper
from watcher.rules import document_of
from watcher.rules.likes import phrases, profile, rarity
from watcher.rules.likes.profile import profile_of_vectors
from watcher.rules.likes.profile_index import ProfileIndex

LIKED = (1, 3, 5, 10)
DRAWS = 20
LEFT = 5
"""Wanted papers that have to be left to be found, for a topic to count."""

Closenesses = npt.NDArray[np.float64]
"""A row for each draw, a column for each paper."""

LikeWay = Callable[[Sequence[Sequence[int]], Sequence[Paper]], Closenesses]
"""Returns how close each paper is to each of some lists of liked ones (numbers of papers)."""


class Draw(NamedTuple):
    """Liked papers of a topic, by their numbers."""

    topic: str
    liked: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LikesJudged:
    """How a way did with so many liked papers: means over topics and their spread, spread over draws."""

    order: float
    order_spread: float
    order_of_draws: float
    first_ten: float
    by_topic: Mapping[str, float]


def draws_of(topics: Sequence[Topic], papers: Sequence[Paper], liked: int, draws: int = DRAWS) -> list[Draw]:
    """Draw so many liked papers of each topic that leaves enough, by a seed of its name."""
    numbers = {paper.arxiv_id: n for n, paper in enumerate(papers)}
    found = []
    for topic in topics:
        wanted = sorted(id for id, grade in topic.judged.items() if grade == WANTED and id in numbers)
        for n in range(draws if len(wanted) >= liked + LEFT else 0):
            some = random.Random(f"{topic.name} {liked} {n}").sample(wanted, liked)
            found.append(Draw(topic.name, tuple(numbers[id] for id in some)))
    return found


def judged_likes(way: LikeWay, draws: Sequence[Draw], topics: Sequence[Topic], papers: Sequence[Paper]) -> LikesJudged:
    """Judge the order of all papers but the liked ones; papers without judgement count as not wanted."""
    closeness = way([one.liked for one in draws], papers)
    by_name = {one.name: one for one in topics}
    orders: dict[str, list[float]] = {}
    tens: dict[str, list[float]] = {}
    for one, row in zip(draws, closeness, strict=True):
        grades = [
            by_name[one.topic].judged.get(papers[n].arxiv_id or "", 0) == WANTED
            for n in np.argsort(-row, kind="stable")
            if n not in one.liked
        ]
        orders.setdefault(one.topic, []).append(average_precision(grades))
        tens.setdefault(one.topic, []).append(mean(grades[:10]))
    means = {name: mean(some) for name, some in orders.items()}
    return LikesJudged(
        order=mean(means.values()),
        order_spread=stdev(means.values()),
        order_of_draws=mean(stdev(some) for some in orders.values()),
        first_ten=mean(mean(some) for some in tens.values()),
        by_topic=means,
    )


def ours(liked: Sequence[Sequence[int]], papers: Sequence[Paper]) -> Closenesses:
    """Watcher's profiles, through their index."""
    return _of_counts([phrases.count_phrases(document_of(one)) for one in papers], liked, papers)


def _of_counts(
    counts: Sequence[phrases.PhraseCounts], liked: Sequence[Sequence[int]], papers: Sequence[Paper]
) -> Closenesses:
    known = rarity.count_rarity(counts)
    vectors = [rarity.vector_of(one, known) for one in counts]
    index = ProfileIndex()
    for n, some in enumerate(liked):
        index.add(n, profile_of_vectors([vectors[at] for at in some]), 0.0)
    found = np.zeros((len(liked), len(papers)))
    for at, vector in enumerate(vectors):
        for n, closeness in index.closenesses(vector).items():
            found[n, at] = closeness
    return found


def bm25_of_liked(liked: Sequence[Sequence[int]], papers: Sequence[Paper]) -> Closenesses:
    """BM25 of the liked papers' words, those in most of them first, as a query of 40 words."""
    return np.array([bm25_weights(papers, some) for some in liked])


def arxiv_sanity(liked: Sequence[Sequence[int]], papers: Sequence[Paper]) -> Closenesses:
    """A linear SVM on TF-IDF, with the numbers of arxiv-sanity-lite. Raises ``ImportError`` without scikit-learn."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC

    vectorizer = TfidfVectorizer(
        strip_accents="unicode",
        stop_words="english",
        token_pattern=r"(?u)\b[a-zA-Z_][a-zA-Z0-9_]+\b",
        ngram_range=(1, 2),
        max_features=20_000,
        sublinear_tf=True,
        min_df=5,
    )
    rows = vectorizer.fit_transform([f"{one.title} {one.abstract}" for one in papers])
    found = []
    for some in liked:
        wanted = np.zeros(len(papers))
        wanted[list(some)] = 1
        svm = LinearSVC(class_weight="balanced", max_iter=10_000, tol=1e-6, C=0.01)
        found.append(svm.fit(rows, wanted).decision_function(rows))
    return np.array(found)


WAYS: Mapping[str, LikeWay] = {
    "BM25": bm25_of_liked,
    "arxiv-sanity-lite's SVM": arxiv_sanity,
    "watcher's profile": ours,
}


def like_lines(topics: Sequence[Topic], papers: Sequence[Paper]) -> Iterator[str]:
    """Yield the table of all ways, and ours with the numbers that were best on the other topics."""
    drawn = {liked: draws_of(topics, papers, liked) for liked in LIKED}
    counted = ", ".join(f"{len({one.topic for one in some})} at {liked}" for liked, some in drawn.items())
    yield f"liked papers: AP ± spread of topics (± of draws), P@10; means of {DRAWS} draws; topics: {counted}"
    yield f"{'':30}" + "".join(f"{liked:>27}" for liked in LIKED)
    for name, way in WAYS.items():
        try:
            found = [judged_likes(way, some, topics, papers) for some in drawn.values()]
        except ImportError as error:
            print(f"left out: {error}", file=sys.stderr)
            continue
        yield f"{name:30}" + "".join(f"{_cell(one):>27}" for one in found)
    chosen = numbers_of_others(topics, papers)
    yield f"{'watcher, numbers of the others':30}{'':54}{chosen:>9.3f}"


def _cell(one: LikesJudged) -> str:
    return f"{one.order:.3f} ±{one.order_spread:.2f} (±{one.order_of_draws:.2f}) {one.first_ten:.3f}"


NUMBERS = (
    (phrases, "IN_TITLE", (1, 2, 3)),
    (rarity, "PAIR", (1.0, 1.5, 2.0)),
    (rarity, "KNOWN_FROM", (2, 3)),
    (profile, "TOGETHER", (1.0, 1.5, 2.0)),
)
"""Numbers of ours that are chosen anew: where each stands, its name, what is tried."""


def numbers_of_others(topics: Sequence[Topic], papers: Sequence[Paper]) -> float:
    """Return the mean average precision at five liked papers, each topic with the numbers best on all others."""
    draws = draws_of(topics, papers, 5, 5)
    documents = [document_of(one) for one in papers]
    before = [getattr(module, name) for module, name, _ in NUMBERS]
    found = []
    for values in product(*(some for _, _, some in NUMBERS)):
        for (module, name, _), value in zip(NUMBERS, values, strict=True):
            setattr(module, name, value)
        counts = [phrases.count_phrases(one) for one in documents]
        found.append(judged_likes(partial(_of_counts, counts), draws, topics, papers).by_topic)
    for (module, name, _), value in zip(NUMBERS, before, strict=True):
        setattr(module, name, value)
    return mean(_left_out(found, name) for name in found[0])


def _left_out(found: Sequence[Mapping[str, float]], topic: str) -> float:
    return max(found, key=lambda one: mean(order for name, order in one.items() if name != topic))[topic]
