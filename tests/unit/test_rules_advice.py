"""What stored papers suggest about rules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from watcher.model import Paper
from watcher.rules import compile_rule, document_of
from watcher.rules.advice.advice import advise
from watcher.rules.match.document import Document

NOW = datetime(2026, 3, 10, tzinfo=UTC)


def documents(*texts: tuple[str, str], filled: int = 100, days: int = 20) -> list[Document]:
    """These papers and as many others that nobody asks for, over some days."""
    papers = [*texts, *[("Other things", "Nothing of note.")] * (filled - len(texts))]
    return [
        document_of(
            Paper(id=n, key=f"k:{n}", title=title, abstract=abstract, first_seen=NOW + timedelta(days=n % days))
        )
        for n, (title, abstract) in enumerate(papers)
    ]


def said(rule: str, *texts: tuple[str, str], filled: int = 100, days: int = 20) -> list[tuple[str, str]]:
    papers = documents(*texts, filled=filled, days=days)
    return [(one.what, one.hint) for one in advise({"mine": compile_rule(rule)}, papers)]


def test_a_rule_that_matches_too_much() -> None:
    ((what, _),) = said("kiln", *[("A kiln", "")] * 26)
    assert what == "matches 26 of 100 papers since 2026-03-10 (26 %)"
    assert not said("kiln", *[("A kiln", "")] * 25)


def test_a_rule_that_matches_nothing() -> None:
    ((what, _),) = said("kiln")
    assert what == "matches none of 100 papers since 2026-03-10"


def test_nothing_is_said_of_a_short_past() -> None:
    assert said("kiln", days=13) == [] and said("kiln", days=14) != []


def test_nothing_is_said_of_few_papers() -> None:
    assert said("kiln", filled=39) == [] and said("kiln", filled=40) != []
    assert advise({}, documents()) == []


def test_forms_that_are_missed() -> None:
    texts = [("On quantization", "")] * 4 + [("We quantize", "")] * 2 + [("A quantized map", "")]
    ((what, hint),) = said("quantization", *texts)
    assert what == "quantization misses papers that have quantize, quantized"
    assert hint == "quanti* would match 3 more than the 4 now"
    ((_, hint),) = said("title:quantization", *texts)
    assert hint == "title:quanti* would match 3 more than the 4 now"


def test_a_prefix_that_would_bring_other_words_is_made_longer() -> None:
    texts = [("On quantization", "")] * 4 + [("We quantize", "")] * 4 + [("A quantile", ""), ("The quantity", "")] * 3
    ((_, hint),) = said("quantization", *texts)
    assert hint == "quantiz* would match 4 more than the 4 now"


def test_the_last_word_of_a_phrase_and_what_a_rule_already_says() -> None:
    texts = [("Weight pruning", "")] * 3 + [("Weight pruned", "")] * 3
    ((_, hint),) = said('"weight pruning"', *texts)
    assert hint == '"weight prun*" would match 3 more than the 3 now'
    assert said('"weight pruning" OR "weight pruned"', *texts) == []


def test_another_word_is_no_form() -> None:
    texts = [("Scaling", "")] * 3 + [("At scale", "")] * 31
    assert said("scaling", *texts, filled=200) == []


@pytest.mark.parametrize("rule", ["quanti*", "=quantization", '"on quantization"', "kiln -quantization"])
def test_what_already_says_so_or_is_no_single_word_is_left_alone(rule: str) -> None:
    texts = [("On quantization", "")] * 4 + [("We quantize a kiln", "")] * 6
    assert said(rule, *texts) == []


def test_few_missed_forms_are_not_worth_a_word() -> None:
    assert said("quantization", *[("On quantization", "")] * 9, ("We quantize", ""), ("It quantizes", "")) == []


def test_a_rule_whose_matches_are_mostly_mentions() -> None:
    texts = [("Maps", "One kiln.")] * 7 + [("A kiln", "")] * 3
    ((what, hint),) = said("kiln", *texts)
    assert what == "7 of its 10 matches are mentions"
    assert hint == "write above: 0.5 to have only their titles, or about:kiln to hear of none that says it once"
    assert said("about:kiln", *texts) == [] and said("kiln", *texts[1:]) == []


def test_an_acronym_with_several_meanings() -> None:
    texts = [
        *[("Maps", "We use Retrieval-Augmented Generation (RAG).")] * 3,
        *[("Maps", "A Robust Agent of Gravel (RAG) is shown.")] * 2,
        ("Maps", "One Rare And Grey (RAG) thing."),
    ]
    ((what, hint),) = said("title:RAG OR RAG", *texts)[:1]
    assert what == (
        'RAG has several meanings in its 6 matches: "retrieval augmented generation" (3), "robust agent of gravel" (2)'
    )
    assert hint == 'exclude one, as in NOT "robust agent of gravel", or ask for a second word'
    assert said('RAG NOT "robust agent of gravel"', *texts) == []
    assert said("rag", *texts)[0][0].startswith("rag has several meanings")


@pytest.mark.parametrize("text", ["see the appendix (RAG)", "Some Random Words (RAGS)", "(RAG) alone"])
def test_what_is_no_definition(text: str) -> None:
    assert said("RAG", *[("RAG", text)] * 5, *[("RAG", "Raw And Good (RAG)")] * 3) == []
