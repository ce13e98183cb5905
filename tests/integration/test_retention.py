"""History goes when its time is over; what is needed to tell once stays."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from tests.integration.test_pipeline import DAYS, START, World, subscription
from watcher.cli import main
from watcher.config.values import Retain
from watcher.model import Judged, Outcome, Result, Verdict
from watcher.pipeline import retention as retain
from watcher.pipeline.retention import PAGES, Swept, sweep
from watcher.store import Store, open_store
from watcher.store.database import schema
from watcher.store.history.retention import LAST_POLLS, ForgettableTable

YEAR = timedelta(days=366)


def counts(store: Store) -> dict[str, int]:
    with store.reading() as tx:
        return {
            table.name: tx.connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in schema.metadata.sorted_tables
        }


@pytest.fixture
def world(store: Store) -> World:
    """A past with everything in it, and one message that still waits."""
    world = World(store)
    world.apply(subscription(), subscription("other", to="you"))
    world.look()
    world.tell()
    for n in range(1, 4):
        world.now += timedelta(days=1)
        world.papers[DAYS[-1]][0]["upvotes"] = n
        world.publish()
        world.look()
    world.receivers.outcome = Outcome(Result.DOWN, "HTTP 503")
    world.apply(subscription(), subscription("other", to="you"), subscription("third", to="you"))
    world.tell()
    return world


def test_only_history_goes_and_all_of_it_in_batches(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retain, "BATCH", 3)
    store = world.context.store
    with store.transaction() as tx:
        for n in range(LAST_POLLS + 30):
            tx.pages.record_poll("hf", Judged(Verdict.UNCHANGED), 0, 1, world.now + timedelta(seconds=n))
        tx.pages.record_poll("gone", Judged(Verdict.NEW), 0, 1, START)
    before = counts(store)
    with store.reading() as tx:
        attempt, delivery = schema.attempt, schema.delivery
        of_waiting = select(func.count()).select_from(attempt.join(delivery)).where(delivery.c.finished_at.is_(None))
        waits = tx.connection.execute(of_waiting).scalar_one()
    world.now += YEAR
    would = sweep(world.context, dry_run=True)
    assert counts(store) == before
    assert sweep(world.context) == would
    after = counts(store)
    assert {one.what: one.count for one in would} == {
        PAGES: 0,
        ForgettableTable.ATTEMPTS: before["attempt"] - waits,  # those of messages that wait
        ForgettableTable.POLLS: before["poll"] - LAST_POLLS - 1,
        ForgettableTable.METRICS: before["metric"],
    }
    assert before["attempt"] > waits > 0 and before["metric"] > 3
    assert after == before | {"attempt": waits, "poll": LAST_POLLS + 1, "metric": 0}
    assert [one.count for one in sweep(world.context)] == [0, 0, 0, 0]


def test_nothing_is_told_again_after_it(world: World) -> None:
    world.now += YEAR
    sweep(world.context)
    world.receivers.outcome = Outcome(Result.SENT)
    sent = len(world.receivers.sent)
    world.look()
    assert world.tell() >= 1
    world.tell()
    told_later = [message.text for _, message in world.receivers.sent[sent:]]
    assert sum(text.count(world.papers[DAYS[0]][0]["title"]) for text in told_later) == 1  # third, which waited


def test_what_is_young_or_kept_for_ever_stays(world: World) -> None:
    before = counts(world.context.store)
    assert [one.count for one in sweep(world.context)] == [0, 0, 0, 0]
    world.now += YEAR
    config = world.config(subscription())
    object.__setattr__(config, "retain", Retain(attempts=None, polls=None, pages=None, metrics=None))
    world.context.config = config
    assert sweep(world.context) == [Swept(what, 0, None) for what in (*ForgettableTable, PAGES)]
    assert counts(world.context.store) == before


def test_a_stop_ends_it_between_batches(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    world.now += YEAR
    world.context.stopping.set()
    assert [one.count for one in sweep(world.context)] == [0, 0, 0, 0]
    world.context.stopping.clear()
    sweep(world.context)
    assert "deleted old history: " in caplog.text


def test_an_attempt_stays_as_long_as_its_message_is_young(world: World) -> None:
    with world.context.store.transaction() as tx:
        tx.connection.execute(update(schema.attempt).values(at=START - 2 * YEAR))
    assert sweep(world.context)[0].count == 0


OLD, NEW = "20200102T030405Z-1f3a5b7c.txt", "99990102T030405Z-1f3a5b7c.txt"
CONFIG = """\
timezone: UTC
sources: {daily: {kind: huggingface}}
retain: {polls: 30d, metrics: forever}
"""


@pytest.fixture
def env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text(CONFIG)
    now = datetime.now(UTC)
    for name in (OLD, NEW):
        (tmp_path / "state" / "broken" / "daily").mkdir(parents=True, exist_ok=True)
        (tmp_path / "state" / "broken" / "daily" / name).touch()
    with open_store(tmp_path / "state" / "watcher.db", mode="create") as store, store.transaction() as tx:
        for n in range(LAST_POLLS + 7):
            tx.pages.record_poll("daily", Judged(Verdict.NEW), 0, 1, now - timedelta(days=60, seconds=n))
    return {"HOME": str(tmp_path), "STATE_DIRECTORY": str(tmp_path / "state")}


def test_the_command(env: dict[str, str], capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    lines: list[list[str]] = []
    for args in (["gc", "--dry-run"], ["gc"], ["gc"]):
        assert main(args, env) == 0
        lines.append(capsys.readouterr().out.splitlines())
    assert [line.split("\t")[:2] for line in lines[0]] == [
        ["what", "would go"],
        ["attempts", "0"],
        ["polls", "7"],
        ["metrics", "0"],
        ["pages", "1"],
    ]
    assert lines[0][3].endswith("never")
    assert [one.name for one in (tmp_path / "state" / "broken" / "daily").iterdir()] == [NEW]
    assert lines[1][2].startswith("polls\t7\t") and lines[2][2].startswith("polls\t0\t")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("polls: 1h", "less than a day is not worth keeping; write a duration such as 90d, or forever"),
        ("polls: for ever", "`for ever` is no duration; write a number and s, m, h, d or w, as in 30m or 1h"),
        ("alerts: 90d", "matches and messages are never deleted; known: attempts, polls, pages, metrics"),
    ],
)
def test_what_retain_does_not_know(
    env: dict[str, str], capsys: pytest.CaptureFixture[str], text: str, what: str, tmp_path: Path
) -> None:
    (tmp_path / "config.yaml").write_text(f"timezone: UTC\nretain: {{{text}}}\n")
    assert main(["gc"], env) == 2
    assert what in capsys.readouterr().err
