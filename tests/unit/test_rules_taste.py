"""What thumbs teach: the formula stays where nothing is known, words move it, and the same thumbs teach the same."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest

from watcher.model import Paper
from watcher.rules import Document, Taste, ThumbedPaper, document_of, taste_of
from watcher.rules.match.taste import MOST_THUMBS, word_shares

NOW = datetime(2026, 3, 10, tzinfo=UTC)
LIKED = ("robot", "grasp", "gripper", "arm")
DISLIKED = ("market", "trading", "stock", "price")
PLAIN = ("agent", "memory", "plan", "tool", "learn", "test", "method", "data")


def paper(chance: random.Random, topic: tuple[str, ...]) -> Document:
    words = [*chance.choices(PLAIN, k=12), *chance.choices(topic, k=6)]
    chance.shuffle(words)
    text = " ".join(words)
    return document_of(Paper(id=1, key="k:1", title=f"Agents {words[0]}", abstract=text, first_seen=NOW))


def thumbs(n: int, seed: int = 1, score: float = 0.6) -> list[ThumbedPaper]:
    chance = random.Random(seed)
    return [ThumbedPaper(paper(chance, LIKED if up else DISLIKED), score, up) for up in [k % 2 == 0 for k in range(n)]]


def test_without_thumbs_nothing_is_learned() -> None:
    assert taste_of([]) is None


@pytest.mark.parametrize("n", [1, 2, 5])
def test_with_few_thumbs_it_stays_near_the_formula_and_keeps_its_order(n: int) -> None:
    taste = taste_of(thumbs(n))
    assert taste is not None and taste.ups + taste.downs == n
    other = paper(random.Random(9), PLAIN)
    scores = [taste.score(formula, other) for formula in (0.1, 0.3, 0.5, 0.8, 0.99)]
    assert scores == sorted(scores) and len(set(scores)) == 5
    assert abs(scores[2] - 0.5) < 0.2


def test_it_learns_words_and_says_which() -> None:
    taste = taste_of(thumbs(40))
    assert taste is not None
    chance = random.Random(5)
    liked = [taste.score(0.5, paper(chance, LIKED)) for _ in range(10)]
    disliked = [taste.score(0.5, paper(chance, DISLIKED)) for _ in range(10)]
    assert min(liked) > 0.5 > max(disliked)
    up, down = taste.deciding(4)
    assert set(up) == set(LIKED) and set(down) == set(DISLIKED)


def test_small_words_are_never_shown() -> None:
    taste = Taste(0.0, {"another": 3.0, "approach": 2.0, "framework": 2.0, "lantern": 1.0, "shown": -2.0}, 3, 2)
    assert taste.deciding(3) == (["lantern"], [])


@pytest.mark.parametrize("up", [True, False])
def test_who_likes_all_or_nothing_moves_the_line(up: bool) -> None:
    some = [ThumbedPaper(one.document, 0.6, up) for one in thumbs(30)]
    taste = taste_of(some)
    assert taste is not None
    assert (taste.score(0.6, some[0].document) > 0.6) is up


def test_the_same_thumbs_teach_the_same_and_only_the_newest_count() -> None:
    one, other = taste_of(thumbs(30)), taste_of(thumbs(30))
    assert one == other
    many = thumbs(MOST_THUMBS + 40)
    assert taste_of(many) == taste_of(many[40:])


def test_a_rule_without_words_begins_in_the_middle_of_strong() -> None:
    taste = taste_of(thumbs(20, score=1.0))
    assert taste is not None
    chance = random.Random(3)
    assert taste.score(1.0, paper(chance, LIKED)) > 0.75 > taste.score(1.0, paper(chance, DISLIKED))


@pytest.mark.parametrize("text", ["", "12 34", "深度学习 über α-β", "word " * 100_000])
def test_any_text_has_bounded_words(text: str) -> None:
    words = word_shares(document_of(Paper(id=1, key="k:1", title=text, abstract=text, first_seen=NOW)))
    assert len(words) <= 1_000 and (not words or abs(sum(one * one for one in words.values()) - 1) < 1e-9)
