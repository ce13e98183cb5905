"""Backups: whole and of one instant while others write, for their owner alone, never over what is there."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from threading import Event

import pytest

from tests.children import fill_disk, said_by_child
from tests.integration.old_release import REVISION, make_old_database
from tests.integration.test_store_opening import NOBODY, NOW, count, needs_root, shared_folder, write
from watcher.cli import main
from watcher.cli.desk import CliContext
from watcher.cli.restore import restore
from watcher.errors import DaemonRunning, DatabaseDamaged, DatabaseLost, StoreError
from watcher.model import Entry
from watcher.store import open_store
from watcher.store.database.file.backups import back_up
from watcher.store.database.file.marks import APPLICATION
from watcher.store.database.migrate import revisions
from watcher.store.fleet.daemons import KnownDaemon

__all__ = ["shared_folder"]


@pytest.fixture
def path(tmp_path: Path, sqlite_template: Path) -> Path:
    folder = tmp_path / "state"
    folder.mkdir()
    shutil.copy(sqlite_template, folder)
    with open_store(folder / "watcher.db") as store:
        write(store)
    return folder / "watcher.db"


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True) as raw:
        found = raw.execute(query).fetchall()
    raw.close()
    return found


def test_a_backup_is_one_file_for_its_owner(path: Path, tmp_path: Path) -> None:
    to = tmp_path / "backup.db"
    made = back_up(path, None, to)
    assert (made.papers, made.size) == (1, to.stat().st_size)
    assert to.stat().st_mode & 0o7777 == 0o600
    assert {one.name for one in tmp_path.iterdir()} == {"state", "backup.db"}
    assert rows(to, "PRAGMA journal_mode") == [("delete",)]
    assert rows(to, "PRAGMA application_id") == [(APPLICATION,)]
    assert rows(to, "SELECT title FROM paper") == [("Kites",)]
    assert rows(to, "PRAGMA user_version") != rows(path, "PRAGMA user_version")


def test_what_is_written_meanwhile_is_in_it_as_a_whole_or_not_at_all(path: Path, tmp_path: Path) -> None:
    """A writer adds papers in twos; no backup holds half of one."""
    stop = Event()

    def write_on() -> int:
        n = 0
        with open_store(path) as store:
            while not stop.is_set():
                n += 2
                with store.transaction() as tx:
                    pair = [Entry(title=f"Kite {n + one}", abstract="wind " * 40) for one in (0, 1)]
                    tx.papers.record_entries(pair, "hf", NOW)
        return n

    sizes = []
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write_on)
        try:
            for _ in range(4):
                back_up(path, None, tmp_path / "backup.db", force=True)
                ((papers,),) = rows(tmp_path / "backup.db", "SELECT count(*) FROM paper")
                assert isinstance(papers, int) and papers % 2 == 1
                sizes.append(papers)
        finally:
            stop.set()
        assert writing.result(30) > 0
    assert sizes == sorted(sizes)


def test_beside_a_writer_the_log_is_in_it(path: Path, tmp_path: Path) -> None:
    with open_store(path) as store:
        write(store, "Mills")
        assert Path(f"{path}-wal").stat().st_size
        assert back_up(path, None, tmp_path / "backup.db").papers == 2


def test_nothing_is_written_over(path: Path, tmp_path: Path) -> None:
    to = tmp_path / "backup.db"
    to.write_text("mine")
    with pytest.raises(StoreError, match="is there already: name another file, or add --force"):
        back_up(path, None, to)
    assert to.read_text() == "mine"
    back_up(path, None, to, force=True)
    assert rows(to, "SELECT title FROM paper") == [("Kites",)]


def test_a_link_that_leads_nowhere_is_something_that_is_there(path: Path, tmp_path: Path) -> None:
    to = tmp_path / "backup.db"
    to.symlink_to(tmp_path / "nowhere.db")
    with pytest.raises(StoreError, match="is there already"):
        back_up(path, None, to)
    back_up(path, None, to, force=True)
    assert not to.is_symlink() and not (tmp_path / "nowhere.db").exists()


@pytest.mark.parametrize("force", [False, True])
def test_places_that_are_none(path: Path, tmp_path: Path, force: bool) -> None:
    with pytest.raises(StoreError, match=r"is a folder: name a file in it"):
        back_up(path, None, tmp_path, force=force)
    with pytest.raises(StoreError, match=r"there is no folder .*deep: make it first"):
        back_up(path, None, tmp_path / "deep" / "backup.db", force=force)
    with pytest.raises(StoreError, match=r"is the database itself"):
        back_up(path, None, path, force=force)
    assert rows(path, "SELECT title FROM paper") == [("Kites",)]


def test_no_backup_is_made_of_what_is_missing_lost_or_damaged(path: Path, tmp_path: Path) -> None:
    to = tmp_path / "backup.db"
    with pytest.raises(StoreError, match="no database at"):
        back_up(tmp_path / "other" / "watcher.db", None, to)
    whole = path.read_bytes()
    path.write_bytes(whole[:8192] + b"\xff" * (len(whole) - 8192))
    with pytest.raises(DatabaseDamaged, match="is damaged"):
        back_up(path, None, to)
    path.unlink()
    with pytest.raises(DatabaseLost, match="is gone"):
        back_up(path, None, to)
    assert {one.name for one in tmp_path.iterdir()} == {"state"}


def test_a_failed_backup_leaves_the_one_before(path: Path, tmp_path: Path) -> None:
    to = tmp_path / "backup.db"
    back_up(path, None, to)
    before = to.read_bytes()
    whole = path.read_bytes()
    path.write_bytes(whole[:8192] + b"\xff" * (len(whole) - 8192))
    with pytest.raises(DatabaseDamaged):
        back_up(path, None, to, force=True)
    assert to.read_bytes() == before


def test_where_no_more_can_be_written_it_says_so(path: Path, tmp_path: Path) -> None:
    """A limit on the size of files stands for a full disk."""
    to = tmp_path / "backup.db"

    def back_up_on_it() -> None:
        fill_disk(65536)
        back_up(path, None, to)

    said = said_by_child(back_up_on_it)
    assert said.startswith(f"StoreError: {tmp_path} cannot hold a copy of the database"), said
    assert {one.name for one in tmp_path.iterdir()} == {"state"}


def test_a_database_of_an_older_release_is_backed_up_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "old" / "watcher.db"
    path.parent.mkdir()
    make_old_database(str(path))
    made = back_up(path, None, tmp_path / "backup.db")
    assert made.revision == REVISION
    assert rows(tmp_path / "backup.db", "SELECT version_num FROM alembic_version") == [(made.revision,)]
    assert not (path.parent / "watcher.db.mark").exists()


def test_for_postgresql_the_command_is_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("database: 'postgresql://ana:hush-hush@db.example.org:5433/papers?sslmode=require&password=x'\n")
    to = tmp_path / "my backup.dump"
    assert main(["-c", str(config), "backup", str(to)], {"STATE_DIRECTORY": str(tmp_path)}) == 1
    said = capsys.readouterr().err
    address = "'postgresql://ana@db.example.org:5433/papers?sslmode=require'"
    assert f"`pg_dump --format=custom --file='{to}' {address}`" in said
    assert "hush" not in said and "password" not in said


def test_the_command_says_what_it_made(path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    to = tmp_path / "backup.db"
    env = {"STATE_DIRECTORY": str(path.parent), "HOME": str(tmp_path)}
    assert main(["backup", str(to)], env) == 0
    assert (
        capsys.readouterr().out == f"{to}: {to.stat().st_size:,} bytes, 1 paper, revision {revisions()[-1]}; checked\n"
    )
    assert main(["backup", str(to)], env) == 1
    assert "is there already" in capsys.readouterr().err
    assert main(["backup", "--force", str(to)], env) == 0


@needs_root
def test_a_member_of_the_group_that_may_only_read_makes_one(shared_folder: Path) -> None:
    folder = Path(tempfile.mkdtemp(prefix="watcher-backup-"))
    os.chown(folder, NOBODY, NOBODY)
    try:
        for writer in (False, True):
            with open_store(shared_folder) if writer else nullcontext():
                to = folder / f"beside {writer}.db"
                if (child := os.fork()) == 0:
                    os.setgroups([])
                    os.setgid(0)
                    os.setuid(NOBODY)
                    try:
                        back_up(shared_folder, None, to)
                    finally:
                        os._exit(0)
                os.waitpid(child, 0)
            seen = to.stat()
            assert (seen.st_uid, seen.st_mode & 0o777) == (NOBODY, 0o600)
            assert rows(to, "SELECT title FROM paper") == [("Kites",)]
    finally:
        shutil.rmtree(folder)


def test_devices_are_no_place_for_one(path: Path) -> None:
    for force in (False, True):
        with pytest.raises(StoreError, match=r"/dev/null is no ordinary file"):
            back_up(path, None, Path("/dev/null"), force=force)


# --- PostgreSQL ---


def test_the_commands_that_are_named_for_postgresql_work(
    lent_database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Run the two commands that `backup` and `restore` name for PostgreSQL, then bring the database up to now."""
    if not shutil.which("pg_dump"):
        pytest.skip("PostgreSQL's own programs are not installed")
    config, dump = tmp_path / "config.yaml", tmp_path / "our backup.dump"
    config.write_text(f"database: '{lent_database}'\n")
    with open_store(lent_database, mode="create") as store:
        write(store, "Kites")

    def watcher(*args: str) -> tuple[int, str]:
        status = main(["-c", str(config), *args], {"STATE_DIRECTORY": str(tmp_path), "HOME": str(tmp_path)})
        said = capsys.readouterr()
        return status, said.out + said.err

    def run_what_is_named(said: str) -> None:
        (command,) = re.findall(r"`(pg_\w+ [^`]+)`", said)
        subprocess.run(command, shell=True, check=True)

    status, said = watcher("backup", str(dump))
    assert status == 1 and dump.exists() is False
    run_what_is_named(said)
    with open_store(lent_database) as store:
        write(store, "Mills")
    status, said = watcher("restore", str(dump))
    assert status == 1 and "`watcher restore --in-place`" in said
    run_what_is_named(said)
    with open_store(lent_database) as store:
        assert count(store) == 1
    status, said = watcher("restore", "--in-place")
    assert (
        status == 0
        and "nothing was due between" in said
        and "what cannot be known any more: what was told since" in said
    )


def test_nothing_is_brought_up_to_now_beside_daemons(lent_database: str, tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(f"database: '{lent_database}'\n")
    with open_store(lent_database, mode="create") as store, store.transaction() as tx:
        now = store.clock()
        tx.daemons.beat(KnownDaemon("1" * 32, "host", 7, "1.0", "", now, now))
    with pytest.raises(DaemonRunning, match="stop them first"):
        restore_in_place(config, tmp_path)


def restore_in_place(config: Path, state: Path) -> None:
    desk = CliContext(env={"STATE_DIRECTORY": str(state)}, config_path=config)
    restore.main(args=["--in-place"], obj=desk, standalone_mode=False)
