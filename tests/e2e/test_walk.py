"""The first day at a laptop, walked anew: the page shows what is seen today."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.laptop import document, lasting
from tests.examples import is_short

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]
PAGE = Path(__file__).parents[2] / "docs" / "laptop-walk.md"


@pytest.mark.skipif(is_short(), reason="takes a minute: left to runs with all examples, and `make docs`")
def test_the_walk_shows_what_is_seen() -> None:
    walked = document()
    assert lasting(PAGE.read_text(encoding="utf-8")) == lasting(walked), "make docs walks it again"
    assert "Traceback" not in walked
