"""Judge an order and a line: average precision, F1."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, count
from statistics import mean, stdev

from benchmarks.relevance.judged import WANTED, Topic


@dataclass(frozen=True, slots=True)
class Judged:
    """How a way did on one topic.

    ``order``: average precision of the order within what it sends, over the wanted papers that it sends.
    ``told`` / ``right`` / ``wanted``: papers before the line, those of them that are wanted, and all that are.
    """

    order: float
    told: int
    right: int
    wanted: int

    @property
    def f1(self) -> float:
        """F1 of what stands before the line."""
        return 2 * self.right / (self.told + self.wanted)


def judged(topic: Topic, ordered: Sequence[str], told: Collection[str]) -> Judged:
    """Judge what a way sends, best first, and what stands before its line. Papers without judgement are left out."""
    grades = [topic.judged[id] == WANTED for id in ordered if id in topic.judged]
    told_grades = [topic.judged[id] == WANTED for id in told if id in topic.judged]
    return Judged(average_precision(grades), len(told_grades), sum(told_grades), topic.wanted)


def average_precision(wanted: Sequence[bool]) -> float:
    """Return the mean of the precisions at each wanted paper, 0 where there is none."""
    precisions = [
        right / place
        for place, right, is_wanted in zip(count(1), accumulate(wanted), wanted, strict=False)
        if is_wanted
    ]
    return sum(precisions) / len(precisions) if precisions else 0.0


def summary(found: Mapping[str, Judged]) -> dict[str, object]:
    """Return the figures of a way over all topics: means with the spread between topics, and F1 of all pooled."""
    orders, f1s = [one.order for one in found.values()], [one.f1 for one in found.values()]
    pooled = 2 * sum(one.right for one in found.values()) / sum(one.told + one.wanted for one in found.values())
    return {
        "AP": round(mean(orders), 3),
        "AP_spread": round(stdev(orders), 3),
        "F1": round(mean(f1s), 3),
        "F1_spread": round(stdev(f1s), 3),
        "F1_pooled": round(pooled, 3),
        "told": sum(one.told for one in found.values()),
        "topics": {name: [round(one.order, 3), round(one.f1, 3)] for name, one in found.items()},
    }
