"""Open and lock databases: a single writer, readers that change nothing, errors with their remedy."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import insert, select, update

import watcher
from tests.children import said_by_child
from watcher.errors import DaemonRunning, StoreError
from watcher.model import Entry
from watcher.store import Store, open_store
from watcher.store.database.database import Mode
from watcher.store.database.engine import database_address
from watcher.store.database.locks import DaemonLock, WriteLock
from watcher.store.database.schema import rules_generation

NOW = datetime(2026, 3, 10, 8, tzinfo=UTC)
NOBODY = 65534
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user")


@pytest.fixture
def path(tmp_path: Path, sqlite_template: Path) -> Path:
    """A file with the tables in it."""
    folder = tmp_path / "state"
    folder.mkdir()
    shutil.copy(sqlite_template, folder)
    return folder / "watcher.db"


def write(store: Store, title: str = "Kites") -> None:
    with store.transaction() as tx:
        tx.papers.record_entries([Entry(title=title)], "hf", NOW)


def count(store: Store) -> int:
    with store.reading() as tx:
        return tx.papers.count()


# --- addresses ---


@pytest.mark.parametrize(
    ("database", "expected"),
    [
        (None, "/state/watcher.db"),
        ("papers.db", "/state/papers.db"),
        ("/srv/papers.db", "/srv/papers.db"),
        (Path("/srv/papers.db"), "/srv/papers.db"),
        ("sqlite:///papers.db", "/state/papers.db"),
        ("sqlite:////srv/papers.db", "/srv/papers.db"),
        ("postgresql://ana:secret@host/papers", "postgresql+psycopg://ana:***@host/papers"),
        ("postgresql+psycopg://ana:secret@host/papers", "postgresql+psycopg://ana:***@host/papers"),
    ],
)
def test_places(database: str | Path | None, expected: str) -> None:
    assert str(database_address(database, Path("/state"))) == expected


@pytest.mark.parametrize(
    ("database", "message"),
    [
        ("mysql://host/papers", "mysql is not supported"),
        ("nosuch://host/papers", "nosuch is not supported"),
        ("postgresql://host:port/papers", "no address of a database"),
        ("sqlite://", "needs a path"),
        ("sqlite:///:memory:", "needs a path"),
    ],
)
def test_places_that_are_none(database: str, message: str) -> None:
    with pytest.raises(StoreError, match=message) as raised:
        database_address(database)
    assert "postgresql+psycopg://user@host/name" in str(raised.value)


# --- transactions ---


def test_read_then_write_over_threads_loses_nothing(store: Store) -> None:
    """Forty threads' worth of increments, each reading before it writes."""
    with store.transaction() as tx:
        tx.connection.execute(insert(rules_generation).values(id=1, generation=0))

    def increment(_: int) -> None:
        with store.transaction() as tx:
            found = tx.connection.scalar(select(rules_generation.c.generation).with_for_update())
            assert found is not None
            tx.connection.execute(update(rules_generation).values(generation=found + 1))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(increment, range(40)))
    with store.reading() as tx:
        assert tx.subscriptions.generation() == 40


def test_two_sources_show_one_new_paper_at_the_same_time(store: Store) -> None:
    entries = [Entry(title=f"Kite {n}", keys=(f"arxiv:2603.{n:05}",)) for n in range(50)]

    def record(source: int) -> int:
        with store.transaction() as tx:
            return len(tx.papers.record_entries(entries, f"source {source}", NOW).new)

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(record, range(4))) == [0, 0, 0, 50]
    assert count(store) == 50


def test_a_reader_sees_one_instant(store: Store) -> None:
    with store.reading() as tx:
        assert tx.papers.count() == 0
        write(store)
        assert tx.papers.count() == 0
    assert count(store) == 1


def test_a_transaction_inside_another_is_a_mistake(path: Path) -> None:
    with open_store(path) as store, store.transaction(), pytest.raises(RuntimeError, match="already open"):
        write(store)


def test_a_store_opened_for_reading_does_not_write(make_store: Callable[[], Store]) -> None:
    writer = make_store()
    database = writer.place.path or writer.place.url.render_as_string(hide_password=False)
    with open_store(database, mode="read") as reader:
        with pytest.raises(RuntimeError, match="opened for reading"):
            write(reader)
        write(writer)
        assert count(reader) == 1
        with pytest.raises(Exception, match=r"read-only|readonly"), reader.reading() as tx:
            tx.connection.execute(insert(rules_generation).values(id=1, generation=0))


# --- write.lock ---


HOLD = """
import sys
from pathlib import Path
from watcher.store.database.locks import WriteLock
with WriteLock(Path(sys.argv[1])).exclusive():
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def other_writer(path: Path) -> Iterator[None]:
    """Another process that is in the middle of a transaction."""
    command = [sys.executable, "-c", HOLD, str(path)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, env=_environment()) as process:
        assert process.stdout and process.stdout.readline() == b"held\n"
        yield


@pytest.mark.usefixtures("other_writer")
def test_a_writer_waits_for_another_process_but_not_for_ever(path: Path) -> None:
    lock = WriteLock(path, patience=0.05)
    with pytest.raises(StoreError, match=r"another watcher has been writing for .*write\.lock"), lock.exclusive():
        pytest.fail("two writers at once")
    with pytest.raises(StoreError, match="another watcher"), lock.shared():
        pytest.fail("a reader beside a writer")


def test_threads_take_turns(path: Path) -> None:
    lock, inside, left = WriteLock(path), Event(), Event()

    def enter() -> None:
        with lock.exclusive():
            assert left.is_set()

    with ThreadPoolExecutor(1) as pool:
        with lock.exclusive():
            waiting = pool.submit(enter)
            inside.set()
            left.set()
        waiting.result(10)


def test_readers_share_and_keep_writers_away(path: Path) -> None:
    writer = WriteLock(path, patience=0.05)
    with writer.exclusive():
        pass
    with WriteLock(path).shared(), WriteLock(path).shared() as shared:
        with pytest.raises(StoreError), writer.exclusive():
            pytest.fail("a writer beside a reader")
        shared.release()
    with writer.exclusive():
        pass


# --- daemon.lock ---


def test_one_daemon_at_a_time(path: Path) -> None:
    with open_store(path) as store, open_store(path, mode="read") as looking:
        assert store.daemon_lock and looking.daemon_lock
        assert not looking.daemon_lock.held_by_other()
        with store.daemon_lock:
            assert not store.daemon_lock.held_by_other()
            assert looking.daemon_lock.held_by_other()
            with pytest.raises(
                DaemonRunning, match=rf"another watcher \(process {os.getpid()}\) runs on {path.parent}"
            ):
                DaemonLock(path).acquire()
            write(store)
        assert not looking.daemon_lock.held_by_other()
        with DaemonLock(path):
            assert store.daemon_lock.held_by_other()


def test_the_lock_of_a_killed_daemon_is_free(path: Path) -> None:
    program = (
        "import sys, signal; from pathlib import Path; from watcher.store.database.locks import DaemonLock\n"
        "DaemonLock(Path(sys.argv[1])).acquire(); print('held', flush=True); signal.pause()"
    )
    command = [sys.executable, "-c", program, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=_environment()) as daemon:
        assert daemon.stdout and daemon.stdout.readline() == b"held\n"
        with pytest.raises(DaemonRunning, match=f"process {daemon.pid}"):
            DaemonLock(path).acquire()
        daemon.kill()
    with DaemonLock(path) as lock:
        assert lock.is_held


def _environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(Path(watcher.__file__).parents[1]), "PYTHONDONTWRITEBYTECODE": "1"}


# --- readers of SQLite ---


def test_a_reader_at_rest_changes_no_file(path: Path) -> None:
    with open_store(path) as store:
        write(store)
    before = {file.name: file.stat().st_mtime_ns for file in path.parent.iterdir()}
    with open_store(path, mode="read") as store:
        assert count(store) == 1
    assert {file.name: file.stat().st_mtime_ns for file in path.parent.iterdir()} == before


def test_a_reader_beside_a_writer_sees_what_is_committed(path: Path) -> None:
    with open_store(path) as writer, open_store(path, mode="read") as reader:
        for n in range(3):
            write(writer, f"Kites {n}")
            assert count(reader) == n + 1
        with reader.reading() as tx:
            write(writer, "during a reading")
            assert tx.papers.count() == 3
    with open_store(path, mode="read") as reader:
        assert count(reader) == 4


def test_a_reader_sees_what_a_killed_writer_left_in_the_log(path: Path) -> None:
    program = (
        "import os, signal, sys; from watcher.store import open_store\n"
        "store = open_store(sys.argv[1])\n"
        "with store.transaction() as tx: tx.subscriptions.raise_generation()\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", program, str(path)], env=_environment(), check=False)
    assert Path(f"{path}-wal").stat().st_size
    with open_store(path, mode="read") as store, store.reading() as tx:
        assert tx.subscriptions.generation() == 1


def _as_other_user(path: Path, mode: Mode, group: int) -> str:
    """What user nobody with this group gets: the number of papers, or an error."""

    def found() -> str:
        os.setgroups([])
        os.setgid(group)
        os.setuid(NOBODY)
        return _count_or_error(path, mode)

    return said_by_child(found)


def _count_or_error(path: Path, mode: Mode) -> str:
    try:
        with open_store(path, mode=mode) as store:
            return str(count(store))
    except BaseException as error:
        return f"{type(error).__name__}: {error}"


@pytest.fixture
def shared_folder(sqlite_template: Path) -> Iterator[Path]:
    """A state folder that a group may read, and others not; not below pytest's, which is closed to others."""
    folder = Path(tempfile.mkdtemp(prefix="watcher-group-"))
    shutil.copy(sqlite_template, folder)
    path = folder / "watcher.db"
    umask = os.umask(0o027)
    try:
        with open_store(path) as store:
            write(store)
        folder.chmod(0o750)
        for file in folder.iterdir():
            file.chmod(0o640)
        yield path
    finally:
        os.umask(umask)
        shutil.rmtree(folder)


@needs_root
def test_a_member_of_the_group_reads_at_rest_and_beside_a_writer(shared_folder: Path) -> None:
    assert _as_other_user(shared_folder, "read", group=0) == "1"
    with open_store(shared_folder) as store:
        write(store, "Mills")
        assert _as_other_user(shared_folder, "read", group=0) == "2"
    assert _as_other_user(shared_folder, "read", group=0) == "2"


@needs_root
def test_who_has_no_rights_is_told_so(shared_folder: Path) -> None:
    folder = shared_folder.parent
    denied = f"{folder} belongs to root: name another place with `database:` or $STATE_DIRECTORY, or let "
    assert _as_other_user(shared_folder, "read", group=NOBODY) == f"StoreError: {denied}nobody read there"
    assert _as_other_user(shared_folder, "write", group=0).startswith(
        f"StoreError: {folder}/write.lock belongs to root"
    )
    new = folder / "deeper" / "watcher.db"
    belongs = f"StoreError: {folder} belongs to root, so that {new.parent} cannot be made: "
    assert _as_other_user(new, "create", group=0).startswith(belongs)
