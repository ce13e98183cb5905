"""An address is asked while all is well, and not where it is not: somebody hears when the machine is gone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.integration.conftest import Database
from tests.integration.sites import Site, say, serving
from tests.integration.test_status_checks import MINUTE, NOW, hold
from watcher.cli import main
from watcher.config import Config
from watcher.daemon.chores import Chores, beat
from watcher.daemon.opening import open_context
from watcher.pipeline.context import Context
from watcher.store import Store

TOKEN = "5f1c-kites-and-lamps"
CONFIG = """\
timezone: UTC
operator: [me]
heartbeat: "{site}/ping/${{PING_KEY}}"
sources: {{blog: {{kind: inbox, folder: papers}}}}
receivers: {{me: {{url: "console://"}}}}
subscriptions: [{{name: kites, rule: kite, to: me}}]
{line}"""


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as one:
        one.answers[f"/ping/{TOKEN}"] = say(body=b"OK")
        yield one


@pytest.fixture
def env(tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch, database: Database) -> dict[str, str]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "papers").mkdir()
    path = tmp_path / "config.yaml"
    path.write_text(CONFIG.format(site=site.url, line=database.line))
    path.chmod(0o600)
    return {"STATE_DIRECTORY": str(tmp_path / "state"), "HOME": str(tmp_path), "PING_KEY": TOKEN}


def asked(site: Site) -> list[str]:
    return [request.split(" ")[1] for request in site.asked]


def test_a_round_that_went_well_is_heard(env: dict[str, str], site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["once", "--quiet"], env) == 0
    assert asked(site) == [f"/ping/{TOKEN}"]
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("status", ["204 No Content", "201 Created"])
def test_any_success_is_one(env: dict[str, str], site: Site, status: str, capsys: pytest.CaptureFixture[str]) -> None:
    site.answers[f"/ping/{TOKEN}"] = say(status)
    assert main(["once", "--quiet"], env) == 0
    assert capsys.readouterr().err == ""


def test_an_address_that_does_not_answer_is_said_without_its_secret(
    env: dict[str, str], site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    site.answers[f"/ping/{TOKEN}"] = say("404 Not Found", f"no check {TOKEN}".encode())
    assert main(["once", "--quiet"], env) == 0
    assert "the heartbeat was not taken: HTTP 404" in (said := capsys.readouterr().err)
    assert TOKEN not in said


def test_a_round_with_trouble_is_not_heard(env: dict[str, str], site: Site, tmp_path: Path) -> None:
    (tmp_path / "papers").rmdir()
    assert main(["once", "--quiet"], env) == 1
    assert asked(site) == []


def test_a_missing_secret_is_named_by_check_config(env: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    del env["PING_KEY"]
    main(["check-config"], env)
    said = capsys.readouterr()
    assert ":3:" in said.out + said.err and "PING_KEY" in said.out + said.err


@pytest.mark.parametrize("address", ["ftp://lab.example/secret-x", "hc-ping.com/secret-x"])
def test_what_cannot_be_asked_is_refused_without_being_shown(
    env: dict[str, str], tmp_path: Path, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "config.yaml"
    lines = path.read_text().split("\n")
    path.write_text("\n".join(f"heartbeat: {address}" if "heart" in line else line for line in lines))
    assert main(["check-config"], env) == 2
    said = capsys.readouterr()
    assert ":3:" in said.out and "secret-x" not in said.out + said.err


# --- the daemon's ---


@pytest.fixture
def context(store: Store, site: Site) -> Iterator[Context]:
    made = open_context(Config(heartbeat=f"{site.url}/ping/{TOKEN}"), store, {}, clock=lambda: NOW + MINUTE)
    yield made
    made.parsing.close()


def test_the_daemon_beats_while_it_ticks(context: Context, site: Site) -> None:
    alive = [True]
    chores = Chores(context, lambda: NOW, is_alive=lambda: alive[0])
    assert chores.beat() == NOW + timedelta(minutes=1)
    assert asked(site) == [f"/ping/{TOKEN}"]
    alive[0] = False
    chores.beat()
    assert len(site.asked) == 1


def test_it_does_not_beat_while_something_is_told_late(
    context: Context, store: Store, site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    hold(store)
    Chores(context, lambda: NOW).beat()
    assert asked(site) == []
    assert "no heartbeat: matches held past their time: 1 (ana/lanterns)" in caplog.text


def test_nothing_is_asked_where_the_config_has_none(context: Context, site: Site) -> None:
    context.config = Config()
    assert beat(context) == "" and site.asked == []
