"""What SQLite keeps beside a database: it goes with its own file, and is written into no other."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.children import fill_disk, said_by_child
from tests.integration.test_store_opening import NOW
from watcher.cli import main
from watcher.errors import StoreError
from watcher.model import Entry
from watcher.store import Store, open_store
from watcher.store.database.file.backups import back_up
from watcher.store.database.file.restores import put_in_place

LOGS = ("-journal", "-wal", "-shm")
MANY = 60
"""Papers that fill some pages of the file."""


def write(path: Path, name: str) -> None:
    with open_store(path) as store:
        write_to(store, name)


def write_to(store: Store, name: str) -> None:
    with store.transaction() as tx:
        tx.papers.record_entries([Entry(title=f"{name} {n}", abstract="wind " * 200) for n in range(MANY)], "hf", NOW)


def with_log(path: Path, name: str, to: Path) -> None:
    """Write papers, and copy the database while their log is not written back yet."""
    with open_store(path) as store:
        write_to(store, name)
        for end in ("", *LOGS):
            if Path(f"{path}{end}").exists():
                shutil.copy(f"{path}{end}", f"{to}{end}")
    assert Path(f"{to}-wal").stat().st_size


def cut_off_in_a_transaction(path: Path) -> None:
    """Leave a journal: a program without a write-ahead log ends in the middle of a transaction."""
    if (child := os.fork()) == 0:
        raw = sqlite3.connect(path, isolation_level=None)
        raw.execute("PRAGMA journal_mode = DELETE")
        raw.execute("PRAGMA cache_size = 1")
        raw.execute("BEGIN IMMEDIATE")
        raw.execute("UPDATE paper SET title = title || '!', abstract = ''")
        os._exit(0)
    os.waitpid(child, 0)
    assert Path(f"{path}-journal").stat().st_size > 512


def names(path: Path) -> set[str]:
    """The names that papers were written with, as whoever opens the file reads them."""
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        titles = [title for (title,) in raw.execute("SELECT title FROM paper ORDER BY title")]
    assert len(titles) % MANY == 0 and not any("!" in title for title in titles)
    return {title.partition(" ")[0] for title in titles}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "state" / "watcher.db"
    path.parent.mkdir()
    open_store(path, mode="create").close()
    write(path, "Kites")
    return path


def restore(path: Path, backup: Path) -> Path | None:
    return put_in_place(path, backup, NOW, lambda store: None)[1]


@pytest.mark.parametrize("is_there", [True, False], ids=["beside a file", "beside none"])
@pytest.mark.parametrize("kind", ["log", "journal"])
def test_no_foreign_log_is_written_into_a_backup(path: Path, tmp_path: Path, kind: str, is_there: bool) -> None:
    to = tmp_path / "backup.db"
    if kind == "log":
        with_log(path, "Mills", to)
    else:
        shutil.copy(path, to)
        cut_off_in_a_transaction(to)
    if not is_there:
        to.unlink()
    write(path, "Boats")
    before = {one.name: one.read_bytes() for one in tmp_path.glob("backup.db*")}
    with pytest.raises(StoreError, match="is there already" if is_there else r"-(wal|journal) is there, of another"):
        back_up(path, None, to)
    assert {one.name: one.read_bytes() for one in tmp_path.glob("backup.db*")} == before
    back_up(path, None, to, force=True)
    assert [one.name for one in tmp_path.glob("backup.db*")] == ["backup.db"]
    assert names(to) == names(path) >= {"Kites", "Boats"}


@pytest.mark.parametrize("end", LOGS)
def test_what_is_no_log_under_its_name_is_left(path: Path, tmp_path: Path, end: str) -> None:
    to = tmp_path / "backup.db"
    Path(f"{to}{end}").mkdir()
    with pytest.raises(StoreError, match=f"{end} is a folder"):
        back_up(path, None, to, force=True)
    assert not to.exists()


def test_a_restore_keeps_the_old_database_with_its_journal(path: Path, tmp_path: Path) -> None:
    backup = tmp_path / "backup.db"
    back_up(path, None, backup)
    write(path, "Mills")
    cut_off_in_a_transaction(path)
    kept = restore(path, backup)
    assert kept and {one.name for one in path.parent.glob("*-journal")} == {f"{kept.name}-journal"}
    assert names(path) == {"Kites"}
    with open_store(path) as store, store.reading() as tx:
        assert tx.papers.count() == MANY
    assert names(kept) == {"Kites", "Mills"}, "its unfinished transaction is undone"


@pytest.mark.parametrize("is_there", [True, False])
def test_a_restore_keeps_the_old_database_with_its_log(path: Path, tmp_path: Path, is_there: bool) -> None:
    backup, old = tmp_path / "backup.db", tmp_path / "old.db"
    back_up(path, None, backup)
    with_log(path, "Mills", old)
    for end in ("", *LOGS):
        if Path(f"{old}{end}").exists():
            shutil.copy(f"{old}{end}", f"{path}{end}")
    if not is_there:
        path.unlink()
    kept = restore(path, backup)
    assert names(path) == {"Kites"}
    assert (kept is not None) == is_there
    if kept:
        assert names(kept) == {"Kites", "Mills"}


@pytest.mark.parametrize("end", ["", *LOGS])
def test_what_was_kept_before_is_not_written_over(path: Path, tmp_path: Path, end: str) -> None:
    backup = tmp_path / "backup.db"
    back_up(path, None, backup)
    before = Path(f"{path}.before-{NOW:%Y%m%dT%H%M%S}{end}")
    before.write_bytes(b"mine")
    kept = restore(path, backup)
    assert kept and kept.name.endswith("-2")
    assert before.read_bytes() == b"mine" and names(kept) == {"Kites"}


@pytest.mark.parametrize("kind", ["log", "journal"])
def test_a_copy_made_by_hand_is_restored_with_what_lies_beside_it(path: Path, tmp_path: Path, kind: str) -> None:
    copy = tmp_path / "by hand.db"
    if kind == "log":
        with_log(path, "Mills", copy)
    else:
        write(path, "Mills")
        shutil.copy(path, copy)
        cut_off_in_a_transaction(copy)
    files = (Path(f"{copy}{end}") for end in ("", "-wal", "-journal"))
    before = {one: one.read_bytes() for one in files if one.exists()}
    write(path, "Boats")
    restore(path, copy)
    assert names(path) == {"Kites", "Mills"}
    assert {one: one.read_bytes() for one in before} == before, "the copy is only read"


def test_a_backup_has_any_name(path: Path, tmp_path: Path) -> None:
    """Also that of what a restore works with: it is refused then, and stays."""
    for name in (f"{path.name}.restoring", f".{path.name}.restoring", f"{path.name}.new", f"{path.name}.before"):
        backup = path.parent / name
        back_up(path, None, backup)
        if name.startswith("."):
            with pytest.raises(StoreError, match="was left by a restore that was cut off"):
                restore(path, backup)
        else:
            restore(path, backup)
        assert names(backup) == {"Kites"}


def said_on_a_full_disk(size: int, do: Callable[[], object]) -> str:
    def done() -> None:
        fill_disk(size)
        do()

    return said_by_child(done)


def test_on_a_full_disk_a_restore_names_the_folder_and_changes_nothing(path: Path, tmp_path: Path) -> None:
    """Full in the copying, the sealing, the migrating, or what is written into the copy."""
    backup = tmp_path / "backup.db"
    write(path, "Mills")
    back_up(path, None, backup)
    size = backup.stat().st_size
    before = path.read_bytes()

    def bring_up(store: Store) -> None:
        write_to(store, "Boats")

    for room in (0, 4096, 65_536, size // 2, size - 4096, size - 1, size, size + 4096):
        said = said_on_a_full_disk(room, lambda: put_in_place(path, backup, NOW, bring_up))
        assert said.startswith("StoreError: "), (room, said)
        assert str(path.parent) in said and str(backup) not in said and "restoring" not in said, (room, said)
        assert path.read_bytes() == before
        left = {one.name for one in path.parent.iterdir()} - {"write.lock", "daemon.lock"}
        assert left == {"watcher.db", "watcher.db.mark"}, room


@pytest.mark.parametrize("room", [16_384, 65_536])
def test_on_a_full_disk_the_commands_say_so(
    path: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], room: int
) -> None:
    backup = tmp_path / "backup.db"
    back_up(path, None, backup)
    env = {"STATE_DIRECTORY": str(path.parent), "HOME": str(tmp_path)}
    for command in (["restore", str(backup)], ["backup", str(tmp_path / "another.db")]):
        said_on_a_full_disk(room, lambda command=command: main(command, env))  # type: ignore[misc]
        said = capfd.readouterr().err
        assert "internal" not in said and "Traceback" not in said and said.count("\n") == 1, said


def test_another_database_is_not_accepted_with_the_journal_of_the_old_one(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    back_up(path, None, other)
    cut_off_in_a_transaction(path)
    shutil.copy(other, path)
    with pytest.raises(StoreError, match="-journal may belong to the database that was here before"):
        open_store(path, mode="create", accepted=True)
    Path(f"{path}-journal").rename(tmp_path / "journal")
    open_store(path, mode="create", accepted=True).close()
    assert names(path) == {"Kites"}


def test_a_new_database_is_made_beside_the_journal_of_the_old_one(path: Path) -> None:
    cut_off_in_a_transaction(path)
    path.unlink()
    open_store(path, mode="create", accepted=True).close()
    assert names(path) == set() and Path(f"{path}.lost-journal").exists()
