"""Copy SQLite databases as a whole, and check what was copied."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from watcher.errors import DatabaseDamaged, StoreError
from watcher.store.database.file.marks import APPLICATION, new_stamp

LOGS = ("-journal", "-wal", "-shm")
"""Ends of the names of what SQLite keeps beside a database, in the order in which it may go: what lies beside a file
under its name counts as the file's own, and is written into it when the file is opened."""

_OF_THE_TARGET = ("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_READONLY")
_PAPERS = "SELECT count(*) FROM paper WHERE merged_into IS NULL"


def logs_beside(database: Path) -> list[Path]:
    """Return the journals and logs beside a database, present or deleted."""
    return [one for end in LOGS if (one := Path(f"{database}{end}")).exists()]


def copy_into(source: sqlite3.Connection, new: Path) -> None:
    """Copy the whole database that ``source`` reads into a file. Raises ``StoreError`` if that cannot be written."""
    with copying_into(new.parent), closing(sqlite3.connect(new)) as target:
        source.backup(target)


@contextmanager
def copying_into(folder: Path) -> Iterator[None]:
    """Say of a copy that cannot be written which folder it is: the disk is full, or does not work."""
    try:
        yield
    except (sqlite3.Error, StoreError) as error:
        if (what := _of_the_target(error)) is None:
            raise
        raise StoreError(f"{folder} cannot hold a copy of the database: {what}") from error


def _of_the_target(error: BaseException) -> BaseException | None:
    """Return SQLite's error by which a file cannot be written, None if it was another one."""
    found: BaseException | None = error
    while found is not None:
        raised = getattr(found, "orig", None) or found
        if str(getattr(raised, "sqlite_errorname", "")).startswith(_OF_THE_TARGET):
            return raised
        found = found.__cause__
    return None


def seal(new: Path, *, counting: bool = False) -> tuple[int, int]:
    """Make a copy one file with a stamp of its own, check it, write it to the disk.

    Return the stamp, and how many papers it holds, 0 if they are not to be counted. Raises ``StoreError``.
    """
    stamp = new_stamp()
    with copying_into(new.parent), closing(sqlite3.connect(new, isolation_level=None)) as raw:
        raw.execute("PRAGMA journal_mode = DELETE")
        raw.execute(f"PRAGMA user_version = {stamp}")
        raw.execute(f"PRAGMA application_id = {APPLICATION}")
        require_whole(raw, new)
        papers = raw.execute(_PAPERS).fetchone()[0] if counting else 0
    descriptor = os.open(new, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return stamp, int(papers)


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


def require_sealed(path: Path, stamp: int) -> None:
    """Raise ``StoreError`` unless SQLite reads under this name the copy that was sealed with ``stamp``."""
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True)) as raw:
            found = raw.execute("PRAGMA user_version").fetchone()[0]
    except sqlite3.Error as error:
        raise StoreError(f"{path} cannot be read after it was written: {error}") from error
    if found != stamp:
        raise StoreError(f"{path} is not what was written: something else writes there; name another file")
