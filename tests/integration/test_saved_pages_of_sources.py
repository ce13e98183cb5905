"""Saved pages of sources that the config describes: read as those sources read their own."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.parsers.feeds import arxiv_rss
from tests.parsers.pages import make_page, sample_papers
from watcher.cli import main

CONFIG = """\
timezone: UTC
receivers: {me: {url: "console://"}}
sources:
  daily: {kind: huggingface}
  lab: {kind: html, url: "https://lab.example/papers/", item: li, title: b, link: a}
  new: {kind: arxiv, categories: [cs.XX], announce: [new]}
  dropped: {kind: inbox, folder: drop}
subscriptions:
  - {name: kilns, rule: kiln, to: [me]}
"""
PAGE = (
    b"<!doctype html><html><head><title>Lab digest</title></head><body><ul>"
    b"<li><b>A small kiln</b><a href='kiln'>more</a></li><li><b>A large sail</b><a href='/sail'>more</a></li>"
    b"</ul></body></html>"
)

Run = Callable[..., int]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text(CONFIG)
    (tmp_path / "page.html").write_bytes(PAGE)
    env = {"STATE_DIRECTORY": str(tmp_path / "state"), "HOME": str(tmp_path)}
    return lambda *args: main(list(args), env)


def stored(run: Run, capsys: pytest.CaptureFixture[str]) -> dict[str, list[str]]:
    """Each paper's address, with the sources that list it."""
    capsys.readouterr()
    assert run("papers", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    return {paper["url"]: [one["source"] for one in paper["listings"]] for paper in found}


@pytest.mark.parametrize("named", [("--source", "lab"), ()])
def test_a_page_that_only_selectors_can_read(
    run: Run, capsys: pytest.CaptureFixture[str], named: tuple[str, ...]
) -> None:
    """Its links start from its source's address, and its papers count as listed by that source."""
    assert run("import", "--no-tell", *named, "page.html") == 0
    assert stored(run, capsys) == {"https://lab.example/papers/kiln": ["lab"], "https://lab.example/sail": ["lab"]}


def test_an_inbox_reads_it_too(run: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = tmp_path / "drop"
    folder.mkdir()
    (folder / "page.html").write_bytes(PAGE)
    os.utime(folder / "page.html", (1, 1))
    assert run("once", "--source", "dropped") == 0
    assert set(stored(run, capsys)) == {"https://lab.example/papers/kiln", "https://lab.example/sail"}
    assert (folder / "done" / "page.html").exists()


def test_what_a_source_leaves_out_is_left_out_of_its_saved_pages(
    run: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "new.rss").write_bytes(arxiv_rss(sample_papers(3), kinds=("new", "replace", "cross")))
    assert run("import", "--no-tell", "--source", "new", "new.rss") == 0
    assert capsys.readouterr().out.startswith("stored 1;")
    assert run("import", "--no-tell", "new.rss") == 0
    assert capsys.readouterr().out.startswith("stored 2;"), "all that the page announces"


def test_a_page_of_another_kind_counts_as_the_named_source(
    run: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "day.html").write_bytes(make_page("2026-03-10", sample_papers(2)))
    assert run("import", "--no-tell", "--source", "lab", "day.html") == 0
    assert {source for sources in stored(run, capsys).values() for source in sources} == {"lab"}


def test_what_nothing_can_read_is_told_with_both_reasons(
    run: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "cats.html").write_bytes(b"<!doctype html><html><title>My cats</title><p>miaow</p></html>")
    assert run("import", "--source", "lab", "cats.html") == 1
    said = capsys.readouterr().err
    assert "cats.html: as a page of lab: item: `li` finds nothing" in said
    assert "; otherwise: looked for the embedded JSON" in said and 'titled "My cats"' in said
