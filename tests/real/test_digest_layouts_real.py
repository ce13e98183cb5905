"""Real papers rendered to text in many layouts, at test time: no wrong paper, and most pages read."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from tests.parsers.renderings import Layout, Shown, any_layout, render, wrong
from tests.sources import make_source
from watcher.model import Reading
from watcher.parsers import PARSERS
from watcher.parsers.huggingface.digest_text.text import parse

pytestmark = pytest.mark.real

RENDERINGS = 112
UNWRAPPED_READ, ALL_READ = 0.75, 0.4
"""Shares of pages that are read whole at least, in layouts drawn by chance: lines left long, and all."""


def papers_of(path: Path) -> list[Shown]:
    reading = PARSERS["huggingface"].parse(path.read_bytes(), "", make_source(name="hf"))
    assert isinstance(reading, Reading)
    return [
        Shown(
            title=entry.title,
            abstract=entry.abstract,
            number=entry.arxiv_id or "",
            authors=tuple(" ".join(name.replace(",", " ").split()) for name in entry.authors),
            organization=entry.organization,
            day=entry.published.date() if entry.published else pytest.fail(entry.title),
            upvotes=entry.upvotes or 0,
            comments=entry.comments or 0,
        )
        for entry in reading.entries
    ]


@pytest.fixture(scope="module")
def days(shared: Path) -> list[list[Shown]]:
    found = sorted((shared / "captures" / "hf_html").glob("2026-*.html"))
    return [papers_of(path) for path in found]


def test_no_layout_makes_a_wrong_paper(days: list[list[Shown]]) -> None:
    chance = random.Random(2026)
    counts: Counter[tuple[bool, bool]] = Counter()
    for n in range(RENDERINGS):
        papers, layout = days[n % len(days)], any_layout(chance)
        parsed = parse(render(papers, layout).encode())
        if isinstance(parsed, Reading):
            assert wrong(parsed, papers) == [], layout
        counts[layout.wrap is None, isinstance(parsed, Reading)] += 1
    unwrapped = counts[True, True] / (counts[True, True] + counts[True, False])
    everything = (counts[True, True] + counts[False, True]) / RENDERINGS
    print(f"read whole: {unwrapped:.0%} of unwrapped pages, {everything:.0%} of all")
    assert unwrapped >= UNWRAPPED_READ
    assert everything >= ALL_READ


@pytest.mark.parametrize(
    "layout",
    [
        Layout(),
        Layout(head="seed", blank="nowhere"),
        Layout(head="seed", authors="number", date="dotted", comments="with date", upvotes="number"),
        Layout(head="markdown", title="### ", link="markdown"),
        Layout(title="1. ", link="angle", date="iso"),
    ],
    ids=str,
)
def test_usual_layouts_are_read_on_every_day(days: list[list[Shown]], layout: Layout) -> None:
    read = [(parse(render(papers, layout).encode()), papers) for papers in days]
    assert [wrong(parsed, papers) for parsed, papers in read if isinstance(parsed, Reading)] == [[]] * len(days)
