"""Learn from thumbs how much a paper is wanted: a Gaussian process over words, with the fixed formula as its mean.

The log-odds that a paper is wanted are those of the formula's score plus a linear function of the paper's words.
Without thumbs, small weights of that function are the most probable ones (normally distributed, so that the whole is a
Gaussian process). Thumbs move it to what is most probable with them (Laplace's approximation: Rasmussen and Williams,
Gaussian Processes for Machine Learning, 2006, algorithm 3.1). With few thumbs it stays close to the formula. Words
count by how they differ from the mean of the papers with thumbs: what all of these have in common changes nothing.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

from watcher.rules.folding.small_words import NOT_SHOWN
from watcher.rules.match.document import Document

OF_WORDS = 16.0
"""Variance of the log-odds by words, for a paper with words that no other one has."""

OF_ALL = 0.25
"""Variance of the log-odds of all papers together. A reader who likes nothing lowers all scores, but only a little."""

MOST_THUMBS = 200
"""Most thumbs that count, the newest. To learn from so many takes about a tenth of a second."""

MOST_WORDS = 1_000
"""Most words of a paper that are looked at, beginning with the title."""

LEAST, MOST = 0.02, 0.9999
"""Scores beyond these count as these, since even a paper that the rule does not match may be liked."""

WITHOUT_WORDS = 0.75
"""Score from which learning begins for a rule that asks for no words, all of whose matches have the score 1."""

_STEPS, _CLOSE = 50, 1e-8
"""Most steps of Newton's method, and the change of a log-odds at which it ends."""


@dataclass(frozen=True, slots=True)
class ThumbedPaper:
    """A paper with a thumb.

    ``score``: of the formula, 0 if the rule does not match.
    ``up``: True for useful, False for not for the reader.
    """

    document: Document
    score: float
    up: bool


@dataclass(frozen=True, slots=True)
class Taste:
    """What was learned from thumbs.

    ``bias``: log-odds that all papers are wanted.
    ``weights``: word → log-odds that it adds.
    ``ups`` and ``downs``: numbers of thumbs that it was learned from.
    """

    bias: float
    weights: Mapping[str, float]
    ups: int
    downs: int

    def score(self, formula: float, document: Document) -> float:
        """Return how much a paper is wanted, on the scale of the formula's score.

        ``formula``: that score.
        """
        words = word_shares(document)
        learned = self.bias + sum(self.weights.get(word, 0.0) * share for word, share in words.items())
        return round(1 / (1 + math.exp(-log_odds(formula) - learned)), 4)

    def deciding(self, most: int) -> tuple[list[str], list[str]]:
        """Return, for people, up to ``most`` words that add most, and up to ``most`` that take most away."""
        shown = sorted((weight, word) for word, weight in self.weights.items() if _is_telling(word))
        down = [word for weight, word in islice(shown, most) if weight < 0]
        up = [word for weight, word in islice(sorted(shown, key=lambda one: (-one[0], one[1])), most) if weight > 0]
        return up, down


class Variances(NamedTuple):
    """How far thumbs may move the log-odds of scores: by a paper's words, and for all papers together.

    Both are variances of log-odds.
    """

    words: float = OF_WORDS
    all: float = OF_ALL


DEFAULT_VARIANCES = Variances()


def taste_of(thumbs: Sequence[ThumbedPaper], variances: Variances = DEFAULT_VARIANCES) -> Taste | None:
    """Return what thumbs teach, None without any. The same thumbs always teach the same.

    ``thumbs``: the newest last.
    """
    import numpy as np

    if not thumbs:
        return None
    some = thumbs[-MOST_THUMBS:]
    texts = [word_shares(one.document) for one in some]
    place = {word: n for n, word in enumerate(sorted({word for text in texts for word in text}))}
    shares = np.zeros((len(some), len(place)))
    for row, text in enumerate(texts):
        for word, share in text.items():
            shares[row, place[word]] = share
    wanted = np.array([float(one.up) for one in some])
    mean = np.array([log_odds(one.score) for one in some])
    middle = shares.mean(axis=0)
    apart = shares - middle
    surprise = _surprises(variances.all + variances.words * apart @ apart.T, mean, wanted)
    weights = variances.words * (surprise @ apart)
    bias = float(variances.all * surprise.sum() - weights @ middle)
    ups = sum(one.up for one in some)
    return Taste(bias, {word: float(weights[n]) for word, n in place.items()}, ups, len(some) - ups)


def _surprises(covariance: Any, mean: Any, wanted: Any) -> Any:
    """Return by how much each thumb differs from its probability when all together are most probable."""
    import numpy as np

    odds = mean.copy()
    for _ in range(_STEPS):
        likely = 1 / (1 + np.exp(-odds))
        curvature = likely * (1 - likely)
        root = np.sqrt(curvature)
        ahead = curvature * (odds - mean) + wanted - likely
        inner = np.eye(len(mean)) + root[:, None] * covariance * root[None, :]
        step = ahead - root * np.linalg.solve(inner, root * (covariance @ ahead))
        moved = mean + covariance @ step
        change = float(np.max(np.abs(moved - odds)))
        odds = moved
        if change < _CLOSE:
            break
    return wanted - 1 / (1 + np.exp(-odds))


def log_odds(score: float) -> float:
    """Return the log-odds of a score, 0 for the score 0.5. The score 1 counts as ``WITHOUT_WORDS``."""
    known = WITHOUT_WORDS if score >= 1 else min(max(score, LEAST), MOST)
    return math.log(known / (1 - known))


def word_shares(document: Document) -> dict[str, float]:
    """Return word → its share in a paper's texts, from 0 to 1: the logarithm of its count, scaled to length 1."""
    counts = Counter(islice(_words(document), MOST_WORDS))
    logs = {word: 1 + math.log(count) for word, count in counts.items()}
    length = math.sqrt(sum(one * one for one in logs.values())) or 1.0
    return {word: one / length for word, one in logs.items()}


def _words(document: Document) -> Iterable[str]:
    for text in (*document.texts("title"), *document.site, *document.texts("abstract")):
        yield from (word for word in text.line if len(word) > 1 and not word.isdigit())


def _is_telling(word: str) -> bool:
    return len(word) > 2 and word.isalpha() and word not in NOT_SHOWN
