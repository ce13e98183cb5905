"""How far long work is: a line on a terminal, nothing for programs, nothing for what is done at once."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

from tests.terminals import Terminal
from watcher.cli import main, progress
from watcher.cli.progress import _how_far
from watcher.store.database.file import copies

CONFIG = """\
timezone: UTC
sources: {hf: {kind: inbox, folder: inbox}}
receivers: {me: {url: "console://"}}
operator: [me]
subscriptions:
  - {name: kilns, rule: kiln, to: me, when: daily at 08:00}
"""


@pytest.fixture
def env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "inbox").mkdir()
    Path("config.yaml").write_text(CONFIG)
    for n in range(3):
        papers = [
            {
                "first_listed": "2026-03-10",
                "arxiv_id": f"2603.0{n}{m:03}",
                "title": f"Kilns {n} {m}",
                "abstract": "Hot.",
            }
            for m in range(20)
        ]
        Path(f"{n}.jsonl").write_text("".join(f"{json.dumps(one)}\n" for one in papers))
    Path("lines.jsonl").write_text('{"name": "ovens", "rule": "oven", "to": ["me"]}\n')
    env = {"HOME": str(tmp_path), "STATE_DIRECTORY": str(tmp_path / "state")}
    assert main(["import", "0.jsonl"], env) == 0
    assert main(["backup", "old.db"], env) == 0
    capsys.readouterr()
    return env


def seen(words: list[str], env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> str:
    """What a command shows on a terminal on stderr, without what moves the cursor."""
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "xterm")
    assert main(words, env) == 0
    return re.sub("\x1b\\[[0-9;?]*[A-Za-z]", "", screen.getvalue())


WORK = {
    "backtest --rule kiln": ["trying the rule", "20 of 20, 100 %"],
    "papers kiln --order day --limit 3": ["trying the rule", "of 20, "],
    "papers kiln": ["trying the rule", "20 of 20, 100 %"],
    "add oven --to me --dry-run": ["trying the rule", "20 of 20, 100 %"],
    "check-config": ["trying rules"],
    "status": ["opening the database"],
    "backup new.db": ["copying pages", "100 %", "checking"],
    "import 1.jsonl 2.jsonl": ["importing", "2 of 2, 100 %", "2.jsonl"],
    "subscriptions import lines.jsonl": ["importing lines", "1, 0:0"],
    "restore old.db": ["restoring", "reading sources", "1 of 1, 100 %"],
}


def test_long_work_says_how_far_it_is(
    env: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0)
    for words, expected in WORK.items():
        shown = seen(words.split(), env, monkeypatch)
        assert [one for one in expected if one not in shown] == [], words
        assert max(len(line.rstrip()) for line in re.split("[\r\n]", shown)) <= 80
        out = capsys.readouterr().out
        assert not any(one in out for one in expected)


def test_a_copy_is_counted_page_by_page(
    env: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0)
    monkeypatch.setattr(copies, "PAGES_AT_ONCE", 10)
    heard: list[tuple[int, int | None]] = []
    monkeypatch.setattr(progress._ShownSteps, "at", lambda self, done, of, note="": heard.append((done, of)))
    seen(["backup", "new.db"], env, monkeypatch)
    done, totals = [one for one, _ in heard], {of for _, of in heard}
    assert len(heard) > 3 and done == sorted(done) and totals == {done[-1]}
    assert Path("new.db").stat().st_size == 4096 * done[-1]


def test_what_is_done_at_once_and_what_programs_read_has_no_such_line(
    env: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "trying" not in seen(["backtest", "--rule", "kiln"], env, monkeypatch)
    monkeypatch.undo()
    monkeypatch.chdir(env["HOME"])
    monkeypatch.setattr(progress, "PATIENCE", 0)
    assert main(["import", "1.jsonl", "2.jsonl"], env) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("done", "of", "left", "said"),
    [
        (12, 400, 75.9, "12 of 400, 3 %, 1:15 left"),
        (1, 2_500_000, 7_300.0, "1 of 2,500,000, 0 %, 2:01:40 left"),
        (0, 400, None, "0 of 400, 0 %"),
        (1_200, None, None, "1,200, 0:07"),
        (0, None, None, "0:07"),
    ],
)
def test_count_share_and_time(done: float, of: float | None, left: float | None, said: str) -> None:
    assert _how_far(done, of, 7.2, left) == said
