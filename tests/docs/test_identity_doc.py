"""docs/identity.md: every address is the paper that its table says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from watcher.parsers.common.links import ids_of_link

PAGE = Path(__file__).resolve().parents[2] / "docs" / "identity.md"
ROWS = re.findall(r"^\| `(http\S+)` \| `(\S+)` \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)


def test_there_are_rows() -> None:
    assert len(ROWS) >= 10


@pytest.mark.parametrize(("address", "key"), ROWS)
def test_an_address_is_the_paper_that_the_page_says(address: str, key: str) -> None:
    assert ids_of_link(address).keys[0] == key
