"""Notice if another SQLite file takes the place of the one that is open."""

from __future__ import annotations

import logging
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Connection, text

from watcher.errors import DatabaseLost
from watcher.store.database.file.header import HeldFile
from watcher.store.database.file.marks import (
    APPLICATION,
    CUT,
    EMPTIED,
    FOREIGN,
    GONE,
    REPLACED,
    FileMark,
    lost,
    mark_path,
    new_stamp,
    read_mark,
    write_mark,
)

log = logging.getLogger(__name__)


class Witness:
    """Notices if another file takes the place of the open one, and keeps the mark of the open one current."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: HeldFile | None = HeldFile(path, writing=True)
        self._mark = read_mark(path) or FileMark()
        self._past: set[int] = set()  # stamps that the header had, and a newer one took their place
        self._largest = 0
        self._seen: tuple[int, int] | None = None
        self._is_watching = False
        self._spoiled = ""

    def check(self) -> None:
        """Raise ``DatabaseLost`` if the file is gone, empty, shorter, or not the one that the mark is about.

        A file that is gone may come back. One that was overwritten is lost to this process, even if it comes back:
        SQLite would write its log into it.
        """
        if self._file is None or not self._is_watching:
            return
        if self._spoiled:
            raise lost(self._path, self._spoiled)
        try:
            seen = self._path.stat()
        except (FileNotFoundError, NotADirectoryError):
            self._leave_mark()
            raise lost(self._path, GONE) from None
        except OSError:
            return  # it may be there: SQLite goes on as far as it can
        if (seen.st_dev, seen.st_ino) != self._file.key:
            raise lost(self._path, REPLACED)
        if not seen.st_size:
            raise self._spoil(self._file, EMPTIED)
        if (seen.st_size, seen.st_mtime_ns) != self._seen:
            self._look_inside(self._file, seen.st_size)
            self._largest = max(self._largest, seen.st_size)
            self._seen = seen.st_size, seen.st_mtime_ns

    def _leave_mark(self) -> None:
        """Write the mark again if somebody emptied the folder, so that no other process makes a new database there."""
        with suppress(OSError):
            if read_mark(self._path) is None:
                write_mark(self._path, self._mark)

    def _look_inside(self, file: HeldFile, size: int) -> None:
        for _ in range(3):  # between two readings another process may have set a stamp
            header = file.header()
            if header is None:
                raise self._spoil(file, FOREIGN)
            if self._mark.allows(header.stamp) and header.stamp not in self._past:
                break
            self._mark = read_mark(self._path) or self._mark
        else:
            raise self._spoil(file, REPLACED)
        if header.stamp in self._mark.stamps[-1:]:
            self._past.update(set(self._mark.stamps) - {header.stamp})
        if size < self._largest and size < header.size:
            raise self._spoil(file, CUT)

    def _spoil(self, file: HeldFile, what: str) -> DatabaseLost:
        file.keep_in_use()
        self._spoiled = what
        return lost(self._path, what)

    def renew(self, connection: Connection) -> None:
        """Set a new stamp in the transaction of ``connection``. Nothing is set if the mark cannot be written."""
        if self._file is None:
            return
        last, new = connection.execute(text("PRAGMA user_version")).scalar_one(), new_stamp()
        header = self._file.header()
        stamps = (header.stamp if header else last, last, new)
        try:
            write_mark(self._path, FileMark(stamps))
        except OSError as error:
            log.warning("%s cannot be written: %s", mark_path(self._path), error.strerror)
            return
        self._mark = FileMark(stamps)
        connection.execute(text(f"PRAGMA application_id = {APPLICATION}"))
        connection.execute(text(f"PRAGMA user_version = {new}"))

    def begin(self) -> bool:
        """Watch from now on; return whether the file has a mark."""
        self._is_watching = True
        return read_mark(self._path) is not None

    def settle(self) -> None:
        """Make the mark name only the newest stamp, if that has reached the file's header.

        The caller must hold the write lock.
        """
        header, mark = self._file.header() if self._file else None, read_mark(self._path)
        if self._spoiled or header is None or mark is None or len(mark.stamps) < 2 or header.stamp != mark.stamps[-1]:
            return
        with suppress(OSError):
            write_mark(self._path, FileMark((header.stamp,)), durable=False)

    def close(self) -> None:
        """Stop watching. Call this after all of SQLite's connections were closed."""
        if self._file is not None:
            self._file.release()
            self._file = None
