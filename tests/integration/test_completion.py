"""What a shell completes: commands, options, and the names that stand in the config."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CONFIG = """
timezone: UTC
receivers: {team: {url: "console://"}, tea: {url: "console://"}}
sources: {hf-daily: {}, hf-weekly: {listing: weekly}}
subscriptions: [{name: agents, rule: agent, to: team}]
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "config.yaml").write_text(CONFIG)
    (tmp_path / "watcher").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m watcher "$@"\n')
    (tmp_path / "watcher").chmod(0o755)
    return tmp_path


def completed(home: Path, words: str) -> list[str]:
    env = os.environ | {
        "_WATCHER_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split(" ")) - 1),
    }
    run = subprocess.run([home / "watcher"], check=True, cwd=home, env=env, capture_output=True, text=True)
    assert run.stderr == ""
    return [line.partition(",")[2] for line in run.stdout.splitlines() if line]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("watcher stat", ["status"]),
        ("watcher status hf", ["hf-daily", "hf-weekly"]),
        ("watcher once --source hf-w", ["hf-weekly"]),
        ("watcher test-notify te", ["team", "tea"]),
        ("watcher preview a", ["agents"]),
        ("watcher replay --receiver tea", ["team", "tea"]),
        ("watcher -c missing.yaml status h", []),
        ("watcher completion z", ["zsh"]),
    ],
)
def test_names_are_completed(home: Path, words: str, found: list[str]) -> None:
    assert completed(home, words) == found


def test_a_broken_config_completes_nothing(home: Path) -> None:
    (home / "config.yaml").write_text("sources: [")
    assert completed(home, "watcher status h") == []


SHELLS = {
    "bash": """
        eval "$(watcher completion bash)"
        COMP_WORDS=(watcher status hf-w) COMP_CWORD=2
        _watcher_completion watcher
        echo "${COMPREPLY[@]}"
    """,
    "zsh": """
        eval "$(watcher completion zsh)"
        compadd() { print -l -- "${completions[@]}" }
        words=(watcher status hf-w) CURRENT=3
        _watcher_completion
    """,
    "zsh of somebody who completes already": """
        autoload -U compinit && compinit -D
        eval "$(watcher completion zsh)"
        compadd() { print -l -- "${completions[@]}" }
        words=(watcher status hf-w) CURRENT=3
        _watcher_completion
    """,
    "fish": """
        watcher completion fish | source
        complete --do-complete "watcher status hf-w"
    """,
}


@pytest.mark.parametrize("shell", SHELLS)
def test_a_real_shell_completes(home: Path, shell: str) -> None:
    program = shell.split(" ")[0]
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    env = os.environ | {"PATH": f"{home}:{os.environ['PATH']}", "HOME": str(home)}
    run = subprocess.run([program, "-c", SHELLS[shell]], check=False, cwd=home, env=env, capture_output=True, text=True)
    assert "hf-weekly" in run.stdout and "hf-daily" not in run.stdout, run.stdout + run.stderr
