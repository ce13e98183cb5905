"""Back up an SQLite database while it is used, and put a backup in its place."""

from __future__ import annotations

import os
import shlex
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, count
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from sqlalchemy import URL, Connection

from watcher.errors import DatabaseDamaged, StoreError
from watcher.files.made import make_folder, open_file
from watcher.store.database.database import Store, open_store
from watcher.store.database.engine import DatabaseAddress, bare_address, database_address
from watcher.store.database.file.header import header_of
from watcher.store.database.file.marks import (
    APPLICATION,
    forget_loss,
    new_stamp,
    read_mark,
    require_there,
    sync_folder,
    write_mark,
)
from watcher.store.database.locks import WriteLock
from watcher.store.database.migrate import missing, revision_of

T = TypeVar("T")

OWNERS_ALONE = 0o600

_PAPERS = "SELECT count(*) FROM paper WHERE merged_into IS NULL"

_OF_THE_TARGET = ("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_READONLY")


@dataclass(frozen=True, slots=True)
class Copy:
    """A backup that was made: its size in bytes, the revision of its tables, how many papers it holds."""

    size: int
    revision: str
    papers: int


def back_up(database: str | Path | None, state_dir: Path | None, to: Path, *, force: bool = False) -> Copy:
    """Copy the database to the file ``to``, as it is at one instant, and check the copy.

    The copy is written beside ``to`` and takes its place as a whole. It holds the tables as they are, also those of an
    older release. Its stamp is its own, so that it does not pass for the database.

    ``force``: replace a file that is there.

    Raises ``StoreError``.
    """
    place = database_address(database, state_dir)
    if place.path is None:
        raise StoreError(f"PostgreSQL is backed up by its own program: {dump_command(place.url, to)}")
    require_there(place.path)
    if not place.path.exists():
        raise missing(place)
    _require_free(place.path, to, force=force)
    try:
        with _new_file(to) as new:
            revision = _copy_checked(place, new)
            papers = _seal(new, counting=True)
            size = new.stat().st_size
            new.replace(to)
            sync_folder(to.parent)
    except OSError as error:
        raise StoreError(f"{to} cannot be written: {error.strerror}") from error
    return Copy(size, revision, papers)


def dump_command(url: URL, to: Path) -> str:
    """Return the command that backs up a PostgreSQL database; it asks for the password, or finds it in ~/.pgpass."""
    return f"`pg_dump --format=custom --file={shlex.quote(str(to))} {shlex.quote(bare_address(url))}`"


def _require_free(database: Path, to: Path, *, force: bool) -> None:
    if to.is_dir():
        raise StoreError(f"{to} is a folder: name a file in it, for instance {to / 'watcher-backup.db'}")
    if not to.parent.is_dir():
        raise StoreError(f"there is no folder {to.parent}: make it first")
    if to.exists() and database.exists() and to.samefile(database):
        raise StoreError(f"{to} is the database itself: name another file")
    if to.exists() and not to.is_file():
        raise StoreError(f"{to} is no ordinary file: name another one")
    if (to.exists() or to.is_symlink()) and not force:
        raise StoreError(f"{to} is there already: name another file, or add --force to replace it")


@contextmanager
def _new_file(to: Path) -> Iterator[Path]:
    """Make an empty file beside ``to``, for its owner alone; remove it if it is still there at the end."""
    new = to.with_name(f"{to.name}.{os.getpid()}.new")
    new.unlink(missing_ok=True)
    os.close(os.open(new, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, OWNERS_ALONE))
    try:
        yield new
    finally:
        for end in ("", "-journal", "-wal", "-shm"):
            Path(f"{new}{end}").unlink(missing_ok=True)


def _copy_checked(place: DatabaseAddress, new: Path) -> str:
    """Copy the database into ``new``; return the revision of its tables."""
    with Store(place, "read") as store, store.reading() as tx:
        revision = revision_of(tx.connection, place)
        if revision is None:
            raise missing(place)
        copy_into(tx.connection, new)
    return revision


def copy_into(source: Connection, new: Path) -> None:
    """Copy the whole database that ``source`` reads into a file. Raises ``StoreError`` if that cannot be written."""
    raw: Any = source.connection.driver_connection
    try:
        with closing(sqlite3.connect(new)) as target:
            raw.backup(target)
    except sqlite3.Error as error:
        if str(getattr(error, "sqlite_errorname", "")).startswith(_OF_THE_TARGET):
            raise StoreError(f"{new.parent} cannot hold a copy of the database: {error}") from error
        raise


def _seal(new: Path, *, counting: bool = False) -> int:
    """Make a copy one file with a stamp of its own, check it, write it to the disk.

    Return how many papers it holds, 0 if they are not to be counted.
    """
    with closing(sqlite3.connect(new, isolation_level=None)) as raw:
        raw.execute("PRAGMA journal_mode = DELETE")
        raw.execute(f"PRAGMA user_version = {new_stamp()}")
        raw.execute(f"PRAGMA application_id = {APPLICATION}")
        require_whole(raw, new)
        papers = raw.execute(_PAPERS).fetchone()[0] if counting else 0
    descriptor = os.open(new, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return int(papers)


def require_whole(raw: sqlite3.Connection, path: Path) -> None:
    """Raise ``DatabaseDamaged`` unless SQLite finds everything in its place."""
    try:
        found = [str(row[0]).partition("\n")[0] for row in raw.execute("PRAGMA integrity_check(3)")]
    except sqlite3.OperationalError as error:
        raise StoreError(f"{path} cannot be read: {error}") from error
    except sqlite3.DatabaseError as error:
        found = [str(error)]
    if found != ["ok"]:
        raise DatabaseDamaged(f"{path} is damaged: {'; '.join(found)}")


# --- a backup that is put in a database's place ---


def restore_command(url: URL, backup: Path) -> str:
    """Return the command that brings a PostgreSQL database back to a backup of :func:`dump_command`."""
    address = shlex.quote(bare_address(url))
    how = "--clean --if-exists --no-owner --single-transaction"
    return f"`pg_restore {how} --dbname={address} {shlex.quote(str(backup))}`"


def put_in_place(database: Path, backup: Path, now: datetime, bring_up: Callable[[Store], T]) -> tuple[T, Path | None]:
    """Put a backup in a database's place; return what ``bring_up`` made of it, and where the old database is kept.

    The backup is checked and copied, the copy migrated and handed to ``bring_up``; only then it takes the database's
    place. The old one is kept beside it; None if there was none. The caller holds ``daemon.lock``.

    Raises ``StoreError`` if the backup is not watcher's, damaged, or of a newer release; nothing has changed then.
    """
    stand_in = Path(f"{database}.restoring")
    try:
        make_folder(database.parent)
        _copy_to_stand_in(backup, stand_in)
        with _opened_stand_in(stand_in, backup) as store:
            made = bring_up(store)
        return made, _take_place(database, stand_in, now)
    except OSError as error:
        raise StoreError(f"no database can be restored in {database.parent}: {error.strerror}") from error
    finally:
        _remove(stand_in)


def _copy_to_stand_in(backup: Path, stand_in: Path) -> None:
    _remove(stand_in)
    with opened_backup(backup) as source:
        os.close(open_file(stand_in, os.O_RDWR | os.O_CREAT | os.O_EXCL))
        with closing(sqlite3.connect(stand_in)) as target:
            source.backup(target)
    _seal(stand_in)


def _opened_stand_in(stand_in: Path, backup: Path) -> Store:
    """Open and migrate the stand-in; what is wrong with it is said of the backup."""
    with closing(sqlite3.connect(stand_in)) as raw:
        if raw.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,):
            raise StoreError(f"{backup} holds no tables, and so is no backup")
    try:
        return open_store(stand_in)
    except StoreError as error:
        raise type(error)(str(error).replace(str(stand_in), str(backup))) from error


def _remove(stand_in: Path) -> None:
    for end in ("", "-wal", "-shm", "-journal", ".mark"):
        Path(f"{stand_in}{end}").unlink(missing_ok=True)


def _take_place(database: Path, stand_in: Path, now: datetime) -> Path | None:
    """Rename the closed stand-in to the database; return the path of the old one.

    A process that ends in between leaves no database there, which every command says.
    """
    mark = read_mark(stand_in)
    assert mark is not None, "an opened database has a mark"
    kept = _free(Path(f"{database}.before-{now:%Y%m%dT%H%M%S}"))
    with WriteLock(database).exclusive():
        moved = [end for end in ("", "-wal", "-shm") if Path(f"{database}{end}").exists()]
        for end in moved:
            Path(f"{database}{end}").rename(f"{kept}{end}")
        write_mark(database, mark)
        stand_in.rename(database)
        forget_loss(database, is_replaced=True)
        sync_folder(database.parent)
    return kept if "" in moved else None


def _free(path: Path) -> Path:
    """Return ``path``, or the first of ``path-2``, ``path-3`` … if it is there already."""
    names = chain([path], (Path(f"{path}-{n}") for n in count(2)))
    return next(name for name in names if not any(Path(f"{name}{end}").exists() for end in ("", "-wal", "-shm")))


@contextmanager
def opened_backup(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a file that was given as a backup, only to read, after it was checked.

    Raises ``StoreError`` if it is no database of watcher's, or damaged.
    """
    if not path.exists():
        raise StoreError(f"there is no file {path}")
    try:
        header = header_of(path) if path.is_file() else None
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}") from error
    if header is None:
        raise StoreError(f"{path} is no SQLite database, and so no backup of one")
    if header.application not in (0, APPLICATION):
        raise StoreError(f"{path} is a database of another program")
    # A copy of a database that was in use may have its log beside it.
    log = Path(f"{path}-wal")
    mode = "ro" if log.exists() and log.stat().st_size else "ro&immutable=1"
    with closing(sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode={mode}", uri=True)) as raw:
        require_whole(raw, path)
        yield raw
