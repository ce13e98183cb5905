"""Rules are read by hand as lark reads them, and what lark refuses is left to it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from watcher.errors import RuleError
from watcher.rules.language.language import tree_by_lark
from watcher.rules.language.reader import tree_by_hand

TERMS = ["ORb", "a", "b*", "=c", '="d e"', '"f g"', '"h i"~3', "title:a", "title:/b c/", 'author:"d e"', "author:=f"]
TERMS += ["abstract:OR", "t:-x", "upvotes>=3", "published < 2026-01-01"]
SIGNS = ["OR", "AND", "NOT", '"', "-", "(", ")", "=", "title:", "upvotes", "Upvotes =", "a:b:c", "a-b", "--a", "/r s/"]
PIECES = st.sampled_from([*TERMS, *SIGNS, "~3", "\\", "\n", "\u00a0"])
SOUPS = st.lists(PIECES, max_size=12).flatmap(
    lambda pieces: st.lists(st.sampled_from(["", " ", "  "]), min_size=len(pieces), max_size=len(pieces)).map(
        lambda gaps: "".join(gap + piece for gap, piece in zip(gaps, pieces, strict=True))
    )
)
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


def shape(node: Any) -> object:
    """All that is read: names of branches, words with their names and places."""
    if isinstance(node, str):
        return node.type, str(node), node.start_pos  # type: ignore[attr-defined]
    return str(node.data), [shape(child) for child in node.children]


def by_lark(text: str) -> object:
    """The tree as lark reads it, None if it reads none."""
    try:
        return shape(tree_by_lark(text).children[0])
    except RuleError:
        return None


def by_hand(text: str) -> object:
    """The tree as it is read by hand, None if it is left to lark."""
    tree = tree_by_hand(text)
    return None if tree is None else shape(tree)


@given(SOUPS | RULES | st.text('ab -()"=:/~<>ORNTD', max_size=20))
@example("")
@example("OR a")
@example("a OR OR b")
@example("a AND AND b")
@example("NOT OR")
@example("(a")
@example("a)")
@example("() a")
@example("title: a")
@example("title:(a)")
@example("title:/a b/c")
@example("a -b -(c OR d) --e")
@example('a"b c"d')
@example("upvotes>=20 upvotes OR upvotes < 3")
@example("a ORb OR(c)AND d")
def test_what_is_read_by_hand_is_what_lark_reads(text: str) -> None:
    assert by_hand(text) == by_lark(text)


@pytest.mark.parametrize("text", ["agent* OR planning", '"a b" -c (title:d OR e)', "NOT (a OR b) AND upvotes>=20 =c"])
def test_usual_rules_need_no_lark(text: str) -> None:
    assert by_hand(text) is not None


@given(RULES)
def test_rules_that_are_well_formed_need_no_lark(text: str) -> None:
    assert by_hand(text) is not None
