"""Many regexes at once are found where each by itself is."""

from __future__ import annotations

import pytest
import re2
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.examples import times
from tests.unit.rules_reference import answer
from tests.unit.test_rules_index import NOW, PAPER
from watcher.model import Paper
from watcher.model.fields import FieldKind, rule_names
from watcher.rules import Index, compile_rule, document_of
from watcher.rules.language.regex import PatternFilter, holds, regex_problem

PIECE = st.sampled_from(
    [
        *(
            "agent",
            "ag.nt",
            "(?i:AGENT)",
            "[A-Z]{2}",
            "a|b",
            "kv",
            "^",
            "$",
            r"\b",
            "(ab)?",
            ".*",
            "é",
            "(?i)é",
            r"\d+",
        ),
        *(r"\d+", r"\0", r"\x{41}", "(?s:.)", "tool", "tools?", "[^a]", "-", "ß", "(?i)ss", "模", r"\z", r"\pL", " "),
    ]
)
PATTERN = st.lists(PIECE, min_size=1, max_size=4).map("".join).filter(lambda one: regex_problem(one) is None)
TEXT = st.text(alphabet="abgentAGENTkvKVtools é\nÉß模-19\0w", max_size=40)


@settings(max_examples=times(300))
@given(st.lists(PATTERN, max_size=12), st.lists(TEXT, max_size=4))
def test_patterns_are_found_together_as_alone(patterns: list[str], texts: list[str]) -> None:
    together = PatternFilter(patterns)
    for text in texts:
        assert list(together.found(text)) == [one for one in patterns if holds(one, text)]


@settings(max_examples=times(100))
@given(st.lists(st.tuples(st.sampled_from(rule_names(FieldKind.TEXT)), PATTERN), min_size=1, max_size=5), PAPER)
@example([("title", r"\b")], Paper(id=1, key="k:1", title="agent", first_seen=NOW))
def test_rules_of_regexes_alone(some: list[tuple[str, str]], paper: Paper) -> None:
    parts = [f"{field}:/{pattern}/" for field, pattern in some if not holds(pattern, "")]
    texts = [*parts, " OR ".join(parts), " AND ".join(parts), *(f"upvotes >= 5 -{one}" for one in parts)]
    rules = {n: compile_rule(text) for n, text in enumerate(filter(None, texts))}
    index = Index(0)
    index.add_many(rules.items())
    for _ in range(2):
        matches = index.match(document_of(paper))
        found = {id: matches.score(id) for id in matches}
        assert found == {id: score for id, rule in rules.items() if (score := answer(rule, paper)) is not None}
        index.add(len(rules) + 1, compile_rule("title:/zzz/ OR abstract:/zz/"))
        index.pack()
        index.remove(len(rules) + 1)


@pytest.mark.parametrize("why", ["too many literals", "out of memory"])
def test_no_pattern_is_missed_where_the_filter_fails(why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        if why == "too many literals":
            raise re2.error("failed to compile Filter")

    monkeypatch.setattr(re2.Filter, "Compile" if why == "too many literals" else "Match", fail)
    assert list(PatternFilter(["a", "b", "c"]).found("abba")) == ["a", "b"]


def test_more_patterns_than_are_looked_for_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("watcher.rules.index.regex_book.MOST_TOGETHER", 2)
    index = Index(0)
    index.add_many((n, compile_rule(f"title:/kiln[{n}a]/")) for n in range(9))
    paper = Paper(id=1, key="k:1", title="A kiln7, a kiln3", abstract="kiln4", first_seen=NOW)
    assert sorted(index.match(document_of(paper))) == [3, 7]
