"""``watcher author``: by which ids the people of a name are known."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from watcher.cli import main
from watcher.model import Entry
from watcher.store import open_store

NOW = datetime(2026, 3, 11, 8, 0, tzinfo=UTC)
FIRST, SECOND = "orcid:0000-0002-1825-0097", "orcid:0000-0001-5109-3700"


@pytest.fixture
def env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A state folder with papers of several people of one name."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text("timezone: UTC\n")
    shown = [
        (1, ("Ada Fern", "Bo Moss"), (f"{FIRST} Ada Fern", "hf:bo Bo Moss")),
        (2, ("A. Fern",), (f"{FIRST} A. Fern",)),
        (3, ("Ada Fern",), (f"{SECOND} Ada Fern",)),
        (4, ("Fern, Ada",), ()),
        (5, ("Bo Moss",), ("hf:bo Bo Moss",)),
    ]
    entries = [
        Entry(title=f"Kites {n}", keys=(f"arxiv:2603.{n:05}",), authors=names, author_ids=ids, listed=NOW.date())
        for n, names, ids in shown
    ]
    with open_store(tmp_path / "state" / "watcher.db", mode="create") as store, store.transaction() as tx:
        tx.papers.record_entries(entries, "hf", NOW)
    return {"STATE_DIRECTORY": str(tmp_path / "state"), "HOME": str(tmp_path)}


def test_it_lists_the_ids_of_a_name_with_examples(env: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["author", "A Fern"], env) == 0
    assert capsys.readouterr().out.splitlines() == [
        "A Fern: 4 papers",
        f"  {FIRST}  2 papers, as A. Fern, Ada Fern",
        "      Kites 2  2603.00002",
        "      Kites 1  2603.00001",
        f"  {SECOND}  1 paper, as Ada Fern",
        "      Kites 3  2603.00003",
        "  by name alone  1 paper, as Fern, Ada",
        "      Kites 4  2603.00004",
        f"write author:{FIRST} in a rule to be told of that one alone",
    ]


def test_as_json(env: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["author", "Moss", "--json"], env) == 0
    shown = json.loads(capsys.readouterr().out)
    (known,) = shown["known"]
    assert (shown["papers"], shown["by_name_alone"], known["id"], known["names"]) == (2, 0, "hf:bo", ["Bo Moss"])
    assert [one["key"] for one in known["examples"]] == ["arxiv:2603.00005", "arxiv:2603.00001"]


def test_a_name_that_nobody_bears(env: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["author", "Nobody"], env) == 0
    assert capsys.readouterr().out == "Nobody: 0 papers\n"


@pytest.mark.parametrize(
    ("name", "said"), [("x", "no name"), (FIRST, "is an id"), ('a"b', "no name"), (" ", "no name")]
)
def test_what_is_no_name_is_said(env: dict[str, str], capsys: pytest.CaptureFixture[str], name: str, said: str) -> None:
    assert main(["author", name], env) != 0
    shown = capsys.readouterr()
    assert said in shown.err and "Traceback" not in shown.err and not shown.out
