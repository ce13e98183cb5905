"""What `journalctl -p warning` shows: trouble when it begins, once, with its reason; and nothing else."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.integration.test_pipeline import World, subscription
from tests.parsers.pages import login_page
from tests.sources import make_source
from watcher.cli import main
from watcher.daemon.fleet import poll_in_turn
from watcher.model import Judged, Outcome, Result, Source, Verdict
from watcher.pipeline.subscriptions.apply import apply_config
from watcher.pipeline.subscriptions.config_incidents import log_lasting_troubles
from watcher.policy.alerts.incidents import begins_trouble
from watcher.store import Store

Seen = Callable[[], list[tuple[str, str]]]


@pytest.fixture
def world(store: Store) -> World:
    world = World(store)
    apply_config(world.context)
    return world


@pytest.fixture
def seen(caplog: pytest.LogCaptureFixture) -> Seen:
    """The levels and lines of the log since the last call."""
    caplog.set_level(logging.INFO, logger="watcher")

    def seen() -> list[tuple[str, str]]:
        found = [(one.levelname, one.getMessage()) for one in caplog.records if one.name.startswith("watcher")]
        caplog.clear()
        return found

    return seen


def look(world: World, seen: Seen, source: Source | None = None) -> tuple[str, str]:
    """Level and line of one look of the daemon."""
    world.now += timedelta(hours=1)
    seen()
    poll_in_turn(source or world.source, world.context)
    (line,) = [one for one in seen() if " matched" in one[1]]
    return line


def break_site(world: World) -> None:
    world.network.pages = {url: login_page() for url in world.network.pages}


def test_a_source_in_trouble_is_warned_of_once_for_each_verdict(world: World, seen: Seen) -> None:
    assert look(world, seen) == ("INFO", "hf: new, 12 new, 12 matched")
    break_site(world)
    level, line = look(world, seen)
    assert level == "WARNING" and line.startswith("hf: broken, 0 new, 0 matched (") and "login" in line
    assert look(world, seen)[0] == "INFO"
    world.network.pages.clear()
    level, line = look(world, seen)
    assert level == "WARNING" and "HTTP 404" in line
    assert look(world, seen)[0] == "INFO"
    world.publish()
    assert look(world, seen)[0] == "INFO"
    world.publish(json=False)
    level, line = look(world, seen)
    assert (level, "partial" in line) == ("WARNING", True)


def test_a_source_that_never_could_be_read(world: World, seen: Seen) -> None:
    world.network.pages.clear()
    assert look(world, seen)[0] == "WARNING"


def test_an_inbox_says_why(world: World, seen: Seen, tmp_path: Path) -> None:
    drop = make_source(name="drop", kind="inbox", folder=str(tmp_path / "nowhere"))
    world.context.config = replace(world.context.config, sources={"drop": drop})
    level, line = look(world, seen, drop)
    assert (level, line) == (
        "WARNING",
        f"drop: unreachable, 0 new, 0 matched (the folder {tmp_path}/nowhere: No such file or directory)",
    )


@pytest.mark.parametrize("verdict", Verdict)
@pytest.mark.parametrize("before", [None, *Verdict])
def test_trouble_begins_where_the_look_before_did_not_show_it(verdict: Verdict, before: Verdict | None) -> None:
    is_trouble = verdict in (Verdict.BROKEN, Verdict.UNREACHABLE, Verdict.PARTIAL)
    assert begins_trouble(Judged(verdict), before) == (is_trouble and verdict is not before)


def test_a_receiver_that_fails(world: World, seen: Seen) -> None:
    world.look()
    world.receivers.outcome = Outcome(Result.FAILED, "connection refused")
    seen()
    world.tell()
    assert ("WARNING", "me: 12 papers failed: connection refused") in seen()


def test_a_receiver_that_is_gone_with_what_waited_for_it(world: World, seen: Seen) -> None:
    world.look()
    world.receivers.outcome = Outcome(Result.FAILED, "connection refused")
    world.tell()
    seen()
    world.apply(subscription(to="you"), receivers=("you", "ops"))
    warned = [line for level, line in seen() if level == "WARNING"]
    assert warned == ["1 message to me will not be sent: the receiver is gone from the config"]


def test_a_log_that_begins_says_what_is_in_trouble_already(world: World, seen: Seen) -> None:
    world.network.pages.clear()
    world.look()
    seen()
    log_lasting_troubles(world.context)
    ((level, line),) = seen()
    assert level == "WARNING" and line.startswith("hf: source unreachable since 2026-03-10 12:00 UTC: HTTP 404")
    world.context.config = replace(world.context.config, sources={})
    log_lasting_troubles(world.context)
    assert not seen()


CONFIG = """\
timezone: UTC
sources: {}
receivers: {me: {url: "console://"}}
include: people/*.yaml
"""
GOOD = "subscriptions:\n  - {name: a, rule: kiln, to: me}\n"


@pytest.fixture
def env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text(CONFIG)
    (tmp_path / "people").mkdir()
    for name in ("ana", "bob"):
        (tmp_path / "people" / f"{name}.yaml").write_text(GOOD)
    return {"STATE_DIRECTORY": str(tmp_path / "state"), "HOME": str(tmp_path)}


BROKEN = [
    (GOOD.replace("kiln", "'(a'"), "2:22: "),
    (GOOD.replace("rule", "rul"), "2:"),
    ("subscriptions: [", "1:"),
    (GOOD + "receivers: {}\n", "3:1: "),
]


@pytest.mark.parametrize(("text", "place"), BROKEN)
def test_a_broken_file_is_named_with_place_and_reason(
    env: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, place: str
) -> None:
    (tmp_path / "people" / "bob.yaml").write_text(text)
    assert main(["once"], env) == 0
    warned = [line for line in capsys.readouterr().err.splitlines() if line.startswith("WARNING")]
    assert warned and all(line.startswith(f"WARNING included file broken: people/bob.yaml:{place}") for line in warned)


def test_a_file_that_has_vanished_is_named(
    env: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["once"], env) == 0
    (tmp_path / "people" / "bob.yaml").unlink()
    assert main(["once"], env) == 0
    assert "WARNING included file broken: bob.yaml: the file has vanished" in capsys.readouterr().err


def test_the_check_of_a_reload_fails_where_the_reload_does(
    env: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "people" / "bob.yaml").write_text(BROKEN[0][0])
    assert main(["check-config"], env) == 2
    capsys.readouterr()
    assert main(["check-config", "--as-run"], env) == 0
    out = capsys.readouterr().out
    assert "people/bob.yaml:2:22: warning: " in out and "[broken-include]" in out and ": OK, with " in out
    (tmp_path / "config.yaml").write_text(CONFIG + "subscriptions: [\n")
    assert main(["check-config", "--as-run"], env) == 2


def test_status_checks_for_monitoring(env: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["once"], env) == 0
    assert main(["status", "--check"], env) == 0
    (tmp_path / "people" / "bob.yaml").write_text(BROKEN[0][0])
    assert main(["once"], env) == 0
    assert main(["status"], env) == 0
    capsys.readouterr()
    assert main(["status", "--check", "--json"], env) == 1
    assert [one["kind"] for one in json.loads(capsys.readouterr().out)["incidents"]] == ["include broken"]
