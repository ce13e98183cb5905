"""The page on keeping papers says what the code does."""

from __future__ import annotations

from pathlib import Path

from watcher.citations.formats import FORMATS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "keeping.md").read_text(encoding="utf-8")


def test_the_table_of_formats_is_that_of_the_code() -> None:
    rows = [f"| `{one.name}` | `.{one.ending}` | {one.says} |" for one in FORMATS.values()]
    assert "\n".join(rows) in PAGE
