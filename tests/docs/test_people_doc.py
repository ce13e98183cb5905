"""docs/people.md: its table has the lists of an export, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from watcher.pipeline.people import VERSION
from watcher.store.people.persons import TABLES

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "people.md").read_text(encoding="utf-8")


def test_every_list_of_an_export_is_described() -> None:
    assert re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE) == [*TABLES]


def test_the_version_is_todays() -> None:
    assert f"`version` is {VERSION}," in PAGE
