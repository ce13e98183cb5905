"""Papers of the first and the last day of the calendar, as sites with broken dates show them, stop nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.integration.conftest import Database
from tests.parsers.feeds import atom
from watcher.cli import main

CONFIG = """\
timezone: Pacific/Kiritimati
operator: [me]
sources: {lab: {kind: inbox, folder: inbox}}
receivers: {me: {url: "console://"}}
subscriptions:
  - {name: now, rule: kiln*, to: me}
  - {name: daily, rule: kiln*, to: me, when: daily at 00:00, timezone: America/New_York}
  - {name: rising, rule: kiln*, to: me, when: weekly on mon at 08:00, order: rising}
  - {name: x, rule: "kiln* (published<2000-01-01 OR published>2099-01-01)", to: me, when: monthly on the 31st at 8:00}
"""
INSTANTS = ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "1969-12-31T23:59:59Z")
LOOKS = (
    "status",
    "papers",
    "papers --since 0001-01-01",
    "papers published>9000-01-01 --json",
    "papers --format ris",
    "backtest --rule kiln* --since 0001-01-01",
    "show 2601.00000",
    "history now",
    "explain now 2601.00001",
    "preview daily --since 0001-01-02",
    "like 2601.00001",
    "gc --dry-run",
)


def test_days_at_both_ends_of_the_calendar_are_told_and_shown(
    tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    entries = [
        f"<title>Kilns at night, part {n}</title><id>urn:lab:{n}</id><link href='https://lab.example/{n}'/>"
        f"<published>{at}</published><updated>{at}</updated><summary>We fire kilns.</summary>"
        for n, at in enumerate(INSTANTS)
    ]
    Path("feed.xml").write_bytes(atom(entries))
    lines = [
        {"arxiv_id": f"2601.0000{n}", "title": f"Kiln {n}", "abstract": "x", "first_listed": day, "upvotes": 3}
        for n, day in enumerate(("0001-01-01", "9999-12-31", "2026-03-10"))
    ]
    Path("lines.jsonl").write_text("".join(f"{json.dumps(one)}\n" for one in lines))
    Path("config.yaml").write_text(CONFIG + database.line)
    Path("inbox").mkdir()
    env = {"HOME": str(tmp_path), "STATE_DIRECTORY": str(tmp_path / "state")}

    assert main(["import", "feed.xml", "lines.jsonl", "--tell"], env) == 0
    told = capsys.readouterr().out
    assert all(f"Kiln {n}" in told for n in range(3)) and all(f"part {n}" in told for n in range(len(INSTANTS)))
    assert main(["once", "--flush"], env) == 0
    for words in LOOKS:
        assert main(words.split(), env) in (0, 1), words
    shown = capsys.readouterr()
    assert "internal error" not in told + shown.out + shown.err and "step failed" not in shown.out
