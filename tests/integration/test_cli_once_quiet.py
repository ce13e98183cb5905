"""``once`` for cron, what ``-v`` adds, and what ``run`` begins with on a terminal."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime, time
from pathlib import Path

import pytest

from tests.integration.conftest import Database
from tests.integration.receivers import Web, web
from tests.integration.sites import Site, say, serving
from tests.integration.test_pipeline import World, subscription
from watcher.cli import main
from watcher.cli.outcome import next_look_line
from watcher.cli.run import _say_what_comes
from watcher.model import Rhythm, When
from watcher.pipeline.subscriptions.apply import apply_config
from watcher.store import Store

NOW = datetime.now(UTC)
FEED = f"""<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>t</title><id>urn:f</id>
<updated>{NOW.isoformat()}</updated><entry><id>urn:p1</id><title>A Kite</title><updated>{NOW.isoformat()}</updated>
<link href="https://kites.example/1"/><summary>On kites.</summary></entry></feed>""".encode()
CONFIG = """\
timezone: UTC
sources:
  blog: {{kind: feed, url: "{site}/feed.xml?key=${{FEED_KEY}}"}}
receivers:
  me: {{url: "json://127.0.0.1:{port}/"}}
subscriptions:
  - {{name: kites, rule: kite, to: me}}
  - {{name: later, rule: kite, to: me, when: daily at 08:00}}
{line}"""


@pytest.fixture
def hook() -> Iterator[Web]:
    with web() as one:
        yield one


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as one:
        yield one


@pytest.fixture
def env(tmp_path: Path, hook: Web, site: Site, monkeypatch: pytest.MonkeyPatch, database: Database) -> dict[str, str]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text(CONFIG.format(port=hook.port, site=site.url, line=database.line))
    site.answers["/feed.xml?key=hidden-word"] = say(body=FEED)
    return {"STATE_DIRECTORY": str(tmp_path / "state"), "HOME": str(tmp_path), "FEED_KEY": "hidden-word"}


def once(capsys: pytest.CaptureFixture[str], env: dict[str, str], *args: str) -> tuple[int, str, str]:
    capsys.readouterr()
    status = main(["once", *args], env)
    shown = capsys.readouterr()
    return status, shown.out, shown.err


def test_all_went_well_and_nothing_is_said(env: dict[str, str], hook: Web, capsys: pytest.CaptureFixture[str]) -> None:
    assert once(capsys, env, "--quiet") == (0, "", "")
    assert len(hook.requests) == 1
    assert once(capsys, env, "-q") == (0, "", "")


def test_a_source_in_trouble_is_said(env: dict[str, str], site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    site.answers["/feed.xml?key=hidden-word"] = say("500 Oops")
    assert once(capsys, env, "--quiet") == (1, "", "blog: unreachable: HTTP 500 Internal Server Error\n")
    site.answers["/feed.xml?key=hidden-word"] = say(body=b"<html><title>Sign in</title><form></form></html>")
    status, out, err = once(capsys, env, "--quiet")
    assert (status, out) == (1, "")
    assert err.startswith("blog: broken: ")


def test_a_message_that_was_not_sent_is_said(
    env: dict[str, str], hook: Web, capsys: pytest.CaptureFixture[str]
) -> None:
    hook.status = 500
    status, out, err = once(capsys, env, "--quiet")
    assert (status, out) == (1, "")
    assert err == "me: 1 paper of kites not sent (pending: the service answered 500 Internal Server Error: {})\n"


def test_quiet_and_json_do_not_go_together(env: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = once(capsys, env, "--quiet", "--json")
    assert (status, out) == (2, "")
    assert "leave out --quiet" in err


def test_verbose_names_every_request_and_no_secret(
    env: dict[str, str], site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = once(capsys, env, "-v")
    assert status == 0
    assert re.search(rf"DEBUG GET {site.url}/feed\.xml\?key=\S+: HTTP 200 OK, {len(FEED)} bytes, \d+\.\d s\n", err), err
    assert "hidden-word" not in out + err


def test_verbose_says_why_there_was_no_answer(
    env: dict[str, str], site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    site.answers["/feed.xml?key=hidden-word"] = lambda connection: None
    status, out, err = once(capsys, env, "-v")
    assert status == 1
    assert re.search(r"DEBUG GET \S+/feed\.xml\S+: (?!HTTP)\S+", err), err
    assert "hidden-word" not in out + err


def test_verbose_shows_no_traceback_of_a_wrong_config(env: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    path = Path("config.yaml")
    path.write_text(path.read_text().replace("rule: kite", "rule: (kite", 1))
    status, _, err = once(capsys, env, "-v")
    assert status == 2
    assert "Traceback" not in err
    assert err.startswith(f"{path.absolute()}:")


def test_matches_are_counted_as_such(env: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert "blog: new, 1 new paper, 2 matches\n" in once(capsys, env)[1]


# --- run ---


def test_run_begins_with_what_waits_and_the_next_look(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    world = World(store)
    world.apply(*(subscription(f"later{n}", when=When(Rhythm.DAILY, time(8))) for n in range(12)))
    with caplog.at_level(logging.INFO):
        _say_what_comes(world.context)
        assert caplog.messages == ["next look: hf, now"]
        world.look()
        caplog.clear()
        _say_what_comes(world.context)
    assert caplog.messages[0] == "later0: 12 papers held until Wed 11 Mar 08:00 UTC"
    assert len(caplog.messages) == 12
    assert caplog.messages[-2] == "… and 2 more: `watcher status`"
    assert caplog.messages[-1] == "next look: hf, Tue 10 Mar 13:00 UTC or soon after"


def test_without_sources_there_is_no_next_look(store: Store) -> None:
    world = World(store)
    apply_config(world.context)
    world.context.config = type(world.context.config)()
    assert next_look_line(world.context) == ""
