"""Rules that ask for what their sources never tell are warned of, at their place."""

from __future__ import annotations

from pathlib import Path

import pytest

from watcher.config import load
from watcher.model import Source
from watcher.model.fields import SEARCHED
from watcher.parsers import PARSERS
from watcher.rules import compile_rule

UNTOLD = "field-that-no-source-tells"
SOURCES = {
    "hf": "{kind: huggingface}",
    "arxiv": "{kind: arxiv, categories: [cs.CL]}",
    "api": "{kind: arxiv, categories: [cs.CL], via: api}",
    "lab": "{kind: html, url: 'https://lab.example/', item: li, title: h3, date: time}",
    "any": "{kind: inbox, folder: box}",
}


def warned(tmp_path: Path, asked: str, *sources: str, chosen: str = "") -> list[str]:
    path = tmp_path / "config.yaml"
    lines = "".join(f"  {name}: {SOURCES[name]}\n" for name in sources)
    path.write_text(
        f"timezone: UTC\nsources:\n{lines}receivers: {{me: {{url: 'console://'}}}}\n"
        f"subscriptions:\n- name: kites\n  to: me\n{chosen}  {asked}\n"
    )
    config = load(path, env={}, check_url=lambda url: None, check_rule=compile_rule)
    return [f"{one.line}:{one.column} {one.what}; {one.hint}" for one in config.problems if one.name == UNTOLD]


def test_a_number_that_no_source_counts(tmp_path: Path) -> None:
    [said] = warned(tmp_path, "rule: kite upvotes >= 5", "arxiv")
    assert said == (
        "8:14 no source of this subscription tells `upvotes`: arxiv; "
        "leave it out, or add a source that does: huggingface, inbox"
    )


def test_a_number_that_another_source_counts(tmp_path: Path) -> None:
    assert warned(tmp_path, "rule: kite upvotes >= 5", "arxiv", "hf", chosen="  sources: [arxiv]\n") == [
        "10:14 no source of this subscription tells `upvotes`: arxiv; add hf to its sources, or leave it out"
    ]


def test_a_fact_that_another_source_tells(tmp_path: Path) -> None:
    assert warned(tmp_path, "rule: org:kites", "arxiv", "hf", chosen="  sources: [arxiv]\n") == [
        "10:9 no source of this subscription tells `org`: arxiv; it is known of papers that hf lists, too"
    ]


@pytest.mark.parametrize(
    ("asked", "place"),
    [
        ("rule: kite\n  where: upvotes >= 5", "9:10"),
        ("any: [kite, 'keyword:kite']", "8:16"),
        ("none: ['keyword:kite']\n  all: [kite]", "8:11"),
        ("rule: (kite OR org:kite)", "8:18"),
        ("rule: kite NOT comments > 5", "8:18"),
    ],
)
def test_wherever_it_is_asked(tmp_path: Path, asked: str, place: str) -> None:
    [said] = warned(tmp_path, asked, "arxiv")
    assert said.startswith(f"{place} no source of this subscription tells ")


@pytest.mark.parametrize(
    ("asked", "sources"),
    [
        ("rule: kite", ["arxiv"]),
        ("rule: upvotes >= 5 kite", ["arxiv", "hf"]),
        ("rule: upvotes >= 5 kite", ["any", "arxiv"]),
        ("rule: 'note:kite'", ["api"]),
        ("rule: published >= 2026-01-01 kite", ["lab"]),
        ("rule: 'source:arxiv id:2603.00001'", ["arxiv"]),
        ("rule: '\"upvotes: many\"'", ["arxiv"]),
    ],
)
def test_what_is_told_is_not_warned_of(tmp_path: Path, asked: str, sources: list[str]) -> None:
    assert warned(tmp_path, asked, *sources) == []


def test_a_way_of_a_kind_may_tell_less_than_the_kind(tmp_path: Path) -> None:
    [said] = warned(tmp_path, "rule: 'note:kite'", "arxiv")
    assert "`note`: arxiv; leave it out, or add a source that does: arxiv, " in said and "inbox" in said
    [said] = warned(tmp_path, "rule: 'author:kite'", "lab")
    assert "`author`: lab" in said


def test_kinds_tell_nothing_that_is_no_field() -> None:
    for kind, parser in PARSERS.items():
        assert parser.tells(Source(name="x", kind=kind)) <= {field.rule for field in SEARCHED}
