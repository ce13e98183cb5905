"""Papers and rules to measure with, the same for the same seed.

A rule is a list of branches (OR) of literals (AND), of which some are excluded; a literal is a row of words, the
last of which may go on. All words are ones that folding leaves as they are, so that every engine sees the same text and
means the same by a rule.
"""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from watcher.model import Paper
from watcher.rules.folding.plural import forms
from watcher.rules.folding.text import Folded

NOW = datetime(2026, 1, 1, tzinfo=UTC)
_SYLLABLES = [a + b for a in "bdfgklmnprtvz" for b in ("a", "e", "i", "o", "u", "an", "er", "il", "on", "ut")]
_RESERVED = {"and", "or", "not"}


@dataclass(frozen=True, slots=True)
class Literal:
    """Words in a row; ``goes_on`` for a prefix."""

    words: tuple[str, ...]
    goes_on: bool = False
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class MadeRule:
    """Branches of which one has to hold whole."""

    branches: tuple[tuple[Literal, ...], ...]

    def text(self) -> str:
        """As our language writes it."""
        parts = []
        for branch in self.branches:
            words = [("-" if one.excluded else "") + _written(one) for one in branch]
            parts.append(f"({' '.join(words)})" if len(words) > 1 and len(self.branches) > 1 else " ".join(words))
        return " OR ".join(parts)


def _written(literal: Literal) -> str:
    text = " ".join(literal.words) + ("*" if literal.goes_on else "")
    return f'"{text}"' if len(literal.words) > 1 or text in _RESERVED else text


@dataclass(frozen=True, slots=True)
class MadePaper:
    """The folded words of a title and an abstract."""

    title: tuple[str, ...]
    abstract: tuple[str, ...]

    def paper(self, id: int) -> Paper:
        """As ours is given it."""
        return Paper(
            id=id, key=f"made:{id}", title=" ".join(self.title), abstract=" ".join(self.abstract), first_seen=NOW
        )


def papers_of(texts: Iterable[tuple[str, str]]) -> list[MadePaper]:
    """Papers with these titles and abstracts, folded; words that count as several are left out."""
    return [MadePaper(_plain(title), _plain(abstract)) for title, abstract in texts]


def _plain(text: str) -> tuple[str, ...]:
    return tuple(word for word in Folded(text, plurals=True).line if is_plain(word))


def is_plain(word: str) -> bool:
    """Whether folding leaves the word as it is, and no other word counts as it."""
    return word.isascii() and word.isalnum() and forms(word, word) == (word,) and word not in _RESERVED


def read_corpus(folder: Path, limit: int) -> list[tuple[str, str]]:
    """Titles and abstracts of gzipped JSON Lines."""
    found: list[tuple[str, str]] = []
    for path in sorted(folder.glob("*.jsonl.gz")):
        with gzip.open(path, "rt") as lines:
            found += [(one["title"], one["abstract"]) for one in map(json.loads, lines)]
    return found[:limit]


def generated_texts(count: int, seed: int) -> list[tuple[str, str]]:
    """Titles and abstracts of invented words, as frequent as a language's (Zipf), some 1,400 characters each."""
    dice = random.Random(seed)
    vocabulary = sorted({"".join(dice.choices(_SYLLABLES, k=dice.randint(1, 4))) for _ in range(14_000)})
    dice.shuffle(vocabulary)
    weights = [1 / (rank + 3) for rank in range(len(vocabulary))]
    return [
        (" ".join(dice.choices(vocabulary, weights, k=9)), " ".join(dice.choices(vocabulary, weights, k=190)))
        for _ in range(count)
    ]


class Maker:
    """Makes rules about papers."""

    def __init__(self, papers: Sequence[MadePaper], seed: int) -> None:
        self._dice = random.Random(seed)
        rows = [row for paper in papers for row in (paper.title, paper.abstract)]
        self._words = sorted({word for row in rows for word in row if len(word) > 2})
        self._pairs = sorted({pair for row in rows for pair in pairwise(row)})

    def dense(self, count: int) -> list[MadeRule]:
        """All about what the papers are about: matches grow with the rules."""
        return [self._rule(self._common) for _ in range(count)]

    def sparse(self, count: int, about: int = 1_000) -> list[MadeRule]:
        """``about`` of them as above; the others ask for words that hardly occur, beside others that do."""
        return [self._rule(self._common if n < about else self._rare) for n in range(count)]

    def _rule(self, literal: object) -> MadeRule:
        make = self._common if literal == self._common else self._rare
        dice = self._dice.random()
        if dice < 0.4:
            return MadeRule(((make(),),))
        if dice < 0.6:
            return MadeRule(tuple((make(),) for _ in range(self._dice.randint(2, 4))))
        if dice < 0.8:
            return MadeRule(((make(), self._common()),))
        if dice < 0.9:
            return MadeRule(((make(), self._excluded()),))
        return MadeRule(((make(), self._common()), (make(), self._excluded())))

    def _common(self) -> Literal:
        dice = self._dice.random()
        if dice < 0.5:
            return Literal(self._dice.choice(self._pairs))
        word = self._dice.choice(self._words)
        if dice < 0.6 and len(word) > 5:
            return Literal((word[:-2],), goes_on=True)
        return Literal((word,))

    def _rare(self) -> Literal:
        word = "".join(self._dice.choices(_SYLLABLES, k=4)) + "q"
        dice = self._dice.random()
        if dice < 0.5:
            return Literal((self._dice.choice(self._words), word))
        return Literal((word,), goes_on=dice < 0.6)

    def _excluded(self) -> Literal:
        return Literal((self._dice.choice(self._words),), excluded=True)
