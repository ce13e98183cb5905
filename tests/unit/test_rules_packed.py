"""A rule gives the same answer of packed words as of the paper, and what it matches has the words that it asks for."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import example, given, settings

from tests.examples import times
from tests.unit.test_rules_index import NOW, PAPER, RULE, SOURCES
from watcher.errors import RuleError
from watcher.model import Paper
from watcher.rules import compile_rule, document_of
from watcher.rules.advice.trial import RuleTrial
from watcher.rules.index.prefilter import AllWords, WordQuestion, filed_words, question_of
from watcher.rules.match.packed import FOLDING, PackedDocument, pack, reads_papers, reads_texts


def paper_of(title: str, abstract: str = "") -> Paper:
    return Paper(id=1, key="arxiv:2603.00001", title=title, abstract=abstract, first_seen=NOW)


def is_answered(asked: WordQuestion, filed: set[str]) -> bool:
    """Whether an index of these words has an answer, as slowly and plainly as possible."""
    if isinstance(asked, str):
        return any(word.startswith(asked[:-1]) for word in filed) if asked.endswith("*") else asked in filed
    answers = [is_answered(part, filed) for part in asked.parts]
    return all(answers) if isinstance(asked, AllWords) else any(answers)


@settings(max_examples=times(400))
@given(RULE, SOURCES, PAPER)
@example("a-b-c-d", (), paper_of("a-b c-d abcd"))
@example('"multi-modal agents"', (), paper_of("Multimodal agents"))
def test_packed_words_answer_as_the_paper(text: str, sources: tuple[str, ...], paper: Paper) -> None:
    try:
        rule = compile_rule(text, sources)
    except RuleError:
        return
    document = document_of(paper)
    plain, packed = RuleTrial(rule), RuleTrial(rule)
    score = plain.look(document)
    if not reads_texts(rule.tree):
        known = paper if rule.sources or reads_papers(rule.tree) else None
        assert packed.look(PackedDocument(pack(document), known)) == score
        assert packed.terms() == plain.terms()
    asked = question_of(rule.tree)
    assert score is None or asked is None or is_answered(asked, filed_words(document))


@pytest.mark.parametrize(
    ("rule", "asked"),
    [
        ("agent", "agent"),
        ("agent* -survey", "agent*"),
        ('"tool use" upvotes>=5', "(tool & use)"),
        ("multi-modal", "(multi | multimodal)"),
        ('"cache the multi-modal agent"', "(cache & the & (multi | multimodal) & agent)"),
        ('robot AND (arm OR "kv cache")', "(robot & (arm | (kv & cache)))"),
        ("category:cs.CL robot", "(category=cs.cl & robot)"),
        ("category:cs.*", "category=cs.*"),
        ("title:agent* OR (title:/x/ kite)", "(title=agent* | kite)"),
        ('author:"Ada Fern"', "(author=ada | author=fern)"),
        ("title:/x+/ OR robot", None),
        ("upvotes>=9", None),
        (" OR ".join(f"word{n}" for n in range(400)), None),
    ],
)
def test_what_an_index_is_asked(rule: str, asked: str | None) -> None:
    found = question_of(compile_rule(rule).tree)
    assert (found and _shown(found)) == asked


def _shown(asked: WordQuestion) -> str:
    if isinstance(asked, str):
        return asked
    sign = " & " if isinstance(asked, AllWords) else " | "
    return f"({sign.join(_shown(part) for part in asked.parts)})"


def test_words_that_cannot_be_written_down_are_read_from_the_paper() -> None:
    assert pack(document_of(paper_of("A lantern")))
    assert pack(document_of(paper_of("A lantern", "one\x1etwo\x1cthree"))), "blanks to the rules"


def test_another_folding_has_another_number() -> None:
    """Stored words are used only where they are of the same folding: raise FOLDING with what this text becomes."""
    text = "GANs' β-VAEs, k-NN of 10,000 bases: \\emph{naïve} multi-modal M$^3$ViT. A last sentence on LLMs/CNNs."
    made = pack(document_of(Paper(id=1, key="k", title=text, abstract=text, authors=("Ada Fern",), first_seen=NOW)))
    assert (FOLDING, sha256(made.encode()).hexdigest()[:16]) == (4, "20a6a6d37dc02d62"), made
