"""Back up an SQLite database while it is in use."""

from __future__ import annotations

import os
import shlex
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL

from watcher.errors import StoreError
from watcher.store.database.database import Store
from watcher.store.database.engine import DatabaseAddress, bare_address, database_address
from watcher.store.database.file.copies import LOGS, PagesCopied, copy_into, logs_beside, require_sealed, seal
from watcher.store.database.file.marks import require_there, sync_folder
from watcher.store.database.migrate import missing, revision_of

OWNERS_ALONE = 0o600


@dataclass(frozen=True, slots=True)
class Copy:
    """A backup that was made.

    ``size``: in bytes.
    ``revision``: of its tables.
    ``papers``: number of papers in it.
    """

    size: int
    revision: str
    papers: int


def back_up(
    database: str | Path | None,
    state_dir: Path | None,
    to: Path,
    *,
    force: bool = False,
    copied: PagesCopied | None = None,
) -> Copy:
    """Copy the database, as it is at one instant, to the file ``to``, and check the copy.

    The copy is written to a file beside ``to``, which is then renamed. Tables of an older release are copied as they
    are. The copy has a stamp of its own, so that it is never taken for the database.

    ``database`` and ``state_dir``: the database's path or URL, and the folder in which a relative path begins.
    ``force``: replace an existing file, and the logs beside it.
    ``copied``: hears how far the copy is. All pages are copied before it is checked.

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
            revision = _copy_checked(place, new, copied)
            stamp, papers = seal(new, counting=True)
            size = new.stat().st_size
            # What lies beside the file that is replaced would be written into the new one.
            for log in logs_beside(to):
                log.unlink()
            new.replace(to)
            sync_folder(to.parent)
            require_sealed(to, stamp)
    except OSError as error:
        raise StoreError(f"{to} cannot be written: {error.strerror}") from error
    return Copy(size, revision, papers)


def dump_command(url: URL, to: Path) -> str:
    """Return the command that backs up a PostgreSQL database to ``to``.

    It holds no password: it asks for one, or finds it in ~/.pgpass.
    """
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
    for log in logs_beside(to):
        if log.is_dir():
            raise StoreError(f"{log} is a folder where a log would be: name another file")
        if not force:
            raise StoreError(f"{log} is there, of another database: name another file, or add --force to remove it")


@contextmanager
def _new_file(to: Path) -> Iterator[Path]:
    """Make an empty file beside ``to`` that only its owner can read; remove it at the end if it is still there."""
    new = to.with_name(f"{to.name}.{os.getpid()}.new")
    new.unlink(missing_ok=True)
    os.close(os.open(new, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, OWNERS_ALONE))
    try:
        yield new
    finally:
        for end in ("", *LOGS):
            Path(f"{new}{end}").unlink(missing_ok=True)


def _copy_checked(place: DatabaseAddress, new: Path, copied: PagesCopied | None) -> str:
    """Copy the database into ``new``; return the revision of its tables."""
    with Store(place, "read") as store, store.reading() as tx:
        revision = revision_of(tx.connection, place)
        if revision is None:
            raise missing(place)
        raw = tx.connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        copy_into(raw, new, copied)
    return revision
