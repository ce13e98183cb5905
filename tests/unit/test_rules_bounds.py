"""What the linter says of a rule holds for every paper; and it says something of any text without failing."""

from __future__ import annotations

import string

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import times
from tests.unit.rules_reference import answer
from tests.unit.test_rules_index import LEAF, PAPER, RULE, TERM
from watcher.errors import RuleError
from watcher.model import Paper
from watcher.rules import Rule, compile_rule, doubtful, find_bounds, misread_item, plainly_wrong

NOT_TERM = TERM.map(lambda term: f"NOT {term}")
ROW = st.tuples(LEAF, st.lists(st.one_of(LEAF, NOT_TERM, LEAF.map(lambda leaf: f"NOT {leaf}")), min_size=1, max_size=3))
"""Terms that all have to hold: the first, and some that are asked for or excluded."""


def compiled(text: str) -> Rule | None:
    try:
        return compile_rule(text)
    except RuleError:
        return None


@settings(max_examples=times(1500))
@given(ROW, st.lists(PAPER, min_size=1, max_size=3))
def test_a_rule_that_matches_nothing_matches_no_paper(row: tuple[str, list[str]], papers: list[Paper]) -> None:
    rule = compiled(" AND ".join([row[0], *row[1]]))
    if rule is not None and any(one.name == "matches-nothing" for one in find_bounds(rule)):
        assert [paper.title for paper in papers if answer(rule, paper) is not None] == []


@settings(max_examples=times(300))
@given(RULE)
def test_every_finding_is_of_a_leaf(text: str) -> None:
    rule = compiled(text)
    if rule is not None:
        assert all(0 <= one.leaf < len(rule.spans) and one.what and one.hint for one in find_bounds(rule, ("hf",)))


SIGNS = st.text(string.ascii_letters + string.digits + " .,;:!?'\"()[]{}<>=~^|&/\\+-*$%#@_–≥‘’\n", max_size=60)
PIECES = st.lists(
    st.sampled_from(
        ["title:", "upvotes", ">=", "50", "OR", "Or", "NEAR/5", "/a/i", "'", '"', "${X}", "a", " ", ",", "("]
    )
).map("".join)


@settings(max_examples=times(1500))
@given(st.one_of(SIGNS, PIECES))
def test_any_text_is_looked_at(text: str) -> None:
    found = [one for one in (plainly_wrong(text), plainly_wrong(text, is_item=True), misread_item(text)) if one]
    for one in [*found, *doubtful(text)]:
        assert 0 <= one.start <= len(text) and one.what and one.hint
