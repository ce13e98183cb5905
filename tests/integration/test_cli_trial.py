"""``backtest`` and ``explain`` at the desk."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

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
def env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A state folder with forty papers of four days in its database, and a config beside it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text(CONFIG)
    with open_store(tmp_path / "state" / "watcher.db", mode="create") as store, store.transaction() as tx:
        for n in range(40):
            title = f"Quiet Kilns, Part {n}" if n % 4 == 0 else f"On Lanterns, Part {n}"
            entry = Entry(
                title=title,
                keys=(f"arxiv:2603.{n:05}",),
                arxiv_id=f"2603.{n:05}",
                abstract="A loud kiln." if n % 10 == 5 else "Nothing is loud.",
                listed=FIRST + timedelta(days=n // 10),
            )
            tx.papers.record_entries([entry], "hf", NOW)
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
