"""``watcher status SOURCE``: the last looks, the numbers of papers found and expected, the files of broken pages."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.integration.test_store_pages import show
from watcher.cli import main
from watcher.files.broken_pages import KeptPages
from watcher.model import Judged, Verdict
from watcher.policy.polls.rhythm import Wait
from watcher.store import open_store

NOW = datetime(2026, 3, 10, 8, tzinfo=UTC)
TUESDAY = date(2026, 3, 3)
CONFIG = """\
timezone: UTC
sources:
  hf: {every: auto}
  never: {every: 90m}
"""


@pytest.fixture
def env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Six Tuesdays, the last of them half empty; then a good poll, and a poll with a broken page."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text(CONFIG)
    state = tmp_path / "state"
    with open_store(state / "watcher.db", mode="create") as store:
        for n in range(5, -1, -1):
            show(store, TUESDAY - timedelta(weeks=n), 8 + n if n else 3, now=NOW)
        with store.transaction() as tx:
            tx.pages.record_poll("hf", Judged(Verdict.NEW), 3, 6, NOW, Wait(timedelta(hours=4), "it seldom changes"))
            tx.pages.record_poll("hf", Judged(Verdict.BROKEN, "no papers"), 0, 1, NOW + timedelta(hours=4))
            tx.pages.record_poll("gone", Judged(Verdict.NEW), 1, 1, NOW)
    KeptPages(state / "broken").keep("hf", b"<p>", NOW)
    return {"STATE_DIRECTORY": str(state), "HOME": str(tmp_path)}


def test_json_says_everything(env: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "hf", "--json"], env) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["source"], found["kind"], found["every"]) == ("hf", "huggingface", "auto")
    assert [(one["verdict"], one["reason"], one["new"], one["pages"]) for one in found["looks"]] == [
        ("broken", "no papers", 0, 1),
        ("new", "", 3, 6),
    ]
    newest, before = found["pages"][:2]
    assert (newest["day"], newest["papers"], newest["least"], newest["whole"]) == ("2026-03-03", 3, 9, False)
    assert newest["expected"] == "the last 5 Tuesdays had 9 at least"
    assert newest["short_since"] == "2026-03-10T08:00:00+00:00"
    assert (before["papers"], before["least"], before["whole"]) == (9, None, True)
    assert [Path(path).read_bytes() for path in found["kept"]] == [b"<p>"]


def test_for_people(env: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "hf"], env) == 1
    said = capsys.readouterr().out
    assert said.startswith("hf: huggingface; times are UTC\nlooked at as often as it changes, next at ")
    headings = ["last looks", "pages", "kept bodies of broken pages"]
    assert [line for line in said.splitlines() if line in headings] == headings
    assert "2026-03-10 12:00 broken: no papers\n" in said
    assert "2026-03-03\t2026-03-10 08:00\t3\tthe last 5 Tuesdays had 9 at least\tshort since 2026-03-10 08:00\n" in said


def test_a_source_that_was_never_looked_at(env: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "never"], env) == 0
    assert "every 1h 30m, next at" in capsys.readouterr().out


def test_a_source_that_is_gone_still_has_a_past(env: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "gone"], env) == 0
    assert capsys.readouterr().out.startswith("gone: not in the config")


def test_a_source_that_never_was(env: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "hfs"], env) == 2
    assert "there is no source `hfs`; the config has hf, never" in capsys.readouterr().err
