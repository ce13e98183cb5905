"""Digest pages in every layout: read exactly, or refused; never a wrong paper."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.examples import times
from tests.parsers.renderings import CHOICES, Layout, Shown, render, wrong
from watcher.model import Reading, Unreadable
from watcher.parsers.huggingface.digest_text.text import parse

LAYOUTS = st.builds(Layout, **{name: st.sampled_from(values) for name, values in CHOICES.items()})

WORDS = re.split(
    r"\s+",
    """we measure lanterns on invented islands and find that multi-modal agents help more than anybody expected while
    pre-~and~post-training of tide gauges $M^3$ by 12.5% (see kiln-net) costs little; however, GANs, LLMs and Qwen2.5
    still drift: a survey of 7 orchards, 3 kilns and "quiet" maps shows it https://lanterns.example/code e.g. in
    2019--2020""",
)
TITLES = [
    "Borrowed Lanterns for Quiet Agents",
    "vKiln",
    "Do Tide Gauges Dream?",
    "1984 Orchards: A Survey of Noisy Kilns",
    "Vision Transformers, Graph Networks and Folding Maps",
    "Segment Anything, Track Everything",
    "Daily Rehearsals",
    "3D Compost",
    "By Counting Pebbles",
    "DATE: Domain Adaptive Tide Estimation",
    "$M^3$ilk -- Two-Pass Sampling",
    "Abstract: A Language of Maps",
    "The Lanterns",
    "On the Use of [MASK] in Kilns",
    "Subscribe to Quiet Agents",
    "Trending Maps (2nd Edition)",
    "Mar 9",
    "Ada Amberg Meets Bao Brisk",
    "Attention Is Not What You Need: A Very Long Title about Multi-Modal Rehearsal in Sparse Orchards and Folded Maps",
]
LANTERNS = "Lanterns help more than anybody had expected of them. "
NAMES = ["Ada Amberg", "Bao Brisk", "Júlia de Corvin", "D. Delmar", "Eun-ji Étienne", "Xie Wei", "Kiln Team", "Plato"]


def papers_of(seed: int, n: int | None = None) -> list[Shown]:
    chance = random.Random(seed)
    titles = chance.sample(TITLES, n or chance.randint(1, 8))
    return [_paper(k, title, chance) for k, title in enumerate(titles)]


def _paper(k: int, title: str, chance: random.Random) -> Shown:
    return Shown(
        title=title,
        abstract=_abstract(chance),
        number=f"2503.{k + 1:05d}",
        # A group that is the only author is an organisation as well: nobody could say that it is not one.
        authors=tuple(chance.sample(NAMES, chance.choice([2, 2, 3, 4]))) if chance.random() < 0.8 else (NAMES[k % 6],),
        organization=chance.choice([None, "Lantern Lab", "KilnAI"]),
        day=date(2024, chance.randint(1, 12), chance.randint(1, 28)),
        upvotes=chance.randint(0, 200),
        comments=chance.choice([0, 0, 1, 12]),
    )


def _abstract(chance: random.Random) -> str:
    words = [chance.choice(WORDS).replace("~", " ") for _ in range(chance.choice([12, 25, 60, 120, 200]))]
    for n in range(0, len(words), 11):
        words[n] = words[n].capitalize()
        words[n - 1] = words[n - 1].rstrip(".,;:") + "."
    return " ".join(words)


def plain_papers(n: int = 6) -> list[Shown]:
    """Papers that are hard for nobody."""
    chance = random.Random(n)
    usual = [
        "Borrowed Lanterns for Quiet Agents",
        "Noisy Kilns: A Survey",
        "Do Tide Gauges Dream?",
        "Folding Maps",
        "vKiln",
        "A Map of Orchards",
    ]
    names = ("Ada Amberg", "Bao Brisk", "Júlia de Corvin")
    return [
        replace(
            _paper(k, title, chance),
            authors=names,
            abstract=f"We study {title} on islands. " + LANTERNS * 6 + "Maps fold.",
        )
        for k, title in enumerate(usual[:n])
    ]


NAMES_BEFORE = Layout(
    head="none", tail="none", blank="between papers", ruler=False, title="plain", link="none", upvotes="none",
    authors="before", organization="none", date="dotted", comments="none", abstract="plain", wrap=None, indent=0,
    at_hyphens=True, quoted=False,
)  # fmt: skip
"""One paper, whose line of authors is the longest that goes on: it is no beginning of the abstract."""


@settings(max_examples=times(400))
@given(st.integers(0, 10**9), LAYOUTS)
@example(4461, NAMES_BEFORE)
@example(2597, replace(NAMES_BEFORE, link="markdown", date="none", abstract="Abstract: "))
@example(1910, replace(NAMES_BEFORE, link="markdown", date="none", abstract="Abstract: "))
@example(82, replace(NAMES_BEFORE, blank="between lines", authors="none"))
def test_a_page_is_read_exactly_or_refused(seed: int, layout: Layout) -> None:
    papers = papers_of(seed)
    parsed = parse(render(papers, layout).encode())
    if isinstance(parsed, Reading):
        assert wrong(parsed, papers) == [], layout
    else:
        assert parsed.reason


@settings(max_examples=times(200))
@given(st.integers(0, 10**9), LAYOUTS, st.data())
def test_a_page_with_a_part_missing_shows_no_wrong_paper(seed: int, layout: Layout, data: st.DataObject) -> None:
    """A paper that has lost its abstract, or its title, gives nothing to its neighbours."""
    papers = papers_of(seed, 5)
    lost = data.draw(st.integers(0, 4))
    gone = papers[lost].abstract if data.draw(st.booleans()) else papers[lost].title
    text = render(papers, layout)
    if gone not in text:
        return
    parsed = parse(text.replace(gone, "", 1).encode())
    if isinstance(parsed, Reading):
        true = {(paper.title, paper.abstract) for paper in papers}
        assert {(entry.title, entry.abstract) for entry in parsed.entries} <= true, layout


MUST_BE_READ: list[dict[str, Any]] = [
    {},
    {"blank": "nowhere"},
    {"blank": "between papers"},
    {"head": "seed", "tail": "frame"},
    {"head": "markdown", "title": "### ", "link": "markdown"},
    {"head": "frame", "upvotes": "number"},
    {"upvotes": "▲ ", "comments": "labelled"},
    {"authors": "before"},
    {"authors": "after"},
    {"authors": "labelled before", "date": "labelled"},
    {"authors": "number", "date": "dotted", "comments": "with date"},
    {"organization": "dotted", "date": "dotted"},
    {"organization": "labelled", "date": "iso"},
    {"title": "1. ", "ruler": True},
    {"title": "**", "blank": "nowhere"},
    {"title": "- ", "link": "relative"},
    {"title": "Title: ", "abstract": "Abstract: "},
    {"link": "angle"},
    {"link": "after title"},
    {"link": "after abstract"},
    {"link": "before title"},
    {"wrap": 72},
    {"wrap": 60, "quoted": True},
    {"wrap": 79, "authors": "before", "date": "iso"},
    {"wrap": 100, "title": "### ", "indent": 2},
    {"wrap": 72, "title": "1. ", "link": "after abstract"},
    {"wrap": 72, "link": "markdown", "head": "markdown"},
]


@pytest.mark.parametrize("choices", MUST_BE_READ, ids=lambda choices: str(Layout(**choices)))
def test_layouts_that_are_read(choices: dict[str, Any]) -> None:
    layout, papers = Layout(**choices), plain_papers()
    parsed = parse(render(papers, layout).encode())
    assert isinstance(parsed, Reading), parsed.reason
    assert wrong(parsed, papers) == []
    for entry, paper in zip(parsed.entries, papers, strict=True):
        shows = {
            "keys": (entry.keys == (f"arxiv:{paper.number}",), layout.link != "none"),
            "authors": (entry.authors == paper.authors, layout.authors not in ("none", "number")),
            "date": (entry.published is not None, layout.date != "none"),
            "upvotes": (entry.upvotes == paper.upvotes, layout.upvotes != "none"),
            "organization": (entry.organization == paper.organization, layout.organization != "none"),
        }
        assert [name for name, (has, must) in shows.items() if has is not must and (must or name == "keys")] == []


# --- links ---


def test_only_a_titles_own_link_says_which_paper_it_is() -> None:
    papers = plain_papers(3)
    cited = [replace(paper, abstract=paper.abstract + " See https://arxiv.org/abs/2412.00001.") for paper in papers]
    parsed = parse(render(cited, Layout()).encode())
    assert isinstance(parsed, Unreadable) or all(entry.keys == () for entry in parsed.entries)
    parsed = parse(render(cited, Layout(head="short")).encode())
    assert isinstance(parsed, Reading)
    assert all(entry.keys == () for entry in parsed.entries)


def test_a_text_browsers_list_of_links() -> None:
    papers = plain_papers(3)
    lines = ["Daily Papers"]
    for n, paper in enumerate(papers, start=2):
        lines += ["", f"[{n}]{paper.title}", "", f"{paper.abstract} [1] says so."]
    lines += [
        "",
        "References",
        "",
        "   1. https://lab.example/",
        *(f"   {n}. {p.url}v2" for n, p in enumerate(papers, 2)),
    ]
    parsed = parse("\n".join(lines).encode())
    assert isinstance(parsed, Reading), parsed.reason
    assert [(entry.title, entry.keys, entry.version) for entry in parsed.entries] == [
        (paper.title, (f"arxiv:{paper.number}",), 2) for paper in papers
    ]


def test_links_that_may_be_the_next_papers_are_nobodys() -> None:
    """The first paper has no link before it, the last none after it."""
    papers = plain_papers(3)
    lines = ["Daily Papers"]
    for n, paper in enumerate(papers):
        lines += ["", *([paper.url, ""] if n else []), paper.title, "", paper.abstract]
    parsed = parse("\n".join(lines).encode())
    assert isinstance(parsed, Reading), parsed.reason
    assert [entry.keys for entry in parsed.entries] == [(), (), ()]


# --- refused, with what was seen ---


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda text: text.replace("### vKiln", "vKiln"), 'looked for a title (a short line), found "We study vKiln'),
        (lambda text: text.replace("### Fold", "### Orchards\n\n### Fold"), 'of "Orchards", found "Folding Maps"'),
        (lambda text: text.replace("### ", "", 1), "titles are set off by nothing, not so"),
    ],
)
def test_titles_that_are_not_set_off_alike(change: Any, reason: str) -> None:
    parsed = parse(change(render(plain_papers(), Layout(head="short", title="### "))).encode())
    assert isinstance(parsed, Unreadable)
    assert reason in parsed.reason


def test_numbers_that_leap() -> None:
    text = render(plain_papers(), Layout(title="1. ")).replace("4. Folding", "5. Folding")
    parsed = parse(text.encode())
    assert isinstance(parsed, Unreadable)
    assert "the numbers of titles leap" in parsed.reason


def test_two_papers_with_one_link() -> None:
    papers = [replace(paper, number="2503.00001") for paper in plain_papers(2)]
    parsed = parse(render(papers, Layout(link="markdown")).encode())
    assert isinstance(parsed, Unreadable)
    assert "have one link" in parsed.reason
