import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.integration.conftest import Database
from watcher.cli import main
from watcher.model import (
    Decision,
    DeliveryKind,
    Endpoint,
    Entry,
    Fate,
    Hit,
    IncidentKind,
    Judged,
    Subscription,
    Verdict,
)
from watcher.policy.deliveries.retry import Health
from watcher.policy.subscriptions.changes import Wanted
from watcher.store import open_store
from watcher.store.database.locks import DaemonLock
from watcher.store.papers.matches import NewMatch

LONG_AGO = datetime(2026, 3, 10, 8, 0, tzinfo=UTC)
ANA = Endpoint("ana")
CONFIG = """\
timezone: UTC
sources:
  daily: {kind: huggingface, listing: daily}
  never: {kind: huggingface, listing: daily}
receivers:
  ana: {url: "console://"}
subscriptions:
  - {name: lanterns, rule: lantern, to: [ana]}
"""


@pytest.fixture
def state(tmp_path: Path, database: Database) -> Path:
    """A state folder in which something of everything has happened, long ago."""
    folder = tmp_path / "state"
    subscription = Subscription(name="lanterns", rule="lantern", to=("ana",), endpoints=(ANA,))
    with open_store(database.address, mode="create") as store, store.transaction() as tx:
        paper = tx.papers.record_entries([Entry(title="Lanterns", keys=("arxiv:2603.99001",))], "daily", LONG_AGO).new[
            0
        ]
        id = tx.subscriptions.insert(Wanted(subscription, "digest"), None, LONG_AGO)
        tx.matches.record([NewMatch(id, paper, Hit(score=0.9), Decision(Fate.HELD))], LONG_AGO)
        tx.pages.record_poll("daily", Judged(Verdict.BROKEN, "looks like a login page"), 7, 1, LONG_AGO)
        tx.endpoints.lock(ANA)
        tx.endpoints.set_health(ANA, Health(LONG_AGO, 3, LONG_AGO + timedelta(hours=1), "refused"))
        tx.outbox.enqueue(ANA, DeliveryKind.TEST, LONG_AGO)
        tx.incidents.begin(IncidentKind.SOURCE_BROKEN, "daily", "looks like a login page", LONG_AGO)
    return folder


@pytest.fixture
def env(state: Path, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text(CONFIG + database.line)
    return {"STATE_DIRECTORY": str(state), "HOME": str(tmp_path)}


def report(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_json_says_everything(env: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--json"], env) == 0
    found = report(capsys)
    at = "2026-03-10T08:00:00+00:00"
    assert found["daemon"] is False
    assert found["papers"] == 1
    broken = {"verdict": "broken", "reason": "looks like a login page"}
    assert found["sources"] == [
        {"source": "daily", "at": at, **broken, "new": 7, "next": None, "shown_as": None},
        {"source": "never", "at": None, "verdict": None, "reason": "", "new": None, "next": None, "shown_as": None},
    ]
    assert found["subscriptions"] == [
        {
            "subscription": "lanterns",
            "to": ["ana"],
            "when": "immediately",
            "next_due": None,
            "held": 1,
            "kept_back": 0,
            "paused": False,
            "waits_for": None,
            "muted_until": None,
            "shown_as": None,
        }
    ]
    assert found["muted"] == found["never"] == []
    assert found["failing"] == [
        {"receiver": "ana", "since": at, "next_try": "2026-03-10T09:00:00+00:00", "failures": 3, "reason": "refused"}
    ]
    assert found["incidents"] == [
        {
            "kind": "source broken",
            "subject": "daily",
            "reason": "looks like a login page",
            "since": at,
            "told": None,
        }
    ]
    assert found["deliveries"] == {"pending": 1}
    assert [(one["what"], one["subject"], one["count"]) for one in found["late"]] == [
        ("matches held past their time", "lanterns", 1),
        ("deliveries pending that nobody sends", "ana", 1),
    ]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_is_late_while_a_daemon_runs_is_an_error(
    env: dict[str, str], state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lock = DaemonLock(state / "watcher.db")
    lock.acquire()
    try:
        assert main(["status", "--json"], env) == 1
    finally:
        lock.release()
    found = report(capsys)
    assert found["daemon"] is True
    soon = datetime.now(UTC) + timedelta(minutes=1)
    assert [datetime.fromisoformat(one["next"]) <= soon for one in found["sources"]] == [True, True]


def test_for_people_everything_has_a_heading(env: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status"], env) == 0
    said = capsys.readouterr().out
    assert said.startswith("no daemon runs; 1 paper stored; times are UTC\n")
    headings = ["sources", "subscriptions", "failing receivers", "open incidents", "deliveries", "late"]
    assert [line for line in said.splitlines() if line in headings] == headings
    assert "daily: broken: looks like a login page" in said
    assert "never\tnever" in said


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_without_a_config_what_is_stored_is_shown(
    env: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "config.yaml").unlink()
    assert main(["status", "--json"], env) == 0
    found = report(capsys)
    assert found["papers"] == 1
    assert [one["subscription"] for one in found["subscriptions"]] == ["lanterns"]
