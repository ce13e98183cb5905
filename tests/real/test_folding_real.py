"""What folding makes of the words of real papers; ``python -m tests.real.vocabulary`` prints the lists themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.real.vocabulary import (
    Pair,
    Vocabulary,
    accents,
    capitals,
    hyphens,
    plural_capitals,
    plurals,
    texts,
    vocabulary,
)
from watcher.rules.folding.text import Folded

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def counted(shared: Path) -> Vocabulary:
    return vocabulary(texts(shared))


def words(pairs: list[Pair]) -> set[tuple[str, str]]:
    return {(pair.one, pair.other) for pair in pairs}


def test_plurals_of_the_real_vocabulary(counted: Vocabulary) -> None:
    together, apart = map(words, plurals(counted.words))
    assert len(together) > 2_400
    assert {
        *(("metric", "metrics"), ("policy", "policies"), ("class", "classes"), ("cache", "caches"), ("llm", "llms")),
        *(("matrix", "matrices"), ("analysis", "analyses"), ("criterion", "criteria"), ("optimum", "optima")),
        *(("stimulus", "stimuli"), ("api", "apis"), ("gpu", "gpus"), ("box", "boxes"), ("size", "sizes")),
    } <= together
    assert {
        *(("new", "news"), ("mean", "means"), ("it", "its"), ("do", "does"), ("len", "lens"), ("http", "https")),
        *(("physic", "physics"), ("dynamic", "dynamics"), ("robotic", "robotics"), ("statistic", "statistics")),
        *(("fp", "fps"), ("mct", "mcts"), ("medium", "media"), ("life", "lives"), ("us", "uses"), ("a", "as")),
    } <= apart
    assert not together & apart


def test_of_frequent_plurals_none_is_left_apart_but_those_that_were_looked_at(counted: Vocabulary) -> None:
    """Whoever captures more papers looks through what comes up here."""
    _, apart = plurals(counted.words)
    frequent = {
        (pair.one, pair.other)
        for pair in apart
        if min(pair.ones, pair.others) >= 8 and len(pair.one) > 3 and pair.other.endswith(("s", "a", "i"))
    }
    assert frequent == {
        *(("dynamic", "dynamics"), ("semantic", "semantics"), ("robotic", "robotics"), ("graphic", "graphics")),
        *(("aesthetic", "aesthetics"), ("diagnostic", "diagnostics"), ("mean", "means"), ("http", "https")),
        *(("medium", "media"), ("life", "lives"), ("analyse", "analyses")),
    }


def test_capitals_and_their_plurals(counted: Vocabulary) -> None:
    assert ("RAG", "rag") in words(capitals(counted.words))
    together, apart = map(words, plural_capitals(counted.words))
    assert {("LLMs", "llms"), ("LMMs", "lmms")} <= together
    assert {("RMS", "RMs"), ("AMS", "AMs"), ("LMMS", "LMMs"), ("3DGS", "3DGs")} <= apart
    assert not together & apart


def test_words_that_differ_by_accents_alone(counted: Vocabulary) -> None:
    assert words(accents(counted.words)) == {
        *(("naively", "naïvely"), ("naive", "naïve"), ("frechet", "fréchet"), ("plucker", "plücker")),
        *(("pokellmon", "pokéllmon"), ("pokemon", "pokémon")),
    }


def test_compounds_and_their_words_in_one(counted: Vocabulary) -> None:
    found = words(hyphens(counted))
    assert len(found) > 400
    assert {("pre-trained", "pretrained"), ("u-net", "unet"), ("gpt-4", "gpt4"), ("multi-modal", "multimodal")} <= found
    assert not {("20-25", "2025"), ("1-2", "12"), ("10-4", "104")} & found


def test_every_word_of_every_paper_has_its_place(shared: Path) -> None:
    for text in texts(shared):
        folded = Folded(text, plurals=True)
        at = 0
        for n in range(len(folded.line)):
            start, end = folded.characters(n, n + 1)
            assert at <= start < end <= len(text)
            at = end
