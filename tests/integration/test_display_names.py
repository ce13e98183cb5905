"""Display names: shown to readers wherever a source or a subscription is named; the names stay what is known."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.integration.conftest import Database
from tests.integration.webs import Web, entry, words
from tests.terminals import Terminal
from watcher.cli import main
from watcher.model import Entry, IncidentKind
from watcher.store import open_store

CONFIG = """\
timezone: Europe/Paris
operator: [ana]
sources:
  daily: {kind: huggingface, listing: daily, shown_as: 'Hugging Face: <daily>'}
  lab-blog: {kind: feed, url: "http://127.0.0.1:9/feed.xml"}
receivers:
  ana: {url: "console://"}
subscriptions:
  - {name: lanterns, shown_as: 'Lanterns & lamps', rule: lantern, to: [ana], when: daily at 08:00}
  - {name: kites, rule: 'title:kite', to: [ana], sources: [daily]}
"""


@pytest.fixture
def named(make_web: Callable[..., Web]) -> Web:
    web = make_web(text=CONFIG)
    web.list_papers(entry(1, "A Lantern", abstract="It is lit."), entry(2, "A Kite Lantern"))
    return web


@pytest.mark.parametrize(
    "page",
    [
        "/",
        "/subscriptions",
        "/subscription?name=lanterns",
        "/paper?key=arxiv:2603.00001",
        "/paper?key=arxiv:2603.00002",
    ],
)
def test_pages_show_the_display_name_of_a_subscription(named: Web, page: str) -> None:
    answer = named.client().get(page)
    assert answer.status_code == 200
    assert "Lanterns & lamps" in words(answer.text)


@pytest.mark.parametrize(
    "page", ["/", "/sources", "/source?name=daily", "/paper?key=arxiv:2603.00001", "/subscription?name=kites"]
)
def test_pages_show_the_display_name_of_a_source(named: Web, page: str) -> None:
    assert "Hugging Face: <daily>" in words(named.client().get(page).text)


def test_a_choice_is_by_the_name(named: Web) -> None:
    page = named.client().get("/").text
    assert '<option value="lanterns">Lanterns &amp; lamps</option>' in page
    assert "A Lantern" in words(named.client().get("/?subscription=lanterns").text)


def test_the_pages_of_trouble_name_both(named: Web) -> None:
    with named.store.transaction() as tx:
        begun = tx.incidents.begin(IncidentKind.SOURCE_BROKEN, "daily", "a login page", named.now)
        tx.incidents.tell(begun.id, named.config.operator, named.now)
    page = named.client().get("/incidents")
    assert "Hugging Face: <daily> (daily)" in words(page.text)
    assert "Hugging Face: &lt;daily&gt; (daily) cannot be read" in page.text.split("<main")[0]


@pytest.mark.parametrize(
    ("asked", "title"),
    [
        ("subscription=lanterns", "watcher: Lanterns & lamps"),
        ("source=daily", "watcher: Hugging Face: <daily>"),
        ("subscription=kites", "watcher: kites"),
    ],
)
def test_feeds_have_it_as_their_title(named: Web, asked: str, title: str) -> None:
    assert named.client().get(f"/feed.json?{asked}").json()["title"] == title


# --- on a terminal ---


@pytest.fixture
def env(tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    (tmp_path / "config.yaml").write_text(CONFIG + database.line)
    env = {"STATE_DIRECTORY": str(tmp_path / "state"), "HOME": str(tmp_path)}
    lit = Entry(
        title="A Lantern",
        keys=("arxiv:2603.00001",),
        arxiv_id="2603.00001",
        listed=datetime.now(UTC).date(),
        abstract="It is lit.",
    )
    with open_store(database.address, mode="create") as store, store.transaction() as tx:
        tx.papers.record_entries([lit], "daily", datetime.now(UTC))
    main(["once", "--source", "lab-blog"], env)
    return env


def shown(args: list[str], env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> str:
    out = Terminal()
    monkeypatch.setattr(sys, "stdout", out)
    main(args, env)
    return out.getvalue()


@pytest.mark.parametrize("args", [["status"], ["history", "2603.00001"]])
def test_tables_have_both_on_a_terminal_and_the_name_alone_for_programs(
    env: dict[str, str], monkeypatch: pytest.MonkeyPatch, args: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(args, env) == 0
    out = capsys.readouterr().out
    assert "\tlanterns\t" in out or "\nlanterns\t" in out
    assert "lamps" not in out
    assert "Lanterns & lamps (lanterns)" in " ".join(shown(args, env, monkeypatch).split())


@pytest.mark.parametrize(
    "args",
    [
        ["show", "2603.00001"],
        ["history", "lanterns"],
        ["explain", "lanterns", "2603.00001"],
        ["backtest", "--subscription", "lanterns"],
    ],
)
def test_lines_have_both(env: dict[str, str], monkeypatch: pytest.MonkeyPatch, args: list[str]) -> None:
    assert "Lanterns & lamps (lanterns)" in shown(args, env, monkeypatch)


def test_lists_have_both_on_a_terminal_and_the_name_alone_for_programs(
    env: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "subs.jsonl").write_text('{"name":"lamps","shown_as":"All lamps","rule":"lamp","to":"ana"}\n')
    assert main(["subscriptions", "import", "subs.jsonl"], env) == 0
    assert main(["mute", "lanterns", "--for", "30d"], env) == 0
    monkeypatch.setenv("COLUMNS", "160")
    for args, name, both in (
        (["papers"], "\tdaily\t", "Hugging Face: <daily> (daily)"),
        (["papers", "lantern"], "\tdaily\t", "Hugging Face: <daily> (daily)"),
        (["subscriptions", "list"], "\nlamps\t", "All lamps (lamps)"),
        (["mute"], "\nlanterns\t", "Lanterns & lamps (lanterns)"),
    ):
        capsys.readouterr()
        assert main(args, env) == 0
        assert name in capsys.readouterr().out
        with monkeypatch.context() as screen:
            assert both in " ".join(shown(args, env, screen).split())


def test_a_sources_own_page_has_both(env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(["status", "daily"], env, monkeypatch).startswith("Hugging Face: <daily> (daily): huggingface")


def test_programs_are_given_both(env: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["status", "--json"], env) == 0
    report = json.loads(capsys.readouterr().out)
    assert [(one["source"], one["shown_as"]) for one in report["sources"]] == [
        ("daily", "Hugging Face: <daily>"),
        ("lab-blog", None),
    ]
    assert {one["subscription"]: one["shown_as"] for one in report["subscriptions"]} == {
        "lanterns": "Lanterns & lamps",
        "kites": None,
    }


def test_a_new_display_name_is_no_new_subscription(env: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    path = Path("config.yaml")
    path.write_text(path.read_text().replace("Lanterns & lamps", "Lights"))
    capsys.readouterr()
    assert main(["once", "--source", "lab-blog", "--flush"], env) in (0, 1)
    out = "".join(capsys.readouterr())
    assert "lanterns: shown_as changed" in out
    assert "1 paper for Lights: A Lantern" in out


# --- subscriptions of the database ---


def test_messages_of_the_databases_own_subscriptions_show_theirs(
    env: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "subs.jsonl").write_text(
        '{"name":"lamps","shown_as":"All lamps","rule":"lamp OR lantern","to":"ana","backfill":"30d"}\n'
    )
    assert main(["subscriptions", "import", "subs.jsonl"], env) == 0
    capsys.readouterr()
    main(["once", "--source", "lab-blog", "--flush"], env)
    out = capsys.readouterr().out
    assert "All lamps" in out
    assert "(lamps)" in out  # in the foot
