"""Warnings of the config in the commands that read it: check-config, add, subscriptions import, once."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from watcher.cli import main

WHOLE = """\
timezone: UTC
operator: [me]
sources: {hf: {kind: inbox, folder: box}}
receivers: {me: {url: 'console://'}}
subscriptions:
  - name: kilns
    rule: kiln
    to: [me]
"""
ODD = WHOLE.replace("rule: kiln", 'rule: "quiet kiln"')
WRONG = ODD.replace("to: [me]", "to: [mee]")
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command, with a new config if one is given; its exit status and what it printed."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "box").mkdir()
    env = {"STATE_DIRECTORY": str(tmp_path / "state"), "HOME": str(tmp_path)}

    def run(*args: str, config: str = "") -> tuple[int, str, str]:
        if config:
            (tmp_path / "config.yaml").write_text(config)
        status = main(args, env)
        out, err = capsys.readouterr()
        return status, out, err

    return run


@pytest.mark.parametrize(
    ("config", "options", "status", "last"),
    [
        (WHOLE, (), 0, "config.yaml: OK: 1 source, 1 receiver, 1 subscription"),
        (WHOLE, ("--strict",), 0, "config.yaml: OK: 1 source, 1 receiver, 1 subscription"),
        (ODD, (), 0, "config.yaml: OK, with 1 warning: 1 source, 1 receiver, 1 subscription"),
        (ODD, ("--strict",), 1, "config.yaml: 1 warning"),
        (ODD + "    accept: [quotes-taken-by-yaml]\n", ("--strict",), 0, "config.yaml: OK: 1 source"),
        (WRONG, (), 2, "config.yaml: 1 error, 1 warning"),
        (WRONG, ("--strict",), 2, "config.yaml: 1 error, 1 warning"),
    ],
)
def test_ok_is_said_where_there_is_nothing_else(
    run: Run, config: str, options: tuple[str, ...], status: int, last: str
) -> None:
    ended, out, _ = run("check-config", *options, config=config)
    assert ended == status and out.splitlines()[-1].rpartition("/")[2].startswith(last)
    assert ("[quotes-taken-by-yaml]" in out) == ("warning" in last)


def test_the_names_are_in_the_json(run: Run) -> None:
    status, out, _ = run("check-config", "--json", config=WRONG)
    assert status == 2
    assert [one["name"] for one in json.loads(out)] == ["quotes-taken-by-yaml", "unknown-receiver"]


def test_add_warns_of_what_it_adds_alone(run: Run, tmp_path: Path) -> None:
    status, _, err = run("add", "agent, robot", "--to", "me", config=ODD)
    assert status == 0 and "[sign-without-meaning]" in err and "quotes-taken" not in err
    assert "rule: >-\n      agent, robot" in (tmp_path / "config.yaml").read_text()


def test_a_line_of_subscriptions_is_stored_with_its_warning(run: Run, tmp_path: Path) -> None:
    line = {"name": "both", "any": ["agent OR robot"], "to": "me"}
    (tmp_path / "subs.jsonl").write_text(json.dumps(line) + "\n" + json.dumps({**line, "name": "no", "rule": "a>5"}))
    status, out, err = run("subscriptions", "import", "subs.jsonl", config=WHOLE)
    assert status == 1 and out == "added 1, changed 0, unchanged 0, wrong 1\n"
    assert "subs.jsonl:1:27: warning: " in err and "[operator-in-list-item]" in err


def test_once_names_the_warnings_in_a_line(run: Run) -> None:
    _, _, err = run("once", config=ODD)
    assert (
        err.rpartition("/")[2] == "config.yaml: 1 warning (quotes-taken-by-yaml): `watcher check-config` shows them\n"
    )
    assert run("once", config=WHOLE)[2] == ""


@pytest.mark.parametrize("command", [("papers",), ("backtest", "--rule")])
def test_a_rule_that_is_typed_is_looked_at_too(run: Run, command: tuple[str, ...]) -> None:
    run("once", config=WHOLE)
    status, _, err = run(*command, "upvote>20")
    assert status == 2 and "there is no `upvote` to compare; write upvotes>20" in err
    status, _, err = run(*command, "kiln, lantern")
    assert status == 0 and err.startswith("warning: the comma") and "\n  kiln, lantern\n  ^\n" in err
    assert "warning" not in run(*command, "kiln OR lantern")[2]
