"""Rules over real papers: the index against the reference, and the places of words."""

from __future__ import annotations

import gzip
import json
import random
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from tests.unit.rules_reference import answer
from watcher.model import Paper
from watcher.rules import Index, compile_rule, document_of, evaluate
from watcher.rules.folding.text import Folded

pytestmark = pytest.mark.real
NOW = datetime(2026, 3, 10, tzinfo=UTC)


@pytest.fixture(scope="module")
def papers(shared: Path) -> list[Paper]:
    with gzip.open(shared / "captures" / "hf_corpus" / "hf_daily_2024.jsonl.gz", "rt") as lines:
        return [
            Paper(id=n, key=f"arxiv:{one['arxiv_id']}", title=one["title"], abstract=one["abstract"], first_seen=NOW)
            for n, one in enumerate(map(json.loads, lines))
        ]


def rules_about(papers: list[Paper], count: int) -> list[str]:
    """Rules of the papers' own words, as they are written there."""
    dice = random.Random(5)
    words = sorted({word for paper in papers for word in paper.abstract.split() if word.isalpha() or "-" in word[1:-1]})
    words = [word for word in words if word.replace("-", "").isalnum() and not word.startswith("-") and len(word) > 2]
    pairs = sorted({pair for paper in papers for pair in pairwise(paper.title.replace('"', " ").split())})

    def term() -> str:
        kind = dice.random()
        word = dice.choice(words)
        if kind < 0.35:
            return f'"{word}"'
        if kind < 0.6:
            return f'"{" ".join(dice.choice(pairs))}"'
        if kind < 0.7:
            return f'"{" ".join(dice.choice(pairs))}"~{dice.randint(1, 4)}'
        if kind < 0.8:
            return f'about:"{word}"'
        if kind < 0.9:
            return f'="{word}"'
        return f"{word.split('-')[0][:5]}*" if len(word.split("-")[0]) > 3 and word[:5].isalpha() else f'title:"{word}"'

    shapes = ["{}", "{} OR {}", "{} {}", "{} NOT {}", "({} OR {}) {}", "({} {}) OR ({} NOT {})"]
    found: list[str] = []
    while len(found) < count:
        shape = dice.choice(shapes)
        text = shape.format(*(term() for _ in range(shape.count("{}"))))
        try:
            compile_rule(text)
        except Exception as error:  # two words of punctuation, say
            assert "letter" in str(error) or "two words" in str(error) or "look for" in str(error), (text, error)
            continue
        found.append(text)
    return found


def test_the_index_answers_as_the_reference_over_real_papers(papers: list[Paper]) -> None:
    rules = {n: compile_rule(text) for n, text in enumerate(rules_about(papers[:400], 1_500))}
    index = Index(most_few=50)
    index.add_many(rules.items())
    documents = [document_of(paper) for paper in papers]
    found = index.match_page(documents)
    matched = 0
    for paper, document, matches in zip(papers, documents, found, strict=True):
        plain = (
            {id: hit for id, rule in rules.items() if (hit := evaluate(rule, document))} if paper.id % 20 == 0 else None
        )
        if plain is not None:
            assert dict(matches) == plain
        matched += len(matches)
    assert matched > 10_000
    for paper, matches in list(zip(papers, found, strict=True))[::250]:
        expected = {id: score for id in range(150) if (score := answer(rules[id], paper)) is not None}
        assert {id: matches.score(id) for id in matches if id < 150} == expected


def test_every_word_of_a_real_paper_has_its_place(papers: list[Paper]) -> None:
    for paper in papers:
        folded = Folded(paper.abstract, plurals=True)
        at = 0
        for n in range(len(folded.line)):
            start, end = folded.characters(n, n + 1)
            assert at <= start < end <= len(paper.abstract)
            at = start
