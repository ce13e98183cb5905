"""The table of faults in docs/reading.md is what happens: each fault on captured pages, played as the site."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.sources.faults import COLUMNS, FAULTS, Site, play, playing

pytestmark = pytest.mark.real

PAGE = Path(__file__).parents[2] / "docs" / "reading.md"


@pytest.fixture(scope="module")
def site(shared: Path) -> Iterator[Site]:
    with playing(shared) as site:
        yield site


@pytest.mark.parametrize("fault", FAULTS)
def test_the_page_says_what_happens(site: Site, fault: str) -> None:
    row = play(site, fault)
    assert (row.lost, row.twice) == (0, 0)
    assert str(row) in PAGE.read_text(encoding="utf-8").splitlines()


def test_the_page_shows_every_fault() -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    at = lines.index(f"| {' | '.join(COLUMNS)} |")
    shown = [line.split(" | ")[0].removeprefix("| ") for line in lines[at + 2 : at + 2 + len(FAULTS)]]
    assert shown == list(FAULTS.values())
