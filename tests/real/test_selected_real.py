"""Real pages read by selectors: the same papers as their own parsers find."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sources import make_source
from watcher.model import Reading, Source, Unreadable
from watcher.parsers import PARSERS
from watcher.parsers.html.keys import Selectors

pytestmark = pytest.mark.real

URL = "https://huggingface.co/papers"
CARDS = Selectors(item="article", title="h3", link="h3 a")


def source(selectors: Selectors) -> Source:
    return make_source(name="lab", kind="html", url=URL, own=selectors)


def read(path: Path, selectors: Selectors) -> Reading | Unreadable:
    return PARSERS["html"].parse(path.read_bytes(), URL, source(selectors))


def test_the_cards_of_every_page(shared: Path) -> None:
    for path in sorted((shared / "captures" / "hf_html").glob("*.html")):
        own = PARSERS["huggingface"].parse(path.read_bytes(), "", make_source(name="hf"))
        parsed = read(path, CARDS)
        assert isinstance(own, Reading)
        assert isinstance(parsed, Reading), f"{path.name}: {parsed.reason}"
        assert [(entry.keys, entry.title) for entry in parsed.entries] == [
            (entry.keys, entry.title) for entry in own.entries
        ]


def test_selectors_that_do_not_fit_are_told_from_a_quiet_day(shared: Path) -> None:
    path = shared / "captures" / "hf_html" / "2026-03-10.html"
    for selectors, reason in (
        (Selectors(item="article.paper", title="h3"), "finds nothing; there are article (49)"),
        (Selectors(item="main", title="h3"), "finds 49 elements within one item"),
        (Selectors(item="article", title="h2"), "finds nothing in any of 49 items"),
    ):
        parsed = read(path, selectors)
        assert isinstance(parsed, Unreadable)
        assert reason in parsed.reason
