"""A subscription more in a config's text, and not one other character changed."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from watcher.config import subscription_lines, with_subscription
from watcher.config.text.reading import read
from watcher.config.text.tree import plain_values
from watcher.errors import ConfigError, UsageError

NEW = ["- name: new", "  rule: kiln", "  to: me"]

INDENTED = "".join(f"  {line}\n" for line in NEW)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "a: 1\nsubscriptions:\n  - name: x\n    rule: y # why\n\n# the end\n",
            f"a: 1\nsubscriptions:\n  - name: x\n    rule: y # why\n{INDENTED}\n# the end\n",
        ),
        (
            "subscriptions:\n- {name: x, rule: y}\n\nsources: {}\n",
            "subscriptions:\n- {name: x, rule: y}\n- name: new\n  rule: kiln\n  to: me\n\nsources: {}\n",
        ),
        (
            "subscriptions:\n  - rule: >-\n      a\n\n      b\n  # - old: one\nsources: {}",
            f"subscriptions:\n  - rule: >-\n      a\n\n      b\n{INDENTED}  # - old: one\nsources: {{}}",
        ),
        ("subscriptions:\nsources: {}\n", "subscriptions:\n  - name: new\n    rule: kiln\n    to: me\nsources: {}\n"),
        ("subscriptions:  # none yet", "subscriptions:  # none yet\n  - name: new\n    rule: kiln\n    to: me\n"),
        ("a: 1", "a: 1\n\nsubscriptions:\n  - name: new\n    rule: kiln\n    to: me\n"),
        (
            "subscriptions:\n  - name: x\n\n  # two\n  - name: y\n\n# the end\n",
            f"subscriptions:\n  - name: x\n\n  # two\n  - name: y\n\n{INDENTED}\n# the end\n",
        ),
        ("subscriptions: []  # none\nx: 1", f"subscriptions:  # none\n{INDENTED}x: 1"),
        ("", "subscriptions:\n  - name: new\n    rule: kiln\n    to: me\n"),
        (
            "subscriptions:\r\n  - name: x\r\n",
            "subscriptions:\r\n  - name: x\r\n  - name: new\r\n    rule: kiln\r\n    to: me\r\n",
        ),
        (
            "\ufeffsubscriptions:\n  -   name: x\n",
            "\ufeffsubscriptions:\n  -   name: x\n  - name: new\n    rule: kiln\n    to: me\n",
        ),
    ],
)
def test_it_comes_after_the_last_one(before: str, after: str) -> None:
    written, line = with_subscription("c.yaml", before.encode(), NEW)
    assert written.decode() == after
    assert after.splitlines()[line - 1].strip() == "- name: new"


@pytest.mark.parametrize("text", ["subscriptions: [{name: x}]\n", "subscriptions: {a: b}\n", "[1]"])
def test_what_has_to_be_changed_by_hand_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        with_subscription("c.yaml", text.encode(), NEW)


def test_a_broken_file_is_left_alone() -> None:
    with pytest.raises(ConfigError):
        with_subscription("c.yaml", b"subscriptions:\n  - name: 'x\n", NEW)


@example(rule="agent", name="A:")
@example(rule="null", name="null")
@example(rule="true", name="a#b")
@given(
    st.text("abc '\"#:-*&!|>%@`{}[],~=()0", min_size=1, max_size=30).filter(str.strip),
    st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=1, max_size=20).filter(
        lambda name: name == name.strip() and name
    ),
)
def test_any_rule_and_name_come_back_as_they_were(rule: str, name: str) -> None:
    lines = subscription_lines(name, rule, ["me", "team:ana@lab.org", name])
    written, _ = with_subscription("c.yaml", b"subscriptions:\n  - name: x\n", lines)
    parsed = read("c.yaml", written)
    assert not parsed.problems and parsed.root is not None
    found = plain_values(parsed.root)["subscriptions"][1]
    assert found == {"name": name, "rule": " ".join(rule.split()), "to": ["me", "team:ana@lab.org", name]}
