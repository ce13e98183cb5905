"""Copy SQLite databases as a whole, and check the copies."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from watcher.errors import DatabaseDamaged, StoreError
from watcher.store.database.file.marks import APPLICATION, new_stamp

LOGS = ("-journal", "-wal", "-shm")
"""Endings of the names of the files that SQLite keeps beside a database, in the order in which they may be removed.

SQLite takes a file of such a name beside a database for the database's own, and writes it in when it opens that.
"""

_OF_THE_TARGET = ("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_READONLY")
_PAPERS = "SELECT count(*) FROM paper WHERE merged_into IS NULL"


def logs_beside(database: Path) -> list[Path]:
    """Return the paths of the journals and logs that exist beside a database."""
    return [one for end in LOGS if (one := Path(f"{database}{end}")).exists()]


PAGES_AT_ONCE = 1_000
"""Pages of a database that are copied before it is said how far the copy is."""

PagesCopied = Callable[[int, int], object]
"""Is called with how many pages are copied, and of how many."""


def copy_into(source: sqlite3.Connection, new: Path, copied: PagesCopied | None = None) -> None:
    """Copy the whole database that ``source`` reads into the file ``new``. Raises ``StoreError`` if that fails.

    ``source``: within a transaction that reads, so that what others write meanwhile begins the copy anew for nobody.
    """

    def count(status: int, remaining: int, total: int) -> None:
        if copied is not None:
            copied(total - remaining, total)

    with copying_into(new.parent), closing(sqlite3.connect(new)) as target:
        source.backup(target, pages=PAGES_AT_ONCE if copied else -1, progress=count)


@contextmanager
def copying_into(folder: Path) -> Iterator[None]:
    """Raise an error about writing a copy as ``StoreError`` that names the folder: the disk is full or fails."""
    try:
        yield
    except (sqlite3.Error, StoreError) as error:
        if (what := _of_the_target(error)) is None:
            raise
        raise StoreError(f"{folder} cannot hold a copy of the database: {what}") from error


def _of_the_target(error: BaseException) -> BaseException | None:
    """Return SQLite's error that a file cannot be written, from ``error`` or its causes; None if there is none."""
    found: BaseException | None = error
    while found is not None:
        raised = getattr(found, "orig", None) or found
        if str(getattr(raised, "sqlite_errorname", "")).startswith(_OF_THE_TARGET):
            return raised
        found = found.__cause__
    return None


def seal(new: Path, *, counting: bool = False) -> tuple[int, int]:
    """Make the copy at ``new`` a single file with a stamp of its own, check it, and write it to the disk.

    Return its stamp and its number of papers; that is 0 unless ``counting``. Raises ``StoreError``.
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
    """Raise ``DatabaseDamaged`` if SQLite finds the database damaged."""
    try:
        found = [str(row[0]).partition("\n")[0] for row in raw.execute("PRAGMA integrity_check(3)")]
    except sqlite3.OperationalError as error:
        raise StoreError(f"{path} cannot be read: {error}") from error
    except sqlite3.DatabaseError as error:
        found = [str(error)]
    if found != ["ok"]:
        raise DatabaseDamaged(f"{path} is damaged: {'; '.join(found)}")


def require_sealed(path: Path, stamp: int) -> None:
    """Raise ``StoreError`` unless the database that SQLite reads at ``path`` is the copy that was sealed with
    ``stamp``.
    """
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True)) as raw:
            found = raw.execute("PRAGMA user_version").fetchone()[0]
    except sqlite3.Error as error:
        raise StoreError(f"{path} cannot be read after it was written: {error}") from error
    if found != stamp:
        raise StoreError(f"{path} is not what was written: something else writes there; name another file")
