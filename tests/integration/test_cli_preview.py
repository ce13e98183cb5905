"""``preview`` at the desk."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.integration.conftest import Database
from watcher.cli import main
from watcher.cli.preview import SHOWN_AS
from watcher.model import Entry
from watcher.store import open_store

TODAY = datetime.now(UTC).date()
CONFIG = """
timezone: UTC
sources:
  hf: {kind: huggingface}
receivers:
  me: {url: "json://127.0.0.1:1/"}
subscriptions:
  - {name: kilns, rule: kiln, to: me, max_papers: 3}
  - {name: moons, rule: moon, to: me, when_empty: send, when: daily at 08:00}
  - {name: lamps, rule: lantern OR kiln, to: me}
"""


@pytest.fixture
def env(tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A state folder with sixty papers of the last twenty days, every second about kilns, and a config."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text(CONFIG + database.line)
    with open_store(database.address, mode="create") as store, store.transaction() as tx:
        for n in range(60):
            entry = Entry(
                title=f"Quiet <Kilns> @everyone, Part {n}" if n % 2 else f"On Lanterns, Part {n}",
                keys=(f"arxiv:2603.{n:05}",),
                arxiv_id=f"2603.{n:05}",
                abstract="It glows. " * 40,
                listed=TODAY - timedelta(days=n // 3),
            )
            tx.papers.record_entries([entry], "hf", datetime.now(UTC))
    return {"STATE_DIRECTORY": str(tmp_path / "state"), "HOME": str(tmp_path)}


def test_a_week_as_text(env: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["preview", "kilns"], env) == 0
    out = capsys.readouterr().out
    assert out.startswith("Subject: 12 papers for kilns: Quiet <Kilns> @everyone, Part 1\n\n")
    assert out.index("Part 1\n") < out.index("More in short") < out.index("Part 23")
    assert "Part 25" not in out and "Lanterns" not in out


@pytest.mark.parametrize("form", SHOWN_AS)
def test_every_service_has_its_own_form(env: dict[str, str], capsys: pytest.CaptureFixture[str], form: str) -> None:
    assert main(["preview", "kilns", "--as", form, "--since", "30d"], env) == 0
    shown = capsys.readouterr()
    assert not shown.err
    assert "Part 59" in shown.out
    if form not in ("text", "email", "json"):
        assert "@everyone" not in shown.out
    escaped = {"text": "<Kilns>", "ntfy": "<Kilns>", "json": "<Kilns>"}.get(form)
    escaped = escaped or ("\\<" if form in ("discord", "mattermost", "teams") else "&lt;")
    assert escaped in shown.out


def test_what_goes_over_a_limit_is_shown_as_it_would_come(
    env: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["preview", "kilns", "--as", "discord", "--since", "30d"], env) == 0
    out = capsys.readouterr().out
    messages = out.split("--- message ")[1:]
    assert 1 < len(messages) < 12
    assert all(len(one) < 2_100 for one in messages)
    assert [out.count(f"Part {n}]") for n in range(1, 60, 2)] == [1] * 30


def test_without_papers(env: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["preview", "moons", "--since", "2d"], env) == 0
    out = capsys.readouterr().out
    assert out.startswith("Subject: no papers for moons") and "moons: 9 papers read since" in out


def test_several_share_a_message(env: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["preview", "kilns", "lamps", "moons", "--since", "0d"], env) == 0
    out = capsys.readouterr().out
    assert out.startswith("Subject: 3 papers for kilns and 1 other: Quiet")
    assert "kilns and lamps: 1 paper\n" in out and "\nlamps: 2 papers\n" in out
    assert "moons: 3 papers read since" in out


def test_the_page_is_opened(
    env: dict[str, str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert main(["preview", "kilns", "--open"], env) == 0
    path = Path(capsys.readouterr().out.strip())
    assert opened == [path.as_uri()]
    assert path.read_text().startswith("<!doctype html>")


def test_an_unknown_subscription(env: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["preview", "klins"], env) == 2
    assert "did you mean kilns?" in capsys.readouterr().err
