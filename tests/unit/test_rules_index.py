"""Many rules at once give the answer of each read by itself, as slowly and plainly as possible."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import times
from tests.unit.rules_reference import HAS, answer
from watcher.errors import RuleError
from watcher.model import Listing, Paper
from watcher.model.fields import FACTS, IDENTIFIED, Field, FieldKind, rule_names
from watcher.rules import Index, Rule, compile_rule, document_of, evaluate

NOW = datetime(2026, 3, 10, tzinfo=UTC)

WORDS = [
    *("agent", "agents", "Agent", "AGENTS", "multi-modal", "multimodal", "multi", "modal", "KV", "cache", "caches"),
    *("RAG", "rags", "RAGs", "C++", "C", "naïve", "k-NN", "GPS", "gp", "$M^3$ViT", "β-VAE", "beta", "large"),
    *("language", "models", "quantized", "a-b-c-d", "LoRA+", "LoRA", ".NET", "(cache)", "agent's", "GPT-4o"),
    *("模型", "o"),
    *("TNFα", "TNF-alpha", "tnf", "β1", "beta1", "γδ", "Müller", "Mueller", "10,000", "10000", "CD4⁺", "CD4+", "A*"),
    *("supernova", "supernovae", "bases", "µm", "deep\u200blearning"),
]  # fmt: skip
WORD = st.sampled_from(WORDS)
TERM = WORD.map(lambda word: word.strip("()$").replace("$", ""))
PHRASE = st.lists(TERM, min_size=2, max_size=4).map(lambda words: f'"{" ".join(words)}"')
LONG = st.lists(TERM, min_size=6, max_size=9).map(lambda words: f'"{" ".join(words)}"')
LEAF = st.one_of(
    TERM,
    PHRASE,
    LONG,
    PHRASE.map(lambda phrase: phrase[:-1] + '*"'),
    st.tuples(PHRASE, st.integers(1, 4)).map(lambda pair: f"{pair[0]}~{pair[1]}"),
    TERM.map(lambda word: f'="{word}"'),
    PHRASE.map(lambda phrase: f"={phrase}"),
    st.tuples(
        st.sampled_from([*rule_names(FieldKind.TEXT), "about"]), st.one_of(TERM, PHRASE)
    ).map(lambda pair: f"{pair[0]}:{pair[1]}"),
    st.sampled_from(["age*", "mul*", "ra*", "gp*", "title:ca*", "about:mod*"]),
    st.tuples(
        st.sampled_from(rule_names(FieldKind.NUMBER)), st.sampled_from([">=5", "<3", "=7"])
    ).map("".join),
    st.tuples(
        st.sampled_from(rule_names(FieldKind.DAY)), st.sampled_from([">=2026-03-10", "<2026-01-01"])
    ).map("".join),
    st.tuples(
        st.sampled_from([one for one in rule_names(FieldKind.LABEL) if one not in ("has", *IDENTIFIED)]),
        st.sampled_from(["cs.CL", "cs.*", "hf", "a*", "2603.00001"]),
    ).map(":".join),
    st.sampled_from([f"has:{name}" for name in HAS]),
    st.sampled_from(["author:orcid:0000-0002-1825-0097", "author:hf:gem", "org:hf:gem", "org:ror:03yrm5c26"]),
    st.sampled_from(['author:"A Agent"', "author:gem*", 'author:"Lin Gem-Okoro"']),
    st.tuples(
        st.sampled_from(rule_names(FieldKind.TEXT)), st.sampled_from(["/ag.nts?/", "/[A-Z]{2}/"])
    ).map(":".join),
)  # fmt: skip
RULE = st.recursive(
    st.one_of(LEAF, LEAF.map(lambda leaf: f"NOT {leaf}")),
    lambda rules: st.one_of(
        st.lists(rules, min_size=2, max_size=3).map(lambda some: "(" + " AND ".join(some) + ")"),
        st.lists(rules, min_size=2, max_size=3).map(lambda some: "(" + " OR ".join(some) + ")"),
        rules.map(lambda rule: f"NOT ({rule})"),
    ),
    max_leaves=7,
)
LISTING = st.builds(
    lambda source, upvotes, comments, hours, day: Listing(
        source=source,
        day=date(2026, 3, day) if day else None,
        upvotes=upvotes,
        comments=comments,
        read_at=NOW + timedelta(hours=hours),
    ),
    st.sampled_from(["hf", "arxiv"]),
    st.sampled_from([None, 3, 7]),
    st.sampled_from([None, 1, 9]),
    st.integers(0, 9),
    st.sampled_from([None, 9, 10]),
)
TEXT = st.lists(WORD, max_size=9).map(" ".join)
VALUES: dict[FieldKind | None, st.SearchStrategy[Any]] = {
    FieldKind.TEXT: TEXT,
    FieldKind.PEOPLE: st.sampled_from(
        ["Ada Agent", "A. Agent", "Lin Gem-Okoro", "L G Okoro", "LG Okoro", "Gem", "LeCun", "Ann Le Cun", "H Mueller"]
    ),
    FieldKind.LABEL: st.sampled_from(["cs.CL", "stat.ML", "cs.LG"]),
    FieldKind.DAY: st.sampled_from([NOW, NOW - timedelta(days=400)]),
    None: st.sampled_from([None, "https://code.example/x"]),
}


IDS = st.sampled_from(
    ["orcid:0000-0002-1825-0097 Ada Agent", "hf:gem Lin Gem-Okoro", "ror:03yrm5c26 Gem", "hf:gems Gem"]
)


def fact(field: Field) -> st.SearchStrategy[Any]:
    values = IDS if field.rule in IDENTIFIED else VALUES[field.kind]
    if field.is_several:
        return st.lists(values, max_size=3).map(tuple)
    return values if get_type_hints(Paper)[field.attribute] is str else st.one_of(st.none(), values)


PAPER = st.builds(
    Paper,
    id=st.just(1),
    key=st.just("arxiv:2603.00001"),
    listings=st.lists(LISTING, max_size=2, unique_by=lambda one: one.source).map(tuple),
    first_seen=st.just(NOW),
    **{one.attribute: fact(one) for one in FACTS} | {"arxiv_id": st.sampled_from([None, "2603.00001"])},
)
SOURCES = st.sampled_from([(), (), (), ("hf",), ("arxiv", "hf")])


def compiled(texts: list[tuple[str, tuple[str, ...]]]) -> dict[int, Rule]:
    rules = {}
    for id, (text, sources) in enumerate(texts):
        try:
            rules[id] = compile_rule(text, sources)
        except RuleError:
            continue  # a branch with nothing but NOT, an author without a name …
    return rules


@pytest.mark.parametrize(("most_few", "one_by_one"), [(0, True), (0, False), (2, True), (100, True)])
@settings(max_examples=times(150))
@given(st.lists(st.tuples(RULE, SOURCES), min_size=1, max_size=6), st.lists(PAPER, min_size=1, max_size=3))
def test_the_index_answers_as_the_reference(
    most_few: int, one_by_one: bool, texts: list[tuple[str, tuple[str, ...]]], papers: list[Paper]
) -> None:
    """Few branches and keys are decided one by one, many together."""
    with pytest.MonkeyPatch.context() as patched:
        if not one_by_one:
            patched.setattr("watcher.rules.index.packed_index.FEW_BRANCHES", -1)
            patched.setattr("watcher.rules.index.packed_index.FEW_KEYS", -1)
        compare(Index(most_few), compiled(texts), papers)


def compare(index: Index, rules: dict[int, Rule], papers: list[Paper]) -> None:
    for id, rule in rules.items():
        index.add(id, rule)
    documents = [document_of(paper) for paper in papers]
    found = index.match_page(documents)
    for paper, document, matches in zip(papers, documents, found, strict=True):
        plain = {id: score for id, rule in rules.items() if (score := answer(rule, paper)) is not None}
        assert {id: matches.score(id) for id in matches} == plain
        assert len(matches) == len(plain)
        assert dict(matches) == {id: hit for id, rule in rules.items() if (hit := evaluate(rule, document))}


@settings(max_examples=times(150))
@given(
    st.lists(st.tuples(RULE, SOURCES), min_size=1, max_size=8),
    st.lists(st.tuples(st.sampled_from(["add", "remove", "pack", "match"]), st.integers(0, 7)), max_size=20),
    PAPER,
)
def test_rules_that_come_and_go(
    texts: list[tuple[str, tuple[str, ...]]], steps: list[tuple[str, int]], paper: Paper
) -> None:
    rules = compiled(texts)
    index, here, document = Index(3), dict[int, Rule](), document_of(paper)
    for step, id in steps:
        if step == "add" and id in rules and id not in here:
            here[id] = rules[id]
            index.add(id, rules[id])
        elif step == "remove":
            here.pop(id, None)
            index.remove(id)
        elif step == "pack":
            index.pack()
        else:
            assert dict(index.match(document)) == {
                id: hit for id, rule in here.items() if (hit := evaluate(rule, document))
            }
        assert len(index) == len(here) and all((id in index) == (id in here) for id in range(8))


def test_a_number_is_given_once() -> None:
    index = Index(0)
    index.add(1, compile_rule("agent"))
    with pytest.raises(ValueError, match="there already"):
        index.add(1, compile_rule("cache"))
    index.pack()
    with pytest.raises(ValueError, match="there already"):
        index.add(1, compile_rule("cache"))


def test_many_are_filed_as_one_by_one() -> None:
    rules = [(n, compile_rule(f'word{n % 50} OR "agent {n}"' if n % 3 else f"agent NOT word{n}")) for n in range(200)]
    paper = Paper(id=1, key="k:1", title="An agent word7", abstract="agent 13", first_seen=NOW)
    many, single = Index(20), Index(20)
    many.add_many(rules)
    for id, rule in rules:
        single.add(id, rule)
    assert dict(many.match(document_of(paper))) == dict(single.match(document_of(paper)))
    assert len(many) == 200


def test_a_few_rules_do_without_numpy() -> None:
    """A small daemon should not pay for what it does not need."""
    code = (
        "import sys; from watcher.rules import *; from watcher.model import Paper; from datetime import datetime, UTC\n"
        "index = Index(); index.add_many(enumerate([compile_rule('kiln')] * 100))\n"
        "paper = Paper(id=1, key='k:1', title='A kiln', abstract='', first_seen=datetime.now(UTC))\n"
        "assert len(index.match(document_of(paper))) == 100 and 'numpy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
