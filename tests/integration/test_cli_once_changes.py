"""``once`` after the config was edited: what became of each subscription, and the commands that the line names."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.integration.conftest import Database
from watcher.cli import main
from watcher.store.database.locks import DaemonLock

TODAY = datetime.now(UTC).date()
DAILY = "daily at 00:00"
Run = Callable[..., str]


def config(*subscriptions: str) -> str:
    accepted = "accept: [no-sources, no-subscriptions, unused-receiver, accepted-in-vain]\noperator: [me]\n"
    head = "timezone: UTC\nsources: {}\nreceivers: {me: {url: 'console://'}, you: {url: 'console://'}}\n" + accepted
    return head + (
        "subscriptions:\n" + "".join(f"  - {{{one}, when: {DAILY}}}\n" for one in subscriptions)
        if subscriptions
        else ""
    )


@pytest.fixture
def env(tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "database").write_text(database.line)
    return {"STATE_DIRECTORY": str(tmp_path / "state"), "HOME": str(tmp_path)}


@pytest.fixture
def run(env: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command with a config of these subscriptions, or the last one; what it said."""

    def run(*args: str, having: tuple[str, ...] | None = None, status: int = 0) -> str:
        if having is not None:
            (tmp_path / "config.yaml").write_text(config(*having) + (tmp_path / "database").read_text())
        assert main(args, env) == status
        out, err = capsys.readouterr()
        return err + out

    return run


def papers(folder: Path, *listed: tuple[str, int]) -> str:
    """A file of papers with these titles, listed so many days ago."""
    path = folder / "papers.jsonl"
    path.write_text(
        "".join(
            json.dumps(
                {
                    "first_listed": str(TODAY - timedelta(days=ago)),
                    "arxiv_id": f"2603.{n:05}",
                    "title": title,
                    "abstract": "It glows.",
                }
            )
            + "\n"
            for n, (title, ago) in enumerate(listed, start=1)
        )
    )
    return str(path)


LISTED = [("Quiet Kilns", 0), ("Kilns and Lanterns", 1), ("Old Lanterns", 9), ("Lost Lanterns", 300), ("Moons", 1)]


def lines(said: str, name: str) -> list[str]:
    return [line for line in said.splitlines() if line.startswith(f"{name}: ")]


def test_nothing_stored_is_not_nothing_that_matches(run: Run) -> None:
    assert (
        run("once", having=("name: a, rule: kiln, to: me",))
        == "a: new; no recent paper is stored yet\nnothing to tell\n"
    )
    assert run("once") == "nothing to tell\n"


def test_an_edited_rule_says_what_it_did_and_which_commands_show_and_tell_it(run: Run, tmp_path: Path) -> None:
    run("import", papers(tmp_path, *LISTED), having=("name: a, rule: kiln, to: me",))
    first, held = lines(run("once", having=("name: a, rule: lantern, to: me",)), "a")
    assert first == (
        "a: rule edited; 2 listed papers match: 1 counts as known, 1 matched before; 1 paper that waited no longer "
        "matches and is not told; see them: `watcher history a`, tell them: `watcher replay --known a`"
    )
    assert held.startswith("a: 1 paper held until ")
    assert lines(run("once"), "a") == [held]
    known = [
        one for one in json.loads(run("history", "a", "--json")) if one["reason"] == "listed before the rule was edited"
    ]
    assert [one["title"] for one in known] == ["Old Lanterns"]
    assert run("replay", "--known", "a", "--since", "2d").startswith(
        "a: no paper counts as known; `watcher history a` "
    )
    no_longer, now_held = run("replay", "--known", "a").splitlines()
    assert no_longer == "a: 1 paper no longer counts as known" and now_held.startswith("a: 2 papers held until ")
    assert "Old Lanterns" in run("once", "--flush") and "Old Lanterns" not in run("once", "--flush")


def test_new_renamed_changed_gone_and_back(run: Run, tmp_path: Path) -> None:
    run("import", papers(tmp_path, *LISTED), having=())
    kilns, lamps = "name: kilns, rule: kiln, to: me", "name: lamps, rule: lantern, to: me"
    (new, _) = lines(said := run("once", having=(kilns, lamps)), "lamps")
    assert new.startswith("lamps: new; 2 listed papers match: 1 is to be told, 1 counts as known; see them: ")
    assert lines(said, "kilns")[0] == "kilns: new; 2 listed papers match and are to be told"
    assert run("once", having=(kilns.replace("kilns", "ovens"), lamps)).startswith("ovens: renamed from kilns\n")
    said = run("once", having=(lamps.replace("to: me", "to: you"),))
    assert lines(said, "ovens") == ["ovens: gone; 2 papers that waited are not told"]
    assert lines(said, "lamps")[0] == "lamps: to changed"
    said = run("once", having=(kilns.replace("kilns", "ovens"),))
    assert lines(said, "ovens")[0] == "ovens: back; 2 listed papers match, as before"
    assert lines(said, "lamps") == ["lamps: gone; 1 paper that waited is not told"]


def test_the_same_as_json(run: Run, tmp_path: Path) -> None:
    run("import", papers(tmp_path, *LISTED), having=("name: a, rule: kiln, to: me",))
    answer = json.loads(run("once", "--json", having=("name: a, rule: lantern, to: me",)))
    assert answer["config_counts"] and answer["changes"] == [
        {
            "subscription": "a",
            "change": "edited",
            "was": None,
            "keys": ["rule"],
            "held": 0,
            "known": 1,
            "matched_before": 1,
            "no_longer_told": 1,
        }
    ]


@pytest.mark.parametrize("command", [("import", "papers.jsonl"), ("test-notify", "me"), ("replay", "--all-dead")])
def test_whichever_command_takes_up_an_edited_config_says_so(
    run: Run, env: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    run("import", papers(tmp_path, *LISTED), having=("name: a, rule: kiln, to: me",))
    (tmp_path / "config.yaml").write_text(
        config("name: a, rule: lantern, to: me") + (tmp_path / "database").read_text()
    )
    assert main(command, env) == 0
    assert capsys.readouterr().err.startswith("a: rule edited; 2 listed papers match")


def test_one_kept_in_the_database_says_the_same(run: Run, tmp_path: Path) -> None:
    run("import", papers(tmp_path, *LISTED), having=())
    path = tmp_path / "config.yaml"
    path.write_text(path.read_text().replace("{}", "{hf: {look_back: 3, follow: 20}}"))
    add = ("--to", "me", "--owner", "ana", "--when", DAILY)
    added = run("subscriptions", "add", "a", "lantern", *add)
    assert added.startswith("ana/a: added; 2 listed papers match: 1 is to be told, 1 counts as known; see them: ")
    edited = run("subscriptions", "add", "a", "kiln", *add)
    assert edited.startswith("ana/a: changed; 2 listed papers match: 1 counts as known, 1 matched before; see them: ")
    assert "`watcher history ana/a`" in edited
    assert run("subscriptions", "add", "a", "kiln", *add) == "ana/a: there already\n"


def test_known_papers_are_told_alone(env: dict[str, str], run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    run("once", having=("name: a, rule: kiln, to: me",))
    for args in (["--known", "a", "--all-dead"], ["--known", "a", "--to", "you"], ["--all-dead", "--since", "7d"]):
        assert main(["replay", *args], env) == 2
    assert "--since goes with --known" in capsys.readouterr().err


def test_an_edited_config_that_the_daemon_has_not_read_does_not_count_yet(
    run: Run, env: dict[str, str], tmp_path: Path, database: Database
) -> None:
    if database.line:
        pytest.skip("the lock of a daemon is SQLite's")
    run("once", having=("name: a, rule: kiln, to: me",))
    differs = "the config differs from the one that the running daemon has"
    with DaemonLock(Path(database.address)):
        assert differs not in run("once")
        assert run("once", having=("name: a, rule: lantern, to: me",)).startswith(differs)
        assert run("test-notify", "nobody", status=2).startswith(differs)
        assert json.loads(run("once", "--json").splitlines()[-1])["config_counts"] is False
    assert run("once").startswith("a: rule edited; ")
