"""The table of kinds of sources says what the code does."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from watcher.model import Source
from watcher.parsers import PARSERS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "sources.md").read_text()
ROWS = {
    cells[0].strip("` "): cells
    for line in PAGE.splitlines()
    if len(cells := [cell.strip() for cell in line.strip("|").split("|")]) == 5 and cells[0].startswith("`")
}


def test_every_kind_has_a_row_and_a_section() -> None:
    assert ROWS.keys() == PARSERS.keys()
    for kind in PARSERS:
        assert re.search(rf"^## .*`{kind}`", PAGE, re.M), kind


@pytest.mark.parametrize("kind", PARSERS)
def test_its_keys_are_those_that_it_takes(kind: str) -> None:
    assert set(re.findall(r"`(\w+)`", ROWS[kind][2])) == set(PARSERS[kind].keys)


def test_the_table_of_selectors_has_a_row_for_each() -> None:
    table = PAGE.split("## `html`")[1].split("| key | what |\n|---|---|\n")[1].split("\n\n")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.M)) == {"url", *PARSERS["html"].keys}


@pytest.mark.parametrize("kind", PARSERS)
def test_its_address_is_the_one_that_is_read(kind: str) -> None:
    address = re.search(r"`(https://[^`]*)`", ROWS[kind][3])
    starts = PARSERS[kind].starts(Source(name="x", kind=kind), date(2026, 3, 9))
    if address:
        assert all(start.startswith(address[1]) for start in starts)
    else:
        assert [mistake.key for mistake in PARSERS[kind].check(Source(name="x", kind=kind))]
