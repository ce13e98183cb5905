"""Files that a person names: pipes are read, and what has no end is named while the others are taken."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.integration.test_cli_import import lines
from tests.integration.test_subscriptions_in_database import Run, env, run
from watcher.cli import main

__all__ = ["env", "run"]


@pytest.mark.timeout(30)
def test_a_pipe_into_which_nobody_writes_is_given_up(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("watcher.files.read.PATIENCE", 0.05)
    os.mkfifo(tmp_path / "pipe.jsonl")
    status, _, problem = run("import", "pipe.jsonl")
    assert status == 2 and "pipe.jsonl cannot be read: a named pipe into which nobody has written" in problem


@pytest.mark.timeout(30)
def test_what_a_shell_pipes_is_taken(run: Run) -> None:
    reading, writing = os.pipe()
    os.write(writing, b'{"name": "one", "rule": "a", "to": "me"}\n')
    os.close(writing)
    assert run("import", f"/dev/fd/{reading}")[1] == "added 1, changed 0, unchanged 0, wrong 0"
    os.close(reading)


@pytest.mark.timeout(60)
def test_saved_pages_that_are_no_files_are_named(
    env: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("watcher.files.read.PATIENCE", 0.05)
    os.mkfifo(tmp_path / "pipe.html")
    (tmp_path / "zero.html").symlink_to("/dev/zero")
    (tmp_path / "folder.html").mkdir()
    with (tmp_path / "sparse.html").open("wb") as file:
        file.truncate(200_000_000)
    (tmp_path / "papers.jsonl").write_bytes(lines(3, seed=1))
    names = ["pipe.html", "zero.html", "folder.html", "sparse.html", "papers.jsonl"]
    assert main(["import", "--no-tell", *names], env) == 1
    shown = capsys.readouterr()
    assert "stored 3" in shown.out
    assert [line.partition(" ")[0] for line in shown.err.splitlines()] == [f"{name}:" for name in names[:4]]
    assert "larger than 50 MB" in shown.err and "a device, not a file" in shown.err


def test_a_saved_page_to_try_that_is_no_file(
    env: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "zero.html").symlink_to("/dev/zero")
    assert main(["try-source", "hf", "--file", "zero.html"], env) == 2
    assert "zero.html cannot be read: a device, not a file" in capsys.readouterr().err


def test_a_config_to_add_to_that_is_no_file(
    env: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(tmp_path / "people.yaml")
    assert main(["add", "kite", "--to", "me", "--file", "people.yaml"], env) == 1
    assert "people.yaml: a named pipe, not a file" in capsys.readouterr().err
