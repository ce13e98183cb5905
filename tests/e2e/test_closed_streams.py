"""A command that is started without its standard streams, as some cron jobs and init scripts do, does its work."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from watcher.cli import main

CONFIG = """
timezone: UTC
receivers:
  me: {url: 'json://127.0.0.1:9'}
subscriptions:
  - {name: kilns, rule: kiln, to: me, when: daily at 08:00}
"""
PAPER = '{"title": "A Kiln by Day", "arxiv_id": "2603.00001"}\n'


@pytest.mark.parametrize(
    ("command", "closed"),
    [("import page.jsonl", ">&-"), ("once", ">&- 2>&-"), ("status", ">&- 2>&- <&-"), ("papers", "2>&-")],
)
def test_closed_streams_are_as_nowhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str, closed: str
) -> None:
    (tmp_path / "config.yaml").write_text(CONFIG)
    (tmp_path / "page.jsonl").write_text(PAPER)
    env = {"STATE_DIRECTORY": str(tmp_path / "state"), "HOME": str(tmp_path), "PYTHONPATH": str(Path.cwd())}

    def run(command: str) -> subprocess.CompletedProcess[str]:
        line = f"exec {sys.executable} -m watcher -c config.yaml {command}"
        return subprocess.run(
            ["sh", "-c", line], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60, check=False
        )

    assert main(["-c", str(tmp_path / "config.yaml"), "import", str(tmp_path / "page.jsonl")], env) == 0
    capsys.readouterr()
    without = run(f"{command} {closed}")
    assert without.returncode == 0
    assert "internal error" not in without.stderr + without.stdout
    if closed == "2>&-":
        assert "A Kiln by Day" in without.stdout
    assert main(["-c", str(tmp_path / "config.yaml"), "papers", "--json"], env) == 0
    assert "A Kiln by Day" in capsys.readouterr().out, "the database is whole: nothing was printed into it"
