"""``watcher copy-to``: everything moves, whatever happens on the way, and nothing is told again."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from tests.integration.test_pipeline import DAYS, START, World, subscription
from tests.parsers.pages import sample_papers
from watcher.cli import main
from watcher.errors import DaemonRunning, StoreError
from watcher.model import DeliveryKind, DeliveryState, Outcome, Result
from watcher.outbox.deliver import deliver_all
from watcher.pipeline.polling.poll import poll_pages
from watcher.pipeline.telling.tell import tell_due
from watcher.store import Store, open_store
from watcher.store.database import copying, schema
from watcher.store.database.copying import copy_database
from watcher.store.database.engine import database_address
from watcher.store.database.locks import DaemonLock

WANTED = (subscription(), subscription("other", to="you"))
TABLES = schema.metadata.sorted_tables


def rows(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables, with a sign in place of the character that PostgreSQL does not store."""
    with store.reading() as tx:
        return {
            table.name: sorted((_shown(row) for row in tx.connection.execute(select(table))), key=repr)
            for table in TABLES
        }


def _shown(row: Any) -> tuple[Any, ...]:
    return tuple(value.replace("\0", "\ufffd") if isinstance(value, str) else value for value in row)


@pytest.fixture
def source(tmp_path: Path) -> Iterator[Store]:
    """A database after a usual day: polls, messages, a receiver that is down, merged papers, an odd title."""
    with open_store(tmp_path / "source" / "watcher.db", mode="create") as store:
        world = World(store)
        world.apply(*WANTED)
        poll_pages(world.source, world.context)
        tell_due(world.context)
        deliver_all(world.context)
        world.receivers.outcome = Outcome(Result.DOWN, "HTTP 503")
        world.now += timedelta(hours=1)
        world.papers[DAYS[-1]][0]["title"] += " again"
        world.papers[DAYS[-1]] += sample_papers(1, seed=9)
        world.publish()
        poll_pages(world.source, world.context)
        tell_due(world.context)
        deliver_all(world.context)
        with store.transaction() as tx:
            # An older row that points at a younger one.
            tx.connection.execute(
                insert(schema.paper).values(
                    id=-1, merged_into=1, key="url:x", title="x\0y", title_folded="x", first_seen=START
                )
            )
        yield store


def test_everything_is_there_and_nothing_is_told_again(source: Store, postgres_database: str) -> None:
    before = rows(source)
    heard: list[tuple[str, int, int]] = []
    copied = copy_database(source, database_address(postgres_database), lambda *one: heard.append(one))
    assert {one.table: one.rows for one in copied} == {name: len(found) for name, found in before.items()}
    assert all(before[name] for name in ("paper", "listing", "match", "alert", "delivery", "attempt", "subscription"))
    assert heard[-1][1:] == (0, 0) or heard[-1][1] == heard[-1][2]
    with open_store(postgres_database) as target:
        assert rows(target) == before
        world = World(target)
        world.now = START + timedelta(hours=2)
        world.apply(*WANTED)
        poll_pages(world.source, world.context)
        tell_due(world.context)
        digests = {row[0] for row in before["delivery"] if {"pending", "digest"} <= set(row)}
        sent = [one.delivery for one in deliver_all(world.context)]
        assert [one.id for one in sent if one.kind is DeliveryKind.DIGEST] == sorted(
            digests, key=lambda id: next(row[2] for row in before["delivery"] if row[0] == id)
        )
        with target.reading() as tx:
            assert len(digests) == 2 and DeliveryState.PENDING not in tx.outbox.states()


def test_new_rows_come_after_the_copied_ones(source: Store, postgres_database: str) -> None:
    copy_database(source, database_address(postgres_database))
    with open_store(postgres_database) as target, target.transaction() as tx:
        for table in (schema.paper, schema.subscription, schema.match, schema.poll):
            highest = tx.connection.scalar(select(func.max(table.c.id)))
            sequence = func.nextval(func.pg_get_serial_sequence(f'"{table.name}"', "id"))
            assert tx.connection.scalars(select(sequence)).one() > (highest or 0)


class Cut(BaseException):
    """The copy ends here."""


@pytest.mark.parametrize("after", [0, 1, 3, 8, 15, 40])
def test_a_copy_that_was_cut_off_goes_on(
    source: Store, postgres_database: str, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    monkeypatch.setattr(copying, "BATCH", 2)
    batches: list[tuple[str, int, int]] = []

    def cut(*one: Any) -> None:
        batches.append(one)
        if len(batches) > after:
            raise Cut

    with pytest.raises(Cut):
        copy_database(source, database_address(postgres_database), cut)
    with pytest.raises(StoreError, match="holds half of a copy: run the same `watcher copy-to` again"):
        open_store(postgres_database)
    again: list[tuple[str, int, int]] = []
    copy_database(source, database_address(postgres_database), lambda *one: again.append(one))
    there = {table: done for table, done, _ in batches}
    first: dict[str, int] = {}
    for table, done, _ in again:
        first.setdefault(table, done)
    assert {table: first[table] for table in there} == there
    with open_store(postgres_database) as target:
        assert rows(target) == rows(source)


def test_a_source_that_went_on_meanwhile_is_copied_anew(
    source: Store, postgres_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "BATCH", 2)

    def cut(table: str, done: int, of: int) -> None:
        if table == "alert" and done:
            raise Cut

    with pytest.raises(Cut):
        copy_database(source, database_address(postgres_database), cut)
    world = World(source)
    world.now = START + timedelta(hours=3)
    world.context.config = world.config(*WANTED)
    assert deliver_all(world.context)
    copy_database(source, database_address(postgres_database))
    with open_store(postgres_database) as target:
        assert rows(target) == rows(source)


def copy_and_die(path: Path, url: str) -> None:
    copying.BATCH = 2
    with open_store(path) as store:
        copy_database(
            store, database_address(url), lambda table, done, of: os._exit(9) if table == "match" and done else None
        )


def test_a_copy_that_was_killed_goes_on(source: Store, postgres_database: str) -> None:
    path = source.place.path
    source.close()
    process = multiprocessing.get_context("spawn").Process(target=copy_and_die, args=(path, postgres_database))
    process.start()
    process.join()
    assert process.exitcode == 9
    first: dict[str, int] = {}

    def note(table: str, done: int, of: int) -> None:
        first.setdefault(table, done)

    with open_store(path) as store:
        copied = copy_database(store, database_address(postgres_database), note)
    assert first["match"] == 2
    assert first["paper"] == next(one.rows for one in copied if one.table == "paper")


def test_what_is_refused(source: Store, make_other: Path, postgres_database: str, monkeypatch: Any) -> None:
    target = database_address(postgres_database)
    with pytest.raises(StoreError, match="write postgresql"):
        copy_database(source, database_address("/tmp/other.db"))
    open_store(postgres_database, mode="create").close()

    def cut(*_: Any) -> None:
        raise Cut

    with pytest.raises(Cut):
        copy_database(source, target, cut)  # tables without rows are as good as none
    with open_store(make_other) as other, pytest.raises(StoreError, match=r"half of a copy of .*source/watcher.db"):
        copy_database(other, target)
    copy_database(source, target)
    with pytest.raises(StoreError, match=r"is not empty \(there are rows in \w+\)"):
        copy_database(source, target)
    with open_store(postgres_database) as copied, pytest.raises(StoreError, match="is none: copy it with pg_dump"):
        copy_database(copied, target)


@pytest.fixture
def make_other(tmp_path: Path) -> Path:
    path = tmp_path / "other" / "watcher.db"
    open_store(path, mode="create").close()
    return path


def test_a_running_daemon_is_not_copied(make_other: Path, postgres_database: str) -> None:
    with DaemonLock(make_other), open_store(make_other) as store, pytest.raises(DaemonRunning):
        copy_database(store, database_address(postgres_database))


def test_the_command(
    source: Store, postgres_database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: Any
) -> None:
    assert source.place.path is not None
    source.close()
    monkeypatch.chdir(tmp_path)
    env = {"HOME": str(tmp_path), "STATE_DIRECTORY": str(source.place.path.parent), "DB": postgres_database}
    assert main(["copy-to", "${DB}"], env) == 0
    shown = capsys.readouterr()
    assert "subscription\t2" in shown.out.splitlines()
    assert shown.err.rstrip().endswith("into the config")
    assert main(["copy-to", "${DB}"], env) == 1
    assert "is not empty" in capsys.readouterr().err
    assert main(["copy-to", "${NO}"], env) == 1
    assert "${NO} is not set" in capsys.readouterr().err
