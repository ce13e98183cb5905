"""Choose the formula's numbers on all topics but one, and judge them on the one left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

import numpy as np
import numpy.typing as npt

from benchmarks.relevance.judged import Topic
from benchmarks.relevance.measures import Judged, judged
from watcher.model import Paper
from watcher.rules import compile_rule, document_of
from watcher.rules.match import aboutness
from watcher.rules.match.aboutness import TermStanding
from watcher.rules.match.evaluate import PaperReader

TIMES = (0.5, 1.0, 1.5)
"""What each number of the formula is multiplied by, in all combinations."""

Rows = npt.NDArray[np.float64]
NUMBERS = (
    aboutness.IN_TITLE,
    aboutness.EACH_MENTION,
    aboutness.EACH_LATER,
    aboutness.IN_FIRST_THIRD,
    aboutness.IN_LAST_SENTENCE,
    aboutness.IN_SUMMARY,
    aboutness.IN_KEYWORDS,
    aboutness.EACH_FURTHER_TERM,
)


def left_out(topics: Sequence[Topic], papers: Sequence[Paper]) -> dict[str, Judged]:
    """Return for each topic how the numbers did that were best on all the others."""
    choices = np.array(list(product(TIMES, repeat=len(NUMBERS)))) * np.array(NUMBERS)
    found = {topic.name: _tried(topic, papers, choices) for topic in topics}
    return {
        name: ones[_best({other: found[other] for other in found if other != name})] for name, ones in found.items()
    }


def _best(found: Mapping[str, Sequence[Judged]]) -> int:
    """Return the choice with the largest sum of mean average precision and pooled F1."""
    order = np.mean([[one.order for one in ones] for ones in found.values()], axis=0)
    told = np.sum([[one.told + one.wanted for one in ones] for ones in found.values()], axis=0)
    right = np.sum([[one.right for one in ones] for ones in found.values()], axis=0)
    return int(np.argmax(order + 2 * right / told))


def _tried(topic: Topic, papers: Sequence[Paper], choices: Rows) -> list[Judged]:
    rule = compile_rule(topic.rule)
    ids, rows = [], []
    for paper in papers:
        reader = PaperReader(document_of(paper))
        if reader.holds(rule.tree, ()) and (weighed := reader.weigh(rule.tree, ())):
            ids.append(paper.arxiv_id or paper.key)
            rows.append(features(weighed.standing))
    points = np.array(rows) @ choices.T
    return [
        judged(
            topic, [ids[n] for n in np.argsort(-column, kind="stable")], [ids[n] for n in np.flatnonzero(column >= 1)]
        )
        for column in points.T
    ]


def features(standing: TermStanding) -> list[float]:
    """Return what the numbers are multiplied by; of papers with an abstract, a summary or keywords."""
    later = min(max(standing.mentions - aboutness.FULL_MENTIONS, 0), aboutness.LATER_MENTIONS)
    rank = 0.0 if standing.keyword is None else 1 + 1 / (1 + standing.keyword)
    return [
        standing.in_title,
        min(standing.mentions, aboutness.FULL_MENTIONS),
        later,
        standing.in_first_third,
        standing.in_last_sentence,
        standing.in_summary,
        rank,
        min(standing.terms - 1, aboutness.FURTHER_TERMS),
    ]
