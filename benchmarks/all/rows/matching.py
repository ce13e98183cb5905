"""What many rules cost: to be read at a first start, and to be tried on papers."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache
from statistics import median

from benchmarks.all.row import Asked, Row, Samples
from benchmarks.matching.made import Maker, generated_texts, papers_of
from watcher.rules import Document, Index, compile_rule, document_of
from watcher.rules.index.index import RETUNED_AT

MANY, FEW = 100_000, 1_000
REGEXES = 1_000


def _cpu(do: Callable[[], object]) -> float:
    begun = time.process_time()
    do()
    return time.process_time() - begun


@cache
def _texts(rules: int) -> list[str]:
    """The texts of sparse rules, of which some thousand are about what papers are about."""
    return [rule.text() for rule in Maker(papers_of(generated_texts(200, seed=1)), seed=2).sparse(rules)]


def _index(rules: int) -> Index:
    index = Index()
    index.add_many((n, compile_rule(text)) for n, text in enumerate(_texts(rules)))
    return index


def _documents() -> list[Document]:
    """Papers that are folded already."""
    found = [document_of(paper.paper(n)) for n, paper in enumerate(papers_of(generated_texts(200, seed=1)))]
    for one in found:
        one.texts("title"), one.texts("abstract")
    return found


def _learned(rules: int) -> tuple[Index, list[Document]]:
    """An index that knows by papers which terms are rare, and the papers."""
    index, documents = _index(rules), _documents()
    for _ in range(1 + RETUNED_AT[-1] // len(documents)):
        index.match_page(documents)
    return index, documents


def _first_start(asked: Asked) -> Samples:
    _texts(MANY)
    documents = _documents()[:100]
    return Samples([_cpu(lambda: _index(MANY).match_page(documents)) for _ in range(min(asked.rounds, 3))])


def _one_paper(asked: Asked) -> Samples:
    index, documents = _learned(MANY)
    took = [[1e6 * _cpu(lambda one=one: index.match(one)) for one in documents] for _ in range(asked.rounds)]  # type: ignore[misc]
    return Samples([median(some) for some in took])


def _growth(asked: Asked) -> Samples:
    many, few = _learned(MANY), _learned(FEW)
    both = [[_cpu(lambda one=one: one[0].match_page(one[1])) for one in (many, few)] for _ in range(asked.rounds)]  # type: ignore[misc]
    return Samples([1e6 * one[0] / 200 for one in both], [1e6 * one[1] / 200 for one in both])


def _regexes(asked: Asked) -> Samples:
    index, documents = Index(), _documents()
    index.add_many((n, compile_rule(rf"title:/{chr(97 + n % 26)}{n % 7}[a-z]+{n}/")) for n in range(REGEXES))
    index.match_page(documents)
    took = [_cpu(lambda: index.match_page(documents)) for _ in range(asked.rounds)]
    return Samples([1000 * one / len(documents) for one in took])


def _added(asked: Asked) -> Samples:
    """The worst of the papers that come after a rule was added, for each of some rules."""
    index, documents = _learned(MANY)
    more = [compile_rule(text) for text in _texts(FEW + asked.rounds)[-asked.rounds :]]
    worst = []
    for n, rule in enumerate(more):
        index.add(MANY + n, rule)
        worst.append(1000 * max(_cpu(lambda one=one: index.match(one)) for one in documents[:20]))  # type: ignore[misc]
    return Samples(worst)


ROWS = (
    Row(
        name="first-start",
        what="reading 100,000 rules for the first time, to the first matched page",
        unit="s",
        measure=_first_start,
        must=3.0,
        reach=1.0,
        is_long=True,
    ),
    Row(
        name="one-paper",
        what="one paper (not a page) against 100,000 rules",
        unit="µs",
        measure=_one_paper,
        must=150,
        reach=80,
        is_long=True,
    ),
    Row(
        name="rules-growth",
        what="a page against 100,000 rules, a paper",
        unit="µs",
        measure=_growth,
        peer="1,000 rules with as many matches",
        by_ratio=True,
        must=2.0,
        reach=1.5,
        is_long=True,
    ),
    Row(
        name="regexes",
        what="1,000 rules of a regex alone, a paper",
        unit="ms",
        measure=_regexes,
        must=2,
        reach=0.5,
    ),
    Row(
        name="added-rule",
        what="worst paper after a rule was added to 100,000",
        unit="ms",
        measure=_added,
        must=20,
        reach=5,
        is_long=True,
    ),
)
