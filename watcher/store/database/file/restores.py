"""Put a backup in the place of an SQLite database."""

from __future__ import annotations

import os
import shlex
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from itertools import chain, count
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from sqlalchemy import URL

from watcher.errors import StoreError
from watcher.files.made import make_folder, open_file
from watcher.store.database.database import Store, open_store
from watcher.store.database.engine import bare_address
from watcher.store.database.file.copies import LOGS, copy_into, copying_into, logs_beside, require_whole, seal
from watcher.store.database.file.header import header_of
from watcher.store.database.file.marks import APPLICATION, forget_loss, read_mark, sync_folder, write_mark
from watcher.store.database.locks import WriteLock

T = TypeVar("T")


def restore_command(url: URL, backup: Path) -> str:
    """Return the command that restores a PostgreSQL database from a backup made by :func:`dump_command`."""
    address = shlex.quote(bare_address(url))
    how = "--clean --if-exists --no-owner --single-transaction"
    return f"`pg_restore {how} --dbname={address} {shlex.quote(str(backup))}`"


def put_in_place(database: Path, backup: Path, now: datetime, bring_up: Callable[[Store], T]) -> tuple[T, Path | None]:
    """Put a backup in the place of a database; return the result of ``bring_up``, and where the old database is kept.

    The backup is checked and copied, the copy is migrated and handed to ``bring_up``, and only then takes the place.
    The old database is kept beside it; its path is None if there was none. The caller must hold ``daemon.lock``.

    Raises ``StoreError`` if the backup is not watcher's, is damaged, or is of a newer release. Nothing has changed
    then.
    """
    stand_in = database.with_name(f".{database.name}.restoring")
    if stand_in.exists() and backup.exists() and stand_in.samefile(backup):
        raise StoreError(f"{backup} was left by a restore that was cut off, and may be a part: name the backup itself")
    try:
        make_folder(database.parent)
        _copy_to_stand_in(backup, stand_in)
        with copying_into(database.parent), _opened_stand_in(stand_in, backup) as store:
            made = bring_up(store)
            store.settle()
        _require_settled(stand_in)
        return made, _take_place(database, stand_in, now)
    except OSError as error:
        raise StoreError(f"no database can be restored in {database.parent}: {error.strerror}") from error
    finally:
        _remove(stand_in)


def _copy_to_stand_in(backup: Path, stand_in: Path) -> None:
    _remove(stand_in)
    _require_ours(backup)
    os.close(open_file(stand_in, os.O_RDWR | os.O_CREAT | os.O_EXCL))
    if _has(backup, "-journal"):
        _copy_with_journal(backup, stand_in)
    else:
        with opened_backup(backup) as source:
            copy_into(source, stand_in)
    seal(stand_in)


def _copy_with_journal(backup: Path, stand_in: Path) -> None:
    """Copy a backup with its journal, and roll the journal back.

    Such a backup was made by hand, by copying a database in the middle of a transaction.
    """
    journal = Path(f"{stand_in}-journal")
    os.close(open_file(journal, os.O_RDWR | os.O_CREAT | os.O_EXCL))
    shutil.copyfile(backup, stand_in)
    shutil.copyfile(f"{backup}-journal", journal)
    with closing(sqlite3.connect(stand_in)) as raw:
        require_whole(raw, backup)


def _has(database: Path, end: str) -> bool:
    log = Path(f"{database}{end}")
    return log.exists() and log.stat().st_size > 0


def _opened_stand_in(stand_in: Path, backup: Path) -> Store:
    """Open and migrate the copy. Errors about it name the backup."""
    with closing(sqlite3.connect(stand_in)) as raw:
        if raw.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,):
            raise StoreError(f"{backup} holds no tables, and so is no backup")
    try:
        return open_store(stand_in)
    except StoreError as error:
        raise type(error)(str(error).replace(str(stand_in), str(backup))) from error


def _require_settled(stand_in: Path) -> None:
    """Raise ``StoreError`` unless everything written last is in the file itself: the file alone takes the place."""
    if any(_has(stand_in, end) for end in ("-wal", "-journal")):
        raise StoreError(f"{stand_in.parent} cannot hold a copy of the database: its log could not be written back")


def _remove(stand_in: Path) -> None:
    for end in ("", *LOGS, ".mark"):
        Path(f"{stand_in}{end}").unlink(missing_ok=True)


def _take_place(database: Path, stand_in: Path, now: datetime) -> Path | None:
    """Rename the closed copy to the database; return the path of the old database, None if there was none.

    If the process ends in between, no database is there, and every command says so.
    """
    mark = read_mark(stand_in)
    assert mark is not None, "an opened database has a mark"
    kept = _free(Path(f"{database}.before-{now:%Y%m%dT%H%M%S}"))
    with WriteLock(database).exclusive():
        is_kept = database.exists()
        _move_with_logs(database, kept)
        write_mark(database, mark)
        stand_in.rename(database)
        forget_loss(database, is_replaced=True)
        sync_folder(database.parent)
    return kept if is_kept else None


def _move_with_logs(database: Path, kept: Path) -> None:
    """Rename a database and the files that SQLite keeps beside it.

    If the file system can, all get their new names before the first old name is removed, so that the database is never
    without its logs.
    """
    moved = [database] if database.exists() else []
    moved += logs_beside(database)
    for one in moved:
        new = Path(f"{kept}{one.name.removeprefix(database.name)}")
        try:
            new.hardlink_to(one)
        except OSError:
            one.rename(new)
    for one in moved:
        one.unlink(missing_ok=True)


def _free(path: Path) -> Path:
    """Return ``path``; if it or a log of it exists, the first of ``path-2``, ``path-3`` … that is free."""
    names = chain([path], (Path(f"{path}-{n}") for n in count(2)))
    return next(name for name in names if not name.exists() and not logs_beside(name))


@contextmanager
def opened_backup(path: Path) -> Iterator[sqlite3.Connection]:
    """Check a file that was given as a backup, and open it only to read.

    Raises ``StoreError`` if it is not a database of watcher's, or is damaged.
    """
    _require_ours(path)
    # A copy of a database that was in use may have its log beside it.
    mode = "ro" if _has(path, "-wal") else "ro&immutable=1"
    with closing(sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode={mode}", uri=True)) as raw:
        require_whole(raw, path)
        yield raw


def _require_ours(path: Path) -> None:
    """Raise ``StoreError`` unless a file is a database of watcher's."""
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
