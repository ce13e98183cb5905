"""A process that ends anywhere while it opens a database, or puts a backup in its place."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.integration.test_store_opening import count, write
from watcher.errors import DatabaseLost
from watcher.store import Store, open_store
from watcher.store.database.file.backups import back_up
from watcher.store.database.file.restores import put_in_place

NOW = datetime(2026, 3, 10, 8, tzinfo=UTC)
ENDED, CUT_OFF = 0, 9
EVENTS = frozenset({"open", "os.link", "os.rename", "os.remove", "sqlite3.connect", "sqlite3.connect/handle"})
"""What a process is cut off before: Python says so in its audit events."""


def cut_off_before(nth: int, do: Callable[[], object]) -> bool:
    """Call ``do`` in a process that ends before the nth thing that it does to a file; whether it ended before it."""
    if (child := os.fork()) == 0:
        left = nth

        def hear(event: str, _: object) -> None:
            nonlocal left
            if event in EVENTS:
                left -= 1
                if not left:
                    os._exit(CUT_OFF)

        sys.addaudithook(hear)
        try:
            do()
        except BaseException:
            os._exit(1)
        os._exit(ENDED)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) in (ENDED, CUT_OFF)
    return os.waitstatus_to_exitcode(status) == CUT_OFF


def test_however_a_first_start_is_cut_off_the_next_one_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "state" / "watcher.db"

    def begin() -> None:
        with open_store(path, mode="create") as store:
            write(store)

    nth, survived = 1, 0
    while cut_off_before(nth, begin):
        with open_store(path, mode="create") as store:
            survived = count(store)
        shutil.rmtree(path.parent)
        nth += 1
    assert nth > 10 and survived == 1


def test_however_often_a_process_is_cut_off_its_database_is_known_again(tmp_path: Path) -> None:
    path = tmp_path / "watcher.db"
    written = 0

    def go_on() -> None:
        with open_store(path, mode="create") as store:
            write(store, f"Kites {written}")
            store.mark()
            store.settle()

    go_on()
    nth = 1
    while cut_off_before(nth, go_on):
        with open_store(path) as store:
            assert count(store) >= written
            written = count(store)
        nth += 1
    assert nth > 10


@pytest.mark.parametrize("lost", [False, True])
def test_however_a_restore_is_cut_off_nothing_is_lost(tmp_path: Path, lost: bool) -> None:
    """The old database is where it was, or kept beside; the same command ends the restore."""
    path, backup = tmp_path / "state" / "watcher.db", tmp_path / "backup.db"
    with open_store(path, mode="create") as store:
        write(store, "in both")
    back_up(path, None, backup)
    with open_store(path) as store:
        write(store, "in the old one alone")
    state = tmp_path / "state-before"
    shutil.copytree(path.parent, state)

    def restore() -> None:
        put_in_place(path, backup, NOW, bring_up)

    def bring_up(store: Store) -> None:
        write(store, "made up for")

    nth = 1
    while True:
        shutil.rmtree(path.parent)
        shutil.copytree(state, path.parent)
        if lost:
            path.unlink()
        if not cut_off_before(nth, restore):
            break
        assert [one for one in path.parent.glob("watcher.db*") if held(one) == 2] or lost
        if path.exists():
            with open_store(path) as store:
                assert count(store) == 2
        else:
            with pytest.raises(DatabaseLost):
                open_store(path, mode="create")
        restore()
        with open_store(path) as store:
            assert count(store) == 2
        nth += 1
    assert nth > 10
    left = {one.name for one in path.parent.iterdir()} - {"write.lock", "daemon.lock"}
    assert left == {"watcher.db", "watcher.db.mark"} | (set() if lost else {"watcher.db.before-20260310T080000"})


def held(path: Path) -> int:
    """How many papers a database holds; 0 where it is none, or not the whole of one."""
    import sqlite3

    if path.suffix not in (".db", ".before-20260310T080000"):
        return 0
    try:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as raw:
            (found,) = raw.execute("SELECT count(*) FROM paper").fetchone()
        raw.close()
    except sqlite3.Error:
        return 0
    return int(found)
