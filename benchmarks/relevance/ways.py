"""Ways to send papers and to put them in order: plain keywords, whole words, stems, title and count, BM25, ours."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from watcher.model import Paper
from watcher.rules import compile_rule, document_of
from watcher.rules.language.tree import leaves
from watcher.rules.match.evaluate import PaperReader

K1, B = 1.2, 0.75
"""The usual numbers of BM25."""


class Sent(NamedTuple):
    """A paper that a way sends. ``weight``: what it is ordered by; ``is_told``: it stands before the way's line."""

    id: str
    weight: float
    is_told: bool


Way = Callable[[str, Sequence[Paper]], list[Sent]]


def terms_of(rule: str) -> list[str]:
    """Return the terms of a rule in lower case, as somebody would type them into another tool."""
    return [re.sub(r'[="]', "", leaf.written).lower() for leaf in leaves(compile_rule(rule).tree)]


def keywords(rule: str, papers: Sequence[Paper]) -> list[Sent]:
    """A term anywhere in title or abstract, within words too; in the order of their coming."""
    terms = terms_of(rule)
    return [_sent(one) for one in papers if any(term in _text(one) for term in terms)]


def whole_words(rule: str, papers: Sequence[Paper]) -> list[Sent]:
    """A term as whole words as typed; in the order of their coming."""
    pattern = re.compile("|".join(rf"\b{re.escape(term)}\b" for term in terms_of(rule)))
    return [_sent(one) for one in papers if pattern.search(_text(one))]


def stems(rule: str, papers: Sequence[Paper]) -> list[Sent]:
    """A term as a row of Porter's stems; in the order of their coming. Raises ``ImportError`` without the library."""
    import snowballstemmer

    stem = cache(snowballstemmer.stemmer("porter").stemWord)

    def row(text: str) -> str:
        return " " + " ".join(map(stem, re.findall(r"\w+", text))) + " "

    wanted = [row(term) for term in terms_of(rule)]
    texts = ((one, row(_text(one))) for one in papers)
    return [_sent(one) for one, text in texts if any(term in text for term in wanted)]


def arrival(rule: str, papers: Sequence[Paper]) -> list[Sent]:
    """What the rule matches, in the order of its coming."""
    return [_sent(paper) for paper, _, _ in _matched(rule, papers)]


def title_then_count(rule: str, papers: Sequence[Paper]) -> list[Sent]:
    """What the rule matches: the title first, then by mentions; before the line, the title or two mentions."""
    return [
        Sent(_id(paper), 1_000 * in_title + mentions, in_title or mentions > 1)
        for paper, in_title, mentions in _matched(rule, papers)
    ]


def bm25(rule: str, papers: Sequence[Paper]) -> list[Sent]:
    """What the rule matches by BM25 over title, abstract, summary and keywords; before the line is all of it."""
    texts = {_id(one): _words(" ".join((_text(one), one.summary or "", *one.keywords))) for one in papers}
    known: Counter[str] = Counter(word for words in texts.values() for word in set(words))
    usual = sum(map(len, texts.values())) / len(texts)
    wanted = set(_words(" ".join(terms_of(rule))))

    def weight(words: list[str]) -> float:
        return _bm25(Counter(words), len(words) / usual, wanted, known, len(texts))

    return [Sent(_id(paper), weight(texts[_id(paper)]), True) for paper, _, _ in _matched(rule, papers)]


def bm25_weights(papers: Sequence[Paper], liked: Sequence[int], words: int = 40) -> list[float]:
    """Return the BM25 of each paper for the words in most of the liked papers, the rarest of those in equally many."""
    texts, known = _counted(tuple(papers))
    usual = sum(one.total() for one in texts) / len(texts)
    shared = Counter(word for n in liked for word in texts[n])
    query = sorted(shared, key=lambda word: (-shared[word] * _idf(known[word], len(texts)), word))[:words]
    return [_bm25(one, one.total() / usual, query, known, len(texts)) for one in texts]


@lru_cache(maxsize=1)
def _counted(papers: tuple[Paper, ...]) -> tuple[list[Counter[str]], Counter[str]]:
    """Return the words of each paper, and in how many papers each word is."""
    texts = [Counter(_words(" ".join((_text(one), one.summary or "", *one.keywords)))) for one in papers]
    return texts, Counter(word for one in texts for word in one)


def _idf(known: int, papers: int) -> float:
    return math.log(1 + (papers - known + 0.5) / (known + 0.5))


def _bm25(counts: Counter[str], length: float, query: Iterable[str], known: Counter[str], papers: int) -> float:
    return sum(
        _idf(known[word], papers) * counts[word] * (K1 + 1) / (counts[word] + K1 * (1 - B + B * length))
        for word in query
        if word in counts
    )


def _matched(rule: str, papers: Sequence[Paper]) -> Iterable[tuple[Paper, bool, int]]:
    """Yield what a rule matches: the paper, whether the title has a term, the number of mentions in the abstract."""
    compiled = compile_rule(rule)
    for paper in papers:
        hit = PaperReader(document_of(paper)).hit(compiled)
        if hit is not None:
            fields = Counter(place.field for place in hit.places)
            yield paper, bool(fields["title"]), fields["abstract"]


def _sent(paper: Paper) -> Sent:
    return Sent(_id(paper), 0.0, True)


def _id(paper: Paper) -> str:
    return paper.arxiv_id or paper.key


def _text(paper: Paper) -> str:
    return f"{paper.title}\n{paper.abstract}".lower()


def _words(text: str) -> list[str]:
    return [word.removesuffix("s") for word in re.findall(r"\w+", text.lower())]
