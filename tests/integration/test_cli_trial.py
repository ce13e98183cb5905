"""``backtest`` and ``explain`` at the desk."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.integration.conftest import Database
from watcher.cli import main
from watcher.model import Entry
from watcher.store import open_store

NOW = datetime(2026, 3, 11, 8, 0, tzinfo=UTC)
FIRST = date(2026, 3, 9)
CONFIG = """
sources:
  hf: {kind: huggingface}
receivers:
  me:
    url: "json://127.0.0.1:1/"
subscriptions:
  - name: kilns
    rule: kiln -loud
    to: me
"""


@pytest.fixture
def env(tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A state folder with forty papers of four days in its database, and a config beside it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text(CONFIG + database.line)
    entries = [
        Entry(
            title=f"Quiet Kilns, Part {n}" if n % 4 == 0 else f"On Lanterns, Part {n}",
            keys=(f"arxiv:2603.{n:05}",),
            arxiv_id=f"2603.{n:05}",
            abstract="A loud kiln." if n % 10 == 5 else "Nothing is loud.",
            listed=FIRST + timedelta(days=n // 10),
        )
        for n in range(40)
    ]
    with open_store(database.address, mode="create") as store, store.transaction() as tx:
        tx.papers.record_entries(entries, "hf", NOW)
    return {"STATE_DIRECTORY": str(tmp_path / "state"), "HOME": str(tmp_path)}


def test_a_backtest_shows_what_would_have_been_told(env: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backtest", "--rule", "kiln OR robot", "--limit", "2"], env) == 0
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 80
    assert "tried on 40 papers of 4 days, 2026-03-09 to 2026-03-12" in out
    assert "matches 14 (35.0 %): 10 strong, 4 weak" in out
    assert "Mon 2026-03-09  ████ 4" in out and "never matched: robot" in out
    assert "… and 8 more strong ones (--limit 10)" in out


def test_a_backtest_of_a_subscription_as_json(env: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backtest", "--subscription", "kilns", "--since", "2026-03-10", "--json"], env) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["rule"], found["papers"], found["matched"]) == ("kiln -loud", 30, 0)
    assert found["terms"] == [{"term": "kiln", "matched": 0, "alone": None}]


def test_what_is_older_than_the_database_is_said(env: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backtest", "--rule", "kiln", "--since", "2020-01-01"], env) == 0
    assert "nothing older is stored" in capsys.readouterr().out
    assert main(["backtest", "--rule", "kiln", "--since", "2030-01-01"], env) == 0
    assert "no paper is stored since 2030-01-01" in capsys.readouterr().out


def test_an_explanation_of_a_match_and_of_none(env: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "--rule", "kiln", "2603.00004"], env) == 0
    assert "title: Quiet [Kilns], Part 4  (case, plural)" in capsys.readouterr().out
    assert main(["explain", "kilns", "Kilns, Part"], env) == 2
    assert "papers have 'Kilns, Part' in their titles" in capsys.readouterr().err
    assert main(["explain", "kilns", "arxiv:2603.00004"], env) == 1
    out = capsys.readouterr().out
    assert "does not match" in out and "loud  excluded" in out and "Nothing is [loud]." in out
    assert main(["explain", "kilns", "2603.00004", "--json"], env) == 1
    assert json.loads(capsys.readouterr().out)["missing"][0]["what"] == "excluded"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["explain", "kilns"], "say a subscription and a paper"),
        (["explain", "kiln", "2603.00001"], "did you mean kilns?"),
        (["explain", "kilns", "9999.99999"], "no stored paper"),
        (["backtest"], "say either --rule RULE or --subscription NAME"),
        (["backtest", "--rule", "a", "--subscription", "b"], "say either"),
        (["backtest", "--rule", "a b OR c"], "two ways"),
    ],
)
def test_what_cannot_be_tried(
    command: list[str], said: str, env: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command, env) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_rule_is_tried_shown_and_written(
    env: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(CONFIG + "\n# the end\n")
    config.chmod(0o640)
    assert main(["add", '"quiet kiln" OR lantern -robot:x', "--to", "me"], env) == 2
    assert config.read_text() == CONFIG + "\n# the end\n"
    capsys.readouterr()
    rule = '"quiet kiln" OR (lantern -robot)'
    assert main(["add", rule, "--to", "me", "--dry-run"], env) == 0
    assert config.read_text() == CONFIG + "\n# the end\n"
    assert main(["add", rule, "--to", "me", "--when", "daily at 09:00"], env) == 0
    out = capsys.readouterr().out
    assert "matches 40 (100.0 %): 40 strong" in out and f"wrote {config}:11" in out
    added = f"  - name: quiet-kiln-lantern\n    rule: >-\n      {rule}\n    to: me\n    when: daily at 09:00\n"
    assert config.read_text() == CONFIG + added + "\n# the end\n"
    assert config.stat().st_mode & 0o777 == 0o640
    assert main(["add", rule, "--to", "me"], env) == 0
    assert "name: quiet-kiln-lantern-2" in config.read_text()
    assert main(["check-config"], env) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config.yaml", "state"]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--to", "mee"], "did you mean me?"),
        (["--to", "me:ana@example.org"], "is not used as"),
        (["--to", "me", "--name", "kilns"], "already"),
        (["--to", "me", "--when", "tomorrow"], "was left as it is: `tomorrow` is no schedule"),
        (["--to", "me", "--file", "other.yaml"], "No such file"),
    ],
)
def test_what_cannot_be_added(
    more: list[str], said: str, env: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["add", "agent", *more], env) in (1, 2)
    assert said in capsys.readouterr().err
    assert (tmp_path / "config.yaml").read_text() == CONFIG


def test_an_included_file_gets_one_too(env: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "config.yaml").write_text(CONFIG + "include: people/*.yaml\n")
    (tmp_path / "people").mkdir()
    ana = tmp_path / "people" / "ana.yaml"
    ana.write_text("# Ana's\n")
    (tmp_path / "stray.yaml").write_text("")
    assert main(["add", "agent", "--to", "me", "--file", str(ana)], env) == 0
    assert ana.read_text() == "# Ana's\n\nsubscriptions:\n  - name: agent\n    rule: agent\n    to: me\n"
    assert main(["add", "agent", "--to", "me", "--file", str(ana)], env) == 0
    assert "name: agent-2\n" in ana.read_text()
    before = ana.read_text()
    for more in (["--when", "tomorrow"], ["--when", "tomorrow", "--dry-run"], ["--name", "agent-2"], ["--name", "x/y"]):
        assert main(["add", "agent", "--to", "me", "--file", str(ana), *more], env) == 2, more
    said = capsys.readouterr().err
    assert "ana.yaml was left as it is: `tomorrow` is no schedule" in said and ana.read_text() == before
    assert main(["add", "agent", "--to", "me", "--file", "stray.yaml"], env) == 2
    assert "is it among the files" in capsys.readouterr().err and (tmp_path / "stray.yaml").read_text() == ""


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_rule_is_added_before_there_is_a_database(
    env: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    env = env | {"STATE_DIRECTORY": str(tmp_path / "elsewhere")}
    assert main(["add", "agent", "--to", "me"], env) == 0
    assert "not tried on the past" in capsys.readouterr().out


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_check_config_says_what_the_stored_papers_suggest(
    env: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    today = datetime.now(UTC)
    with open_store(tmp_path / "state" / "watcher.db", mode="write") as store, store.transaction() as tx:
        for n in range(60):
            entry = Entry(title=f"Kilns, Part {n}", keys=(f"arxiv:2604.{n:05}",), abstract="x", listed=today.date())
            tx.papers.record_entries([entry], "hf", today)
    assert main(["check-config"], env) == 0
    out = capsys.readouterr().out
    assert "config.yaml:9:11: warning: subscription kilns: matches 60 of 60 papers since" in out
    assert "    rule: kiln -loud\n" in out and ": OK, with 2 warnings: 1 source" in out
    assert "[too-many-matches]" in out and "[no-operator]" in out
    assert main(["check-config"], env | {"STATE_DIRECTORY": str(tmp_path / "nowhere")}) == 0
    assert "too-many-matches" not in capsys.readouterr().out
