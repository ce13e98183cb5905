"""A wrong SQLite file is noticed: gone, emptied, cut, overwritten, replaced, or another program's."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.test_store_opening import count, write
from watcher.errors import DaemonRunning, DatabaseDamaged, DatabaseLost, StoreError
from watcher.store import open_store
from watcher.store.database.database import Mode
from watcher.store.database.file.header import header_of
from watcher.store.database.file.marks import (
    APPLICATION,
    FileMark,
    mark_path,
    note_told,
    read_mark,
    told_of_loss,
    write_mark,
)


@pytest.fixture
def path(tmp_path: Path, sqlite_template: Path) -> Path:
    """A file with the tables in it, not used by this release yet."""
    folder = tmp_path / "state"
    folder.mkdir()
    shutil.copy(sqlite_template, folder)
    return folder / "watcher.db"


def ask(path: Path, pragma: str) -> int:
    with sqlite3.connect(path) as raw:
        (found,) = raw.execute(f"PRAGMA {pragma}").fetchone()
    raw.close()
    return int(found)


def set_to(path: Path, pragma: str) -> None:
    with sqlite3.connect(path, isolation_level=None) as raw:
        raw.execute(f"PRAGMA {pragma}")
    raw.close()


def another(path: Path) -> Path:
    """A database of this program's own making, used elsewhere."""
    other = path.parent.parent / "elsewhere" / "watcher.db"
    open_store(other, mode="create").close()
    return other


# --- marks ---


def test_every_database_gets_the_applications_id_and_a_stamp(path: Path) -> None:
    set_to(path, "application_id = 0")  # as an older release left it
    set_to(path, "user_version = 0")
    open_store(path).close()
    assert ask(path, "application_id") == APPLICATION
    assert read_mark(path) == FileMark((ask(path, "user_version"),))


def test_a_stamp_is_new_for_each_process_that_may_make_the_database(path: Path) -> None:
    stamps = set()
    for _ in range(3):
        with open_store(path, mode="create") as store:
            write(store)
        stamps.add(ask(path, "user_version"))
    with open_store(path) as store:
        write(store)
    assert len(stamps) == 3 and ask(path, "user_version") in stamps


def test_commands_and_a_daemon_set_stamps_beside_each_other(path: Path) -> None:
    with open_store(path, mode="create") as daemon:
        for n in range(5):
            with open_store(path, mode="create") as command:
                write(command, f"Kites {n}")
                assert count(daemon) == n + 1
            daemon.mark()
            daemon.settle()
            assert count(daemon) == n + 1
    open_store(path, mode="create").close()


def test_a_mark_that_was_spoiled_allows_what_is_there(path: Path) -> None:
    open_store(path).close()
    for spoiled in (b"", b"{", b"[]", b'{"stamps": 7}', b"\xff\xfe"):
        mark_path(path).write_bytes(spoiled)
        open_store(path, mode="create").close()
        assert len(json.loads(mark_path(path).read_text())["stamps"]) == 1


def test_without_the_right_to_write_a_mark_the_stamp_stays(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_store(path).close()
    before = ask(path, "user_version")
    full = OSError(28, "No space left on device")

    def fails(*_: object, **__: object) -> None:
        raise full

    monkeypatch.setattr("watcher.store.database.file.witness.write_mark", fails)
    open_store(path, mode="create").close()
    assert ask(path, "user_version") == before
    monkeypatch.undo()
    open_store(path, mode="create").close()


# --- before it is opened ---


def delete(path: Path) -> None:
    path.unlink()


def empty(path: Path) -> None:
    os.truncate(path, 0)


def drop_tables(path: Path) -> None:
    """A database with the right stamp and nothing in it."""
    stamp = ask(path, "user_version")
    path.unlink()
    set_to(path, f"user_version = {stamp}")


def put_another(path: Path) -> None:
    shutil.copy(another(path), path)


def overwrite(path: Path) -> None:
    path.write_bytes(b"kites and mills" * 1000)


BEFORE: dict[str, tuple[Callable[[Path], None], str]] = {
    "deleted": (delete, "is gone, though watcher has used it here before: put it back"),
    "emptied": (empty, r"is empty now, though .* `watcher migrate --accept` makes a new one"),
    "another": (put_another, r"is not the one that watcher used last, but .* `watcher restore --in-place`"),
    "no database": (overwrite, "is no SQLite database any more: put it back, or a backup by `watcher restore FILE`"),
}


@pytest.mark.parametrize("mode", ["read", "write", "create"])
@pytest.mark.parametrize("harm", BEFORE)
def test_what_was_there_is_missed(path: Path, harm: str, mode: Mode) -> None:
    do, message = BEFORE[harm]
    with open_store(path) as store:
        write(store)
    do(path)
    left = path.read_bytes() if path.exists() else None
    for _ in range(2):
        with pytest.raises(DatabaseLost, match=message):
            open_store(path, mode=mode)
    assert left == (path.read_bytes() if path.exists() else None)


@pytest.mark.parametrize("mode", ["write", "create"])
def test_tables_that_are_gone_are_not_made_anew(path: Path, mode: Mode) -> None:
    open_store(path).close()
    drop_tables(path)
    with pytest.raises(DatabaseLost, match="has no tables any more"):
        open_store(path, mode=mode)


def test_the_log_of_an_emptied_database_is_kept(path: Path) -> None:
    """SQLite would delete it: it may hold what was written last."""
    open_store(path).close()
    log = Path(f"{path}-wal")
    log.write_bytes(b"what was written last")
    empty(path)
    mark_path(path).unlink()
    with pytest.raises(DatabaseLost):
        open_store(path, mode="create")
    assert log.read_bytes() == b"what was written last"
    open_store(path, mode="create", accepted=True).close()
    assert Path(f"{path}.lost-wal").read_bytes() == b"what was written last"


@pytest.mark.parametrize("harm", ["deleted", "emptied", "another"])
def test_what_is_accepted_is_used(path: Path, harm: str) -> None:
    do, _ = BEFORE[harm]
    with open_store(path) as store:
        write(store)
    do(path)
    with open_store(path, mode="create", accepted=True) as store:
        assert count(store) == 0
        write(store)
    with open_store(path) as store:
        assert count(store) == 1


def test_nothing_is_accepted_beside_a_daemon(path: Path) -> None:
    with open_store(path) as store:
        assert store.daemon_lock
        with store.daemon_lock, pytest.raises(DaemonRunning):
            open_store(path, mode="create", accepted=True)


def test_another_database_is_not_accepted_with_the_log_of_the_old_one(path: Path) -> None:
    open_store(path).close()
    put_another(path)
    Path(f"{path}-wal").write_bytes(b"of the old one")
    with pytest.raises(StoreError, match=r"watcher\.db-wal may belong to the database that was here before"):
        open_store(path, mode="create", accepted=True)


@pytest.mark.parametrize("mode", ["read", "write", "create"])
def test_another_programs_database_is_refused(path: Path, mode: Mode) -> None:
    set_to(path, "application_id = 252006674")
    with pytest.raises(StoreError, match="belongs to another program; give watcher one of its own"):
        open_store(path, mode=mode)
    assert ask(path, "application_id") == 252006674 and read_mark(path) is None


def test_an_empty_file_in_a_new_folder_becomes_a_database(tmp_path: Path) -> None:
    path = tmp_path / "watcher.db"
    path.touch()
    open_store(path, mode="create").close()
    assert header_of(path) is not None


def test_two_databases_may_lie_in_one_folder(path: Path) -> None:
    with open_store(path) as store:
        assert store.daemon_lock
        store.daemon_lock.acquire()
    open_store(path.with_name("second.db"), mode="create").close()
    delete(path)
    open_store(path.with_name("second.db"), mode="create").close()
    with pytest.raises(DatabaseLost):
        open_store(path, mode="create")


# --- while it is open ---


def overwrite_in_place(path: Path) -> None:
    shutil.copyfile(another(path), path)


def put_another_by_renaming(path: Path) -> None:
    another(path).replace(path)


def cut(path: Path) -> None:
    os.truncate(path, 8192)


def remove_folder(path: Path) -> None:
    shutil.rmtree(path.parent)


OPEN: dict[str, tuple[Callable[[Path], None], str]] = {
    "deleted": (delete, "is gone"),
    "its folder deleted": (remove_folder, "is gone"),
    "emptied": (empty, "is empty now"),
    "cut short": (cut, "was cut short"),
    "overwritten": (overwrite, "is no SQLite database any more"),
    "another in place": (overwrite_in_place, "is not the one that watcher used last"),
    "another by renaming": (put_another_by_renaming, "is not the one that watcher used last"),
}


@pytest.mark.parametrize("harm", OPEN)
def test_a_process_that_has_it_open_stops_writing(path: Path, harm: str) -> None:
    do, message = OPEN[harm]
    store = open_store(path, mode="create")
    write(store)
    store.settle()
    assert count(store) == 1
    write(store, "in the log")
    do(path)
    left = path.read_bytes() if path.exists() else None
    for _ in range(2):
        with pytest.raises(DatabaseLost, match=message):
            count(store)
        with pytest.raises(DatabaseLost, match=message):
            write(store, "into a ghost")
    store.close()
    assert left == (path.read_bytes() if path.exists() else None), "the log was written into what lies there now"


def test_in_a_folder_that_was_emptied_the_mark_is_left(path: Path) -> None:
    """Whoever comes next, a command or the daemon started again, makes no new database there."""
    with open_store(path, mode="create") as store:
        write(store)
        for one in path.parent.iterdir():
            one.unlink()
        with pytest.raises(DatabaseLost, match="is gone"):
            count(store)
        with pytest.raises(DatabaseLost, match="is gone"):
            open_store(path, mode="create")
    assert not path.exists()


@pytest.mark.parametrize("settled", [False, True])
def test_a_copy_from_before_it_was_opened_is_noticed_in_its_place(path: Path, tmp_path: Path, settled: bool) -> None:
    """Unless nothing of what was written since has left the log: then the file is the same as the copy."""
    open_store(path, mode="create").close()
    copy = shutil.copy(path, tmp_path / "copy.db")
    store = open_store(path, mode="create")
    write(store)
    if settled:
        store.settle()
    assert count(store) == 1
    shutil.copyfile(copy, path)
    if settled:
        for _ in range(2):
            with pytest.raises(DatabaseLost, match="is not the one that watcher used last"):
                count(store)
    else:
        assert count(store) == 1
    store.close()
    if not settled:
        with open_store(path) as store:
            assert count(store) == 1


def test_what_was_being_written_when_it_went_is_not_taken_for_stored(path: Path) -> None:
    with open_store(path, mode="create") as store:
        with pytest.raises(DatabaseLost), store.transaction() as tx:
            tx.subscriptions.raise_generation()
            away = path.rename(path.with_name("away.db"))
        away.rename(path)
        with store.reading() as tx:
            assert tx.subscriptions.generation() == 0


def test_a_file_that_comes_back_is_used_again(path: Path) -> None:
    with open_store(path, mode="create") as store:
        write(store)
        away = path.rename(path.with_name("away.db"))
        with pytest.raises(DatabaseLost):
            count(store)
        away.rename(path)
        assert count(store) == 1
        write(store, "Mills")
    with open_store(path) as store:
        assert count(store) == 2


def test_a_damaged_page_is_a_lost_database(path: Path) -> None:
    with open_store(path) as store:
        write(store)
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    with pytest.raises(DatabaseDamaged, match="put a backup in its place with `watcher restore FILE`"):
        open_store(path)


def test_a_mark_is_written_whole(path: Path) -> None:
    write_mark(path, FileMark((1, 2)))
    assert read_mark(path) == FileMark((1, 2))
    assert {one.name for one in path.parent.iterdir()} == {"watcher.db", "watcher.db.mark"}


def test_who_heard_of_a_loss_is_forgotten_when_the_database_can_be_used(path: Path) -> None:
    open_store(path).close()
    away = path.rename(path.with_name("away.db"))
    note_told(path, "lost", {"ops", "mail:ana@example.org"})
    with pytest.raises(DatabaseLost):
        open_store(path)
    assert told_of_loss(path) == {"ops", "mail:ana@example.org"}
    away.rename(path)
    open_store(path).close()
    assert told_of_loss(path) == frozenset()
    note_told(path, "damaged", {"ops"})
    open_store(path).close()  # which shows nothing of what is damaged
    assert told_of_loss(path) == {"ops"}
    open_store(path, mode="create", accepted=True).close()
    assert told_of_loss(path) == frozenset()
