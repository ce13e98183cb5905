"""How much a paper is about what a rule asks for: where and how its terms stand in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.test_rules_index import PAPER, RULE, compiled
from watcher.model import Paper
from watcher.rules import compile_rule, document_of, evaluate
from watcher.rules.folding.sentences import last_sentence
from watcher.rules.match.aboutness import score_of
from watcher.rules.match.explain import explain_match

NOW = datetime(2026, 3, 10, tzinfo=UTC)
BEFORE = "Much was tried before with kettles and pots of any size. "
MIDDLE = "Then there is a kiln that stands in between all of these. "
AFTER = "What we measured in eight towns was better than that."
PLAIN = BEFORE + "Nothing of the kind is said here or anywhere else. " + AFTER


def paper(title: str = "Maps", abstract: str = PLAIN, summary: str = "A summary.", *keywords: str) -> Paper:
    return Paper(
        id=1, key="url:x", title=title, abstract=abstract, summary=summary or None, keywords=keywords, first_seen=NOW
    )


def points(rule: str, one: Paper) -> float:
    hit = evaluate(compile_rule(rule), document_of(one))
    assert hit is not None
    return next(n / 1_000 for n in range(20_000) if score_of(n / 1_000) >= hit.score)


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (paper(abstract=BEFORE + MIDDLE + AFTER), 0.25),
        (paper(abstract=BEFORE + MIDDLE + MIDDLE + AFTER), 0.5),
        (paper(abstract=BEFORE + 4 * MIDDLE + AFTER), 0.7 + 0.5),
        (paper(abstract=BEFORE + BEFORE + 9 * MIDDLE + AFTER), 0.9 + 0.5),
        (paper(abstract="Of a kiln we speak. " + PLAIN), 0.75),
        (paper(abstract=PLAIN + " So much for the kiln."), 0.75),
        (paper(abstract="What a kiln does when it is cold is not known"), 0.75),
        (paper("A Kiln"), 1.25),
        (paper("A Kiln for a Kiln"), 1.25),
        (paper("A Kiln", BEFORE + MIDDLE + AFTER), 1.5),
        (paper("Maps", BEFORE + MIDDLE + AFTER, "All about kilns."), 0.75),
        (paper("Maps", BEFORE + MIDDLE + AFTER, "", "kilns", "pots"), 0.75),
        (paper("Maps", BEFORE + MIDDLE + AFTER, "", "pots", "a kiln", "kilns"), 0.625),
        (paper("Maps", BEFORE + MIDDLE + AFTER, ""), 0.25),
        (paper("Maps", "Of a kiln we speak. " + PLAIN, ""), 1.0),
        (paper("A Kiln", PLAIN, ""), 1.5),
        (paper("A Kiln", ""), 2.0),
        (paper("A Kiln", "", ""), 2.25),
        (paper("Maps", "A kiln"), 0.25),
    ],
)
def test_each_place_gives_its_points(one: Paper, expected: float) -> None:
    assert points("kiln", one) == pytest.approx(expected, abs=0.002)


ONCE = BEFORE + MIDDLE + "A sieve is there too, and a pot of clay beside it. " + AFTER


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("kiln OR sieve", 0.5 + 0.25),
        ("kiln OR sieve OR clay", 0.6 + 0.5),
        ("kiln OR kilns OR moon", 0.25 + 0.25),
        ("kiln OR moon", 0.25),
        ("kiln sieve", 0.25),
        ("kiln pot", 0.25),
        ("kiln maps", 0.25),
        ("maps -moon", 1.25),
        ("(kiln maps) OR maps", 1.25),
        ("(kiln OR sieve) maps", 0.75),
        ("maps published>=2020-01-01", 1.25),
        ('"kiln between"~6', 0.25),
        ("kil*", 0.25),
        ("=kiln", 0.25),
        ("about:maps", 1.25),
        ("title:maps", 1.25),
        ("abstract:kiln", 1.0),
        ("title:/[Mm]aps/", 1.25),
        ("abstract:/kil[n]/", 1.0),
        ("summary:summary", 1.0),
    ],
)
def test_every_form_of_rule_has_a_score(rule: str, expected: float) -> None:
    one = replace(paper("Maps", ONCE), published=NOW)
    assert points(rule, one) == pytest.approx(expected, abs=0.002)


@pytest.mark.parametrize("rule", ["published>=2020-01-01", "author:holm", "org:pebble", "maps OR author:holm", "id:x"])
def test_a_rule_that_asks_for_no_words_is_wholly_met(rule: str) -> None:
    one = replace(paper(), published=NOW, authors=("Ada Holm",), organization="Pebble", arxiv_id="x")
    hit = evaluate(compile_rule(rule), document_of(one))
    assert hit is not None and hit.score == 1.0


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("One. Two. Three.", "Three."),
        ("One. Two e.g. that. Three (3). ", "Three (3). "),
        ("One only", "One only"),
        ("It ends? (Yes.) Done!", "Done!"),
        ("前の文。後の文。", "後の文。"),
        ("A. " + "x" * 2_000, "x" * 2_000),
        ("Begin. Then " + "x" * 2_000 + " ends", "Then " + "x" * 2_000 + " ends"),
        ("", ""),
    ],
)
def test_the_last_sentence_is_found(text: str, last: str) -> None:
    found = text[last_sentence(text) :]
    assert found == last or (last[0] == "x" and found == text)


@given(RULE, PAPER)
def test_a_score_is_from_0_to_1_and_explained(text: str, one: Paper) -> None:
    for rule in compiled([(text, ())]).values():
        hit, explained = evaluate(rule, document_of(one)), explain_match(rule, document_of(one))
        assert explained.score == (None if hit is None else hit.score)
        assert hit is None or (0 <= hit.score <= 1 and explained.grounds)


@given(st.lists(st.sampled_from(["agent", '"kv cache"', "multi-modal", "about:rag", "gp*"]), min_size=1), PAPER)
def test_a_term_more_in_title_summary_or_keywords_never_lowers(terms: list[str], one: Paper) -> None:
    rule = compile_rule(" OR ".join(terms))
    before = evaluate(rule, document_of(one))
    words = "RAG; agents; KV cache; multi-modal; GPs."
    for more in (
        replace(one, title=f"{one.title} {words}"),
        replace(one, summary=f"{one.summary} {words}") if one.summary else one,
        replace(one, keywords=(*one.keywords, words)) if one.keywords else one,
    ):
        after = evaluate(rule, document_of(more))
        assert before is None or (after is not None and after.score >= before.score)
