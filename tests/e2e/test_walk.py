"""First days at a laptop, of a lab's server and of a reader, walked anew: the pages show what is seen today."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from tests.docs import lab, laptop, reader
from tests.docs.walk import lasting
from tests.examples import is_short

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]
DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.skipif(is_short(), reason="takes minutes: left to runs with all examples, and `make docs`")
@pytest.mark.parametrize(("page", "walk"), [("laptop-walk", laptop), ("lab-walk", lab), ("reader-walk", reader)])
def test_a_walk_shows_what_is_seen(page: str, walk: ModuleType) -> None:
    walked = walk.document()
    assert lasting((DOCS / f"{page}.md").read_text(encoding="utf-8")) == lasting(walked), "make docs walks it again"
    assert "Traceback" not in walked
