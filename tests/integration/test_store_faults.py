"""Databases that cannot be opened, read or written: each error names the cause, and nothing stored is lost."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select, text

from tests.integration.test_store_opening import NOW, count, path, write
from watcher.errors import StoreError
from watcher.model import Entry
from watcher.store import Store, open_store
from watcher.store.database.database import Mode
from watcher.store.database.locks import DaemonLock
from watcher.store.database.schema import rules_generation

__all__ = ["path"]


@pytest.mark.parametrize("mode", ["read", "write", "create"])
def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path, mode: Mode) -> None:
    path = tmp_path / "watcher.db"
    path.write_bytes(b"kites and mills" * 1000)
    with pytest.raises(StoreError, match=r"is no SQLite database and is left as it is; move it away"):
        open_store(path, mode=mode)
    assert path.read_bytes() == b"kites and mills" * 1000


def test_a_damaged_database_is_left_alone(path: Path) -> None:
    with open_store(path) as store:
        write(store)
    whole = path.read_bytes()
    damaged = whole[:4096] + b"\xff" * (len(whole) - 4096)
    path.write_bytes(damaged)
    with pytest.raises(StoreError, match=r"is damaged and is left as it is; move it away"):
        open_store(path, mode="read")
    assert path.read_bytes() == damaged


def test_a_folder_in_the_place_of_the_database(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"is a folder: name a file in it"):
        open_store(tmp_path, mode="create")


@pytest.mark.timeout(20)
@pytest.mark.parametrize("mode", ["write", "read"])
@pytest.mark.parametrize("device", ["", "/dev/full"])
@pytest.mark.parametrize("name", ["watcher.db", "daemon.lock"])
def test_a_pipe_or_a_device_in_the_place_of_a_file(path: Path, name: str, device: str, mode: Mode) -> None:
    spoiled = path.with_name(name)
    spoiled.unlink(missing_ok=True)
    if device:
        spoiled.symlink_to(device)
    else:
        os.mkfifo(spoiled)
    with pytest.raises(StoreError, match=f"{name} is no regular file"):
        if name == "daemon.lock":
            DaemonLock(path).acquire()
        open_store(path, mode=mode)


@pytest.mark.timeout(20)
def test_a_pipe_in_the_place_of_the_mark(path: Path) -> None:
    os.mkfifo(f"{path}.mark")
    open_store(path, mode="read").close()


def test_a_file_in_the_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    with pytest.raises(StoreError, match=r"no database can be kept in .*state: .*; name another one"):
        open_store(tmp_path / "state" / "watcher.db", mode="create")


def test_a_new_database_is_not_for_everybody(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "state" / "watcher.db"
    open_store(path, mode="create").close()
    modes = {file.name: file.stat().st_mode & 0o007 for file in [path.parent, *path.parent.iterdir()]}
    assert modes == {"state": 0, "watcher.db": 0, "watcher.db.mark": 0, "write.lock": 0}


def test_a_full_disk_loses_nothing_that_was_stored(path: Path) -> None:
    with open_store(path) as store:
        write(store)
        with pytest.raises(StoreError, match=r"the disk is full; free some space"), store.transaction() as tx:
            pages = tx.connection.execute(text("PRAGMA page_count")).scalar()
            tx.connection.execute(text(f"PRAGMA max_page_count = {pages}"))
            tx.papers.record_entries([Entry(title=f"Kite {n}", abstract="wind " * 999) for n in range(99)], "hf", NOW)
        assert count(store) == 1


def test_a_mistake_in_the_program_is_not_dressed_up(store: Store) -> None:
    from sqlalchemy.exc import IntegrityError

    with pytest.raises(IntegrityError), store.transaction() as tx:
        tx.connection.execute(insert(rules_generation).values(id=2, generation=0))


def test_files_that_fsync_and_log(path: Path) -> None:
    with open_store(path) as store, store.reading() as tx:
        pragmas = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        assert [tx.connection.execute(text(f"PRAGMA {name}")).scalar() for name in pragmas] == ["wal", 2, 1, 30_000]


def test_a_transaction_that_need_not_outlast_a_power_cut_leaves_the_next_one_durable(path: Path) -> None:
    with open_store(path) as store:
        for durable, level in ((True, 2), (False, 1), (True, 2)):
            with store.transaction(durable=durable) as tx:
                assert tx.connection.execute(text("PRAGMA synchronous")).scalar() == level


def test_percent_and_question_mark_in_a_path(tmp_path: Path) -> None:
    path = tmp_path / "50% of what?" / "a#b.db"
    open_store(path, mode="create").close()
    assert path.stat().st_size
    with sqlite3.connect(path) as raw:
        assert raw.execute("SELECT count(*) FROM paper").fetchone() == (0,)
    raw.close()


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("postgresql://postgres@/nosuch?host={socket}", r'cannot be reached: .* database "nosuch" does not exist'),
        ("postgresql://postgres:hush@/x?host=/nonexistent", "cannot be reached"),
        ("postgresql://postgres:hush@127.0.0.1:1/x", "cannot be reached"),
        ("postgresql://stranger@/postgres?host={socket}", r'cannot be reached: .* role "stranger" does not exist'),
    ],
)
def test_a_server_that_cannot_be_used(lent_database: str, address: str, message: str) -> None:
    socket = lent_database.partition("host=")[2]
    with pytest.raises(StoreError, match=message) as raised:
        open_store(address.format(socket=socket), mode="create")
    assert "hush" not in str(raised.value)


def test_connections_that_the_server_ended_are_made_anew(lent_database: str) -> None:
    end = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    with open_store(lent_database, mode="create") as store, open_store(lent_database) as other:
        write(store)
        with (
            pytest.raises(StoreError, match=r"was interrupted by the server|cannot be reached"),
            store.transaction() as tx,
        ):
            with other.transaction() as killer:
                killer.connection.execute(end)
            tx.connection.scalar(select(func.count()))
        assert count(store) == 1
