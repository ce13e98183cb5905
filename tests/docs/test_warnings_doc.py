"""docs/warnings.md is the table of findings."""

from __future__ import annotations

from pathlib import Path

from tests.docs.warnings import document

ROOT = Path(__file__).parents[2]


def test_the_page_is_the_table() -> None:
    assert (ROOT / "docs" / "warnings.md").read_text(encoding="utf-8") == document(), "make docs writes it anew"
