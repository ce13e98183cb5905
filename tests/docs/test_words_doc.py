"""The glossary names what there is, and leaves out no verdict, fate, state or kind."""

from __future__ import annotations

import re
from enum import StrEnum

import pytest

from tests.docs.names import ROOT, all_names, rows
from watcher.model import DeliveryKind, DeliveryState, Fate, IncidentKind, Result, Verdict
from watcher.policy.deliveries.lanes import Lane

PAGE = ROOT / "docs" / "words.md"
ROWS = rows(PAGE, 3)
CODE = re.compile(r"`([^`]+)`")


def test_a_word_has_one_line() -> None:
    words = [word for word, _, _ in ROWS]
    assert len(words) > 100
    assert sorted({word for word in words if words.count(word) > 1}) == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0].strip("`"))
def test_what_has_the_word_exists(row: list[str]) -> None:
    names = CODE.findall(row[2])
    assert names
    assert [name for name in names if name not in all_names() and not (ROOT / name).is_file()] == []


@pytest.mark.parametrize(
    "kind", [Verdict, Fate, DeliveryKind, DeliveryState, IncidentKind], ids=lambda kind: kind.__name__
)
def test_every_member_has_its_line(kind: type[StrEnum]) -> None:
    lines = {tuple(CODE.findall(word)): CODE.findall(where) for word, _, where in ROWS}
    for member in kind:
        assert lines.get((member.value,)) == [f"{kind.__name__}.{member.name}"], member


@pytest.mark.parametrize("kind", [Result, Lane], ids=lambda kind: kind.__name__)
def test_every_member_is_explained(kind: type[StrEnum]) -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert [member for member in kind if f"`{member.value}`" not in text and f"`Lane.{member.name}`" not in text] == []


def test_words_of_a_table_are_in_order() -> None:
    """Alphabetic within a group, so that a word is found; enumerations keep their own order."""
    for part in PAGE.read_text(encoding="utf-8").split("\n\n"):
        words = [line.split("|")[1].strip() for line in part.splitlines()[2:] if line.startswith("|")]
        if words and "`" not in words[0]:
            assert words == sorted(words)
