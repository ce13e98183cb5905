"""Every example of docs/rules.md does what its table says."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from watcher.model import Paper
from watcher.model.fields import KNOWN_BY_HAS, SEARCHED, FieldKind
from watcher.rules import compile_rule, document_of, evaluate

PAGE = Path(__file__).resolve().parents[2] / "docs" / "rules.md"
ROW = re.compile(r"^\| `(?P<rule>[^`]+)` \| (?P<yes>.+?) \| (?P<no>.+?) \|$", re.MULTILINE)
TEXT, FIELDS = PAGE.read_text().split("## Fields\n")
FIELDS, MORE = FIELDS.split("\nSome sites do not tell", maxsplit=1)
EXAMPLES = [(found["rule"], found["yes"], found["no"]) for found in ROW.finditer(TEXT + MORE)]
TAKES = {
    FieldKind.TEXT: "text",
    FieldKind.PEOPLE: "a name",
    FieldKind.LABEL: "a label",
    FieldKind.NUMBER: "a number",
    FieldKind.DAY: "a day",
}


def holds(rule: str, title: str) -> bool:
    paper = Paper(id=1, key="title:x", title=title, first_seen=datetime(2026, 3, 10, tzinfo=UTC))
    return evaluate(compile_rule(rule), document_of(paper)) is not None


def test_there_are_examples() -> None:
    assert len(EXAMPLES) > 30


@pytest.mark.parametrize(("rule", "yes", "no"), EXAMPLES)
def test_example(rule: str, yes: str, no: str) -> None:
    assert holds(rule, yes)
    assert not holds(rule, no)


def test_the_table_of_fields_is_that_of_the_language() -> None:
    rows = [(found["rule"].rstrip(":"), found["no"]) for found in ROW.finditer(FIELDS)]
    assert rows == [(field.rule, TAKES[field.kind or FieldKind.TEXT]) for field in SEARCHED]


def test_the_page_names_all_that_has_can_ask_for() -> None:
    named = FIELDS.partition("takes a whole word")[2].partition("It holds")[0]
    assert re.findall(r"`has:(\w+)`", named) == [*KNOWN_BY_HAS]


def test_a_colon_stands_after_fields_that_are_not_compared() -> None:
    compared = {field.rule for field in SEARCHED if field.kind in (FieldKind.NUMBER, FieldKind.DAY)}
    assert {found["rule"] for found in ROW.finditer(FIELDS) if not found["rule"].endswith(":")} == compared
