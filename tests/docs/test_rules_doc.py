"""Every example of docs/rules.md does what its table says."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from watcher.model import Paper
from watcher.rules import compile_rule, document_of, evaluate

PAGE = Path(__file__).resolve().parents[2] / "docs" / "rules.md"
ROW = re.compile(r"^\| `(?P<rule>[^`]+)` \| (?P<yes>.+?) \| (?P<no>.+?) \|$", re.MULTILINE)
EXAMPLES = [(found["rule"], found["yes"], found["no"]) for found in ROW.finditer(PAGE.read_text())]


def holds(rule: str, title: str) -> bool:
    paper = Paper(id=1, key="title:x", title=title, first_seen=datetime(2026, 3, 10, tzinfo=UTC))
    return evaluate(compile_rule(rule), document_of(paper)) is not None


def test_there_are_examples() -> None:
    assert len(EXAMPLES) > 30


@pytest.mark.parametrize(("rule", "yes", "no"), EXAMPLES)
def test_example(rule: str, yes: str, no: str) -> None:
    assert holds(rule, yes)
    assert not holds(rule, no)
