"""Learning curves: order and line after so many thumbs, beside the formula on the same papers that have none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from random import Random
from statistics import mean, stdev

from benchmarks.relevance.judged import WANTED, Topic
from benchmarks.relevance.measures import judged
from watcher.model import Paper, is_strong
from watcher.rules import Document, ThumbedPaper, compile_rule, document_of, evaluate, taste_of
from watcher.rules.match.taste import DEFAULT_VARIANCES, Variances

THUMBS = (5, 10, 20, 50)
DRAWS = 20
CHOICES = [Variances(*one) for one in product((4.0, 16.0, 64.0), (0.0625, 0.25, 1.0))]
"""Variances that are chosen from, topic by topic on the nine others."""


@dataclass(frozen=True, slots=True)
class Matched:
    """A topic with its judged papers. ``scores``: arXiv id → the formula's score, of what the rule matches."""

    topic: Topic
    documents: Mapping[str, Document]
    scores: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Gain:
    """How one draw of thumbs did on one topic: order and F1 by the formula and with the thumbs, on all other papers."""

    draw: int
    order: float
    learned_order: float
    f1: float
    learned_f1: float


def matched(topics: Sequence[Topic], papers: Sequence[Paper]) -> list[Matched]:
    """Return each topic with its judged papers and what its rule gives them."""
    found = []
    for topic in topics:
        rule = compile_rule(topic.rule)
        documents = {str(one.arxiv_id): document_of(one) for one in papers if one.arxiv_id in topic.judged}
        hits = {id: evaluate(rule, document) for id, document in documents.items()}
        found.append(Matched(topic, documents, {id: hit.score for id, hit in hits.items() if hit}))
    return found


def gains(one: Matched, thumbs: int, variances: Variances = DEFAULT_VARIANCES, *, told: bool = False) -> Iterator[Gain]:
    """Yield the effect of each draw of thumbs; ``told``: drawn among the rule's matches, else among all judged papers.

    Draws that leave fewer than two papers, or none that is wanted, are left out.
    """
    asked = sorted(one.scores if told else one.documents)
    for draw in range(DRAWS):
        order = list(asked)
        Random(f"{draw} {one.topic.name}").shuffle(order)
        given = order[:thumbs]
        rest = [id for id in one.scores if id not in given]
        if len(rest) < 2 or not any(one.topic.judged[id] == WANTED for id in rest):
            continue
        some = [
            ThumbedPaper(one.documents[id], one.scores.get(id, 0.0), one.topic.judged[id] == WANTED) for id in given
        ]
        taste = taste_of(some, variances)
        assert taste is not None
        learned = {id: taste.score(one.scores[id], one.documents[id]) for id in rest}
        before, after = _judged(one.topic, rest, one.scores), _judged(one.topic, rest, learned)
        yield Gain(draw, before[0], after[0], before[1], after[1])


def _judged(topic: Topic, ids: Sequence[str], scores: Mapping[str, float]) -> tuple[float, float]:
    """Return average precision and F1 on these papers."""
    left = Topic(topic.name, topic.rule, {id: topic.judged[id] for id in ids})
    ordered = sorted(ids, key=lambda id: -scores[id])
    found = judged(left, ordered, [id for id in ids if is_strong(scores[id])])
    return found.order, found.f1


def curve_lines(topics: Sequence[Matched]) -> Iterator[str]:
    """Yield the learning curves as a table: means over topics, each the mean of its draws; the spread of the draws."""
    for told in (False, True):
        among = "what the rule matches" if told else "all judged papers"
        yield f"\n{f'thumbs among {among}':38}{'AP':>16}{'gain':>18}{'F1':>16}{'topics':>8}"
        for thumbs in THUMBS:
            yield _line(f"{thumbs} thumbs", {one.topic.name: list(gains(one, thumbs, told=told)) for one in topics})
    yield _line("20, variances of the other topics", dict(_left_out(topics, 20)))
    yield _line("50, variances of the other topics", dict(_left_out(topics, 50)))


def _line(name: str, by_topic: Mapping[str, Sequence[Gain]]) -> str:
    some = [found for found in by_topic.values() if found]
    order = mean(mean(one.order for one in found) for found in some)
    learned = mean(mean(one.learned_order for one in found) for found in some)
    f1 = mean(mean(one.f1 for one in found) for found in some)
    learned_f1 = mean(mean(one.learned_f1 for one in found) for found in some)
    by_draw = [_of_draw(some, draw) for draw in range(DRAWS)]
    spread = stdev(one for one in by_draw if one is not None)
    gain = f"{learned - order:+.3f} ± {spread:.3f}"
    return f"{name:38}{f'{order:.3f} → {learned:.3f}':>16}{gain:>18}{f'{f1:.3f} → {learned_f1:.3f}':>16}{len(some):>8}"


def _of_draw(some: Sequence[Sequence[Gain]], draw: int) -> float | None:
    """Return the mean gain in order of one draw over the topics that have it."""
    found = [one.learned_order - one.order for gained in some for one in gained if one.draw == draw]
    return mean(found) if found else None


def _left_out(topics: Sequence[Matched], thumbs: int) -> Iterator[tuple[str, list[Gain]]]:
    """Yield what each topic gains by the variances that are best for the others."""
    tried = {
        (variances, one.topic.name): list(gains(one, thumbs, variances)) for variances in CHOICES for one in topics
    }

    def of_others(variances: Variances, name: str) -> float:
        others = [tried[variances, one.topic.name] for one in topics if one.topic.name != name]
        return mean(mean(gain.learned_order for gain in found) for found in others if found)

    for one in topics:
        name = one.topic.name
        yield name, tried[max(CHOICES, key=lambda variances: of_others(variances, name)), name]
