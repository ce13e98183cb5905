"""Rules are read by hand as lark reads them, and what lark refuses is left to it."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rule_texts import RuleTexts, by_hand, by_lark, faults_of, faults_of_item
from watcher.errors import RuleError
from watcher.rules import rule_from_lists
from watcher.rules.language.language import parse_rule
from watcher.rules.language.reader import DEEPEST
from watcher.rules.language.tree import field_of, leaves

TERMS = ["ORb", "a", "b*", "=c", '="d e"', '"f g"', '"h i"~3', "title:a", "title:/b c/", 'author:"d e"', "author:=f"]
TERMS += ["abstract:OR", "t:-x", "upvotes>=3", "published < 2026-01-01"]
RULES = st.recursive(
    st.sampled_from(TERMS),
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=4).map(" OR ".join),
        st.lists(inner, min_size=2, max_size=4).map(" AND ".join),
        st.lists(inner, min_size=2, max_size=4).map(" ".join),
        inner.map("({})".format),
        inner.map("NOT {}".format),
        inner.map("-{}".format),
    ),
    max_leaves=12,
)
TIMES = 2_500


def test_drawn_texts_are_read_alike_and_each_term_says_what_its_piece_says() -> None:
    """A million of them: ``python -m tests.rule_texts``."""
    texts = RuleTexts(random.Random(1))
    drawn = [texts.text() for _ in range(TIMES)]
    assert [(text, fault) for text in drawn for fault in (*faults_of(text), *faults_of_item(text))] == []
    assert len(set(drawn)) > TIMES / 2
    assert TIMES / 3 < sum(_is_rule(text) for text in drawn) < TIMES * 3 / 4


def _is_rule(text: str) -> bool:
    try:
        parse_rule(text)
    except RuleError:
        return False
    return True


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "OR a",
            "a OR OR b",
            "a AND AND b",
            "NOT OR",
            "(a",
            "a)",
            "() a",
            "title: a",
            "title:(a)",
            "title:/a b/c",
        ),
        *("a -b -(c OR d) --e", 'a"b c"d', "upvotes>=20 upvotes OR upvotes < 3", "a ORb OR(c)AND d", '"a"OR"b"NOT"c"'),
        *(
            "title:OR",
            'title:NOT"a"',
            "a\u00a0OR\u3000b",
            "a\x85-b",
            "a OR\u200bb",
            "Upvote\u017f>3",
            'title:/"/ "',
            "a/OR",
        ),
    ],
)
def test_what_is_read_by_hand_is_what_lark_reads(text: str) -> None:
    assert by_hand(text) == by_lark(text)


@pytest.mark.parametrize("text", ["agent* OR planning", '"a b" -c (title:d OR e)', "NOT (a OR b) AND upvotes>=20 =c"])
def test_usual_rules_need_no_lark(text: str) -> None:
    assert by_hand(text) is not None


@given(RULES)
def test_rules_that_are_well_formed_need_no_lark(text: str) -> None:
    assert by_hand(text) is not None


@pytest.mark.parametrize("hidden", ["", 'title:/"/ '])
@pytest.mark.parametrize(
    ("opened", "closed"), [("(", ")"), ("NOT ", ""), ("-(", ")"), ("NOT NOT (", ")"), ("NOT " * 49 + "(", ")")]
)
def test_a_rule_that_is_nested_too_deep_is_refused_wherever_it_opens(hidden: str, opened: str, closed: str) -> None:
    """Also where a quote in a regex seems to hide the parentheses, or each of them has exclusions of its own."""
    text = f"{hidden}{opened * 60}a{closed * 60} {hidden}b"
    with pytest.raises(RuleError, match="nested too deep") as refused:
        parse_rule(text)
    assert text[refused.value.start : refused.value.end] in ("(", "NOT", "-")


def test_as_many_levels_as_are_allowed_are_read() -> None:
    half = DEEPEST // 2
    parse_rule("b " + "(-" * half + "a" + ")" * half)
    with pytest.raises(RuleError, match="nested too deep"):
        parse_rule("b (" + "(-" * half + "a" + ")" * half + ")")


def test_a_letter_that_only_looks_like_an_s_names_no_number() -> None:
    (leaf,) = leaves(parse_rule("comment\u017f>2026-01-31")[0])
    assert field_of(leaf) is None


def test_parentheses_in_a_regex_are_no_levels() -> None:
    parse_rule(rf"title:/{chr(92)}(/ OR title:/{(chr(92) + '(') * 60}/")


@pytest.mark.parametrize(
    ("text", "marked", "what"),
    [
        ('}"(O="NOT', "NOT", "NOT has nothing on its right"),
        ("(-)", "-", "NOT has nothing on its right"),
        ("((a)OR)", "OR", "OR has nothing on its right"),
        ("(title:)", "title:", "title: has nothing to look for"),
        ("(title:/)/ b", "(", "expected a closing parenthesis"),
        ('(a") b', '") b', "expected a closing quote"),
        ("a (( ) b)", "( )", "empty parentheses"),
        ("title:(a b)", "(", "a field takes one term"),
        ("a) b", ")", "a closing parenthesis without an opening one"),
        ('"a b" ~5', "~5", "a distance without a phrase"),
        ('author:"a b"~5', "~5", "author: takes no distance"),
        ('kite category:"cs.LG"~5', "~5", "category: takes no distance"),
    ],
)
def test_an_error_is_where_the_mistake_is(text: str, marked: str, what: str) -> None:
    with pytest.raises(RuleError) as refused:
        parse_rule(text)
    assert (text[refused.value.start : refused.value.end], refused.value.what) == (marked, what)
    assert refused.value.hint


@pytest.mark.parametrize(
    ("item", "field"),
    [("Title:agent", "title"), ("author_id:orcid:0000-0002-1825-0097", "author_id"), ("C:N ratio", None)],
)
def test_an_item_of_a_list_has_a_field_as_a_rule_has(item: str, field: str | None) -> None:
    (leaf,) = leaves(parse_rule(rule_from_lists(any=[item]))[0])
    assert field_of(leaf) == field
