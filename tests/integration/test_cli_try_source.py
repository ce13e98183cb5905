"""``watcher try-source``: from a site, from a saved page, and why nothing."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from tests.integration.sites import say, serving
from tests.parsers.pages import make_page, sample_papers
from watcher.cli import main

PAGE = b"""<html><ul><li class="paper"><h3><a href="/p/1">Noisy Kilns</a></h3><p>Kilns are loud.</p></li>
<li class="paper"><h3><a href="https://arxiv.org/abs/2503.01234">Quiet Tides</a></h3></li></ul></html>"""
LAB = "{kind: html, url: '%s', item: %s, title: h3, abstract: p}"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "page.html").write_bytes(PAGE)
    return tmp_path


def run(folder: Path, source: str, *args: str) -> int:
    (folder / "config.yaml").write_text(f"timezone: UTC\nsources:\n  lab: {source}\n")
    return main(["try-source", "lab", *args], env={"STATE_DIRECTORY": str(folder / "state"), "HOME": str(folder)})


def test_a_site_is_fetched_once_and_nothing_is_stored(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving() as site:
        site.answers["/digest"] = say(body=PAGE)
        assert run(folder, LAB % (f"{site.url}/digest", "li.paper")) == 0
        assert sum("GET /digest " in asked for asked in site.asked) == 1
    out, err = capsys.readouterr()
    assert out.splitlines()[1] == "item\tli.paper\t2\t2\t"
    assert out.splitlines()[3] == "abstract\tp\t1\t1\t"
    assert out.splitlines()[-1] == "2\tarxiv:2503.01234\tQuiet Tides\t0\t\t0"
    assert "2 papers" in err
    assert not (folder / "state").exists()


def test_why_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, LAB % ("https://lab.example/", "li.papr"), "--file", "page.html") == 1
    out, err = capsys.readouterr()
    assert "item\tli.papr\t0\t0\tli (2), .paper (2)" in out
    assert "broken: item: `li.papr` finds nothing; there are li (2), .paper (2)" in err


def test_a_site_that_does_not_answer(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving() as site:
        site.answers["/digest"] = say("503 Busy")
        assert run(folder, LAB % (f"{site.url}/digest", "li.paper")) == 1
    assert "unreachable: HTTP 503" in capsys.readouterr().err


def test_as_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        run(folder, LAB % ("https://lab.example/x", "li.paper"), "--file", "page.html", "--json", "--limit", "1") == 0
    )
    shown = json.loads(capsys.readouterr().out)
    assert (shown["verdict"], shown["count"], shown["url"]) == ("read", 2, "https://lab.example/x")
    assert [one["title"] for one in shown["papers"]] == ["Noisy Kilns"]
    assert shown["papers"][0]["keys"] == ["url:https://lab.example/p/1"]
    assert shown["selectors"][0] == {"key": "item", "selector": "li.paper", "elements": 2, "items": 2, "near": []}


def test_any_kind(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = make_page(date(2026, 3, 10), sample_papers(12), prev="2026-03-09")
    (folder / "page.html").write_bytes(page)
    assert run(folder, "{kind: huggingface}", "--file", "page.html") == 0
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 11
    assert "12 papers of 2026-03-10, 10 of them shown" in err
    assert "the digest day before is 2026-03-09" in err


@pytest.mark.parametrize(
    ("args", "said"),
    [(["other"], "there is no source 'other' in the config; it has: lab"), (["lab", "--file", "no.html"], "no.html")],
)
def test_what_is_not_there(folder: Path, capsys: pytest.CaptureFixture[str], args: list[str], said: str) -> None:
    run(folder, LAB % ("https://lab.example/", "li"), "--file", "page.html")
    assert main(["try-source", *args], env={"HOME": str(folder), "STATE_DIRECTORY": str(folder / "state")}) in (1, 2)
    assert said in capsys.readouterr().err
