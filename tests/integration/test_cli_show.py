"""``watcher show``: all that is known of a paper, for people and for programs; lists in an order and a zone."""

from __future__ import annotations

import json
import re
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.integration.conftest import Database
from tests.terminals import Terminal
from watcher.cli import main
from watcher.model import Entry
from watcher.store import open_store

NOW = datetime(2026, 3, 10, 23, 30, tzinfo=UTC)
"""Half an hour after midnight in Berlin."""

KILNS = Entry(
    title="Noisy Kilns \x1b[31mof Clay",
    keys=("arxiv:2603.99002", "doi:10.5555/kilns"),
    abstract="Kilns are loud; an agent listens. " * 5,
    authors=("Ada Brisk", "Júlia Holm"),
    arxiv_id="2603.99002",
    doi="10.5555/kilns",
    summary="A word on kilns.",
    venue="Kiln Letters",
    listed=date(2026, 3, 10),
    rank=1,
    upvotes=1,
    comments=3,
)


@pytest.fixture
def env(tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text(f"""
timezone: Europe/Berlin
sources:
  hf: {{kind: huggingface}}
receivers:
  me: {{url: "json://127.0.0.1:9"}}
subscriptions:
  - {{name: kilns, rule: kiln, to: me, when: daily at 08:00}}
  - {{name: moons, rule: '"full moon" AND tide', to: me, when: daily at 08:00}}
{database.line}""")
    with open_store(database.address, mode="create") as store, store.transaction() as tx:
        tx.papers.record_entries([KILNS], "hf", NOW)
    return {"STATE_DIRECTORY": str(tmp_path / "state"), "HOME": str(tmp_path)}


@pytest.mark.parametrize("name", ["2603.99002", "arxiv:2603.99002v2", "10.5555/kilns", "noisy kilns"])
def test_everything_that_is_known_is_shown(env: dict[str, str], name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", name], env) == 0
    out = capsys.readouterr().out
    assert out.startswith("Noisy Kilns  [31mof Clay\n"), "nothing of a title steers the terminal"
    for shown in (
        "authors      Ada Brisk, Júlia Holm",
        "venue        Kiln Letters",
        "first seen   2026-03-11 00:30",
        "listed       hf on 2026-03-10: rank 1, 1 upvote, 3 comments (read 2026-03-11",
        "arXiv        https://arxiv.org/abs/2603.99002",
        "known as     arxiv:2603.99002, doi:10.5555/kilns",
        "Summary of the site\n  A word on kilns.",
        "kilns: its rule matches, and was not tried on it yet",
        'moons: not found: "full moon"; not found: tide',
    ):
        assert shown in out
    assert max(map(len, out.splitlines())) <= 80


def test_who_was_told_and_why_not(env: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "more.jsonl"
    page.write_text(json.dumps({"title": "A Kiln by Day", "arxiv_id": "2001.00001"}) + "\n")
    assert main(["import", str(page)], env) == 0
    capsys.readouterr()
    assert main(["show", "2001.00001"], env) == 0
    matched, missed = capsys.readouterr().out.split("Subscriptions that it matched\n")[1].split("\n\n")
    assert re.fullmatch(r"  kilns: not told \d{4}-\d\d-\d\d \d\d:\d\d: undated", matched)
    assert "moons: not found" in missed and "kilns" not in missed


def test_programs_get_one_object(env: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "2603.99002", "--json"], env) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["keys"] == ["arxiv:2603.99002", "doi:10.5555/kilns"]
    assert (shown["title"], shown["abstract"], shown["told"]) == (KILNS.title, KILNS.abstract, [])
    assert [one["subscription"] for one in shown["not_matched"]] == ["kilns", "moons"]


def test_a_paper_that_is_not_stored_is_said(env: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "walrus"], env) == 2
    assert "no stored paper is called 'walrus'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("day", ["today 9", "today 2", "today none", "before 50"]),
        ("upvotes", ["before 50", "today 9", "today 2", "today none"]),
        ("seen", ["before 50", "today none", "today 9", "today 2"]),
    ],
)
def test_papers_are_listed_in_the_order_that_is_asked_for(
    env: dict[str, str], database: Database, order: str, expected: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    day = date(2026, 3, 12)
    drawn = [("today 2", day, 2), ("today 9", day, 9), ("today none", day, None), ("before 50", day - timedelta(5), 50)]
    with open_store(database.address, mode="write") as store, store.transaction() as tx:
        for n, (title, listed, upvotes) in enumerate(drawn):
            entry = Entry(title=title, keys=(f"doi:10.5555/{n}",), abstract="", listed=listed, upvotes=upvotes)
            tx.papers.record_entries([entry], "hf", NOW + timedelta(hours=1 + n))
    assert main(["papers", "--json", "--order", order, "title:today OR title:before"], env) == 0
    assert [one["title"] for one in json.loads(capsys.readouterr().out)] == expected


def test_a_terminal_shows_the_first_papers_and_says_how_many_follow(
    env: dict[str, str], database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    entries = [
        Entry(title=f"Number {n}", keys=(f"doi:10.5555/{n}",), abstract="", listed=date(2026, 3, 10), upvotes=n)
        for n in range(60)
    ]
    with open_store(database.address, mode="write") as store, store.transaction() as tx:
        tx.papers.record_entries(entries, "hf", NOW)
    screen, beside = Terminal(), sys.stdout
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["papers"], env) == 0
    assert "Number 59" in screen.getvalue() and "Number 9 " not in screen.getvalue()
    assert "… and 11 more papers: --limit 61\n" in capsys.readouterr().err
    monkeypatch.setattr(sys, "stdout", beside)
    assert main(["papers"], env) == 0
    said = capsys.readouterr()
    assert (len(said.out.splitlines()), said.err) == (62, ""), "programs get all"


def test_times_are_those_of_the_configs_zone(env: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status"], env) == 0
    out = capsys.readouterr().out
    assert "times are Europe/Berlin" in out
