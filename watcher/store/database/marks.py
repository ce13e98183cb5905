"""Notice that an SQLite database is gone, was emptied, or that another one lies in its place.

Every database has a stamp in the header of its file: a random number, set anew by the processes that open it, and
once an hour by a daemon. A mark, a small file beside the database, says which stamps the header may have. So neither
an older copy of the database nor another one passes for the one that was last used.

The mark is on the disk before the stamp. The write-ahead log brings the stamp into the file's header only later, so
that a mark names three: the header's, the last one and the new one.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import secrets
import stat
import struct
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import ClassVar

from sqlalchemy import Connection, text

from watcher.errors import DatabaseLost, StoreError
from watcher.files.made import open_file

log = logging.getLogger(__name__)

APPLICATION = 0x77746368
"""SQLite's ``application_id`` of our databases ("wtch"); 0 in those that older releases made."""

_MAGIC, _HEADER = b"SQLite format 3\0", 100
_SHARED_LOCK = 0x40000002, 510
"""Where SQLite's connections lock the file while they use it (os_unix.c): first byte, how many."""

_STAMP_AT, _APPLICATION_AT, _PAGES_AT, _PAGE_SIZE_AT = 60, 68, 28, 16

GONE = "is gone, though watcher has used it here before"
EMPTIED = "is empty now, though watcher has used it here before"
BARE = "has no tables any more"
CUT = "was cut short"
FOREIGN = "is no SQLite database any more"
REPLACED = "is not the one that watcher used last, but an older copy or another one"


@dataclass(frozen=True, slots=True)
class FileMark:
    """What is remembered of a database, in the file beside it.

    ``stamps``: those that its header may have; empty if they are not known, so that any will do.
    ``told``: the endpoints of the operator that heard of its loss.
    """

    stamps: tuple[int, ...] = ()
    told: tuple[str, ...] = ()

    def allows(self, stamp: int) -> bool:
        """Return whether the database's header may have this stamp."""
        return not self.stamps or stamp in self.stamps


@dataclass(frozen=True, slots=True)
class Header:
    """What the first bytes of an SQLite file say.

    ``application``: whose file it is.
    ``size``: bytes that the file should have, 0 where it does not say.
    """

    stamp: int
    application: int
    size: int


def mark_path(database: Path) -> Path:
    """Return where the mark of a database is."""
    return Path(f"{database}.mark")


def read_mark(database: Path) -> FileMark | None:
    """Return the mark of a database, None if it has none; a mark that cannot be read allows every stamp."""
    try:
        found = json.loads(mark_path(database).read_bytes())
        return FileMark(tuple(map(int, found["stamps"])), tuple(map(str, found["told"])))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError):
        return FileMark()


def write_mark(database: Path, mark: FileMark, *, durable: bool = True) -> None:
    """Write a mark as a whole, or leave the old one. Raises ``OSError``.

    ``durable=False``: a power cut may bring the old one back.
    """
    path = mark_path(database)
    new = Path(f"{path}.new")
    body = json.dumps({"stamps": mark.stamps, "told": mark.told}).encode()
    descriptor = open_file(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    try:
        os.write(descriptor, body)
        if durable:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
    new.replace(path)
    if durable:
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Let what was made or renamed in a folder outlast a power cut, where its file system can."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def new_stamp() -> int:
    """Return a stamp that no other database has."""
    return secrets.randbelow(2**31 - 1) + 1


def told_of_loss(database: Path) -> frozenset[str]:
    """Return the endpoints of the operator that heard of a database's loss."""
    mark = read_mark(database)
    return frozenset(mark.told) if mark else frozenset()


def note_told(database: Path, endpoints: Collection[str]) -> None:
    """Remember which endpoints heard of a database's loss, so that no restart tells them again."""
    with suppress(OSError):
        write_mark(database, replace(read_mark(database) or FileMark(), told=tuple(sorted(endpoints))))


def lost(database: Path, what: str) -> DatabaseLost:
    """Return the error for a database that is gone or another one, with the ways on."""
    if what == REPLACED:
        ways = (
            "put that one back; `watcher restore --in-place` goes on with this one and takes what was due before now "
            "as known, `watcher migrate --accept` takes it as it is and may tell papers a second time"
        )
    else:
        ways = (
            "put it back, or a backup by `watcher restore FILE`; `watcher migrate --accept` makes a new one, which "
            "tells again what the sources list now"
        )
    return DatabaseLost(f"the database {database} {what}: {ways}")


def require_there(path: Path) -> None:
    """Check a database before it is opened.

    Raises ``DatabaseLost`` if it is gone, empty or another one than was last used at ``path``, ``StoreError`` if it is
    another program's.
    """
    mark = read_mark(path)
    try:
        seen = path.stat()
    except FileNotFoundError:
        seen = None
    if seen is not None and not stat.S_ISREG(seen.st_mode):
        return  # whoever opens it says what it is
    if seen is None or not seen.st_size:
        if mark or _was_here(path):
            raise lost(path, GONE if seen is None else EMPTIED)
        return
    header = header_of(path)
    if header is None:
        if mark:
            raise lost(path, FOREIGN)
        return
    if header.application not in (0, APPLICATION):
        raise StoreError(f"the database {path} belongs to another program; give watcher one of its own")
    if mark and not mark.allows(header.stamp):
        raise lost(path, REPLACED)


def accept(path: Path) -> None:
    """Forget the database that was last used at ``path``, so that what is there now is used, or a new one made.

    Raises ``StoreError`` if a write-ahead log lies there that may be of the other one.
    """
    is_there = path.exists() and path.stat().st_size > 0
    for end in ("-wal", "-shm"):
        beside = Path(f"{path}{end}")
        if not beside.exists():
            continue
        if is_there and end == "-wal" and beside.stat().st_size and (mark := read_mark(path)):
            header = header_of(path)
            if header is not None and not mark.allows(header.stamp):
                raise StoreError(f"{beside} may belong to the database that was here before: move it away first")
        if not is_there:
            beside.rename(f"{path}.lost{end}")
    mark_path(path).unlink(missing_ok=True)


def _was_here(path: Path) -> bool:
    """Return whether an older release, which wrote no marks, has left traces of a database.

    That is: a write-ahead log, or the lock of a daemon, which is made after the database.
    """
    log_file = Path(f"{path}-wal")
    if log_file.exists() and log_file.stat().st_size:
        return True
    return (path.parent / "daemon.lock").exists() and not any(path.parent.glob("*.mark"))


def header_of(path: Path) -> Header | None:
    """Return the header of a file, None if it is no SQLite database. Raises ``OSError``."""
    held = HeldFile(path)
    try:
        return held.header()
    finally:
        held.release()


class HeldFile:
    """A file that is read beside SQLite.

    POSIX locks, which SQLite uses, are lost when their process closes any descriptor of the file. So a file is closed
    only when nobody in this process holds it.
    """

    _guard = Lock()
    _open: ClassVar[dict[tuple[int, int], tuple[int, int]]] = {}
    """(device, inode) → descriptor, how many hold it."""

    def __init__(self, path: Path, *, writing: bool = False) -> None:
        # Opened to be written, since an overlay file system has another file for who only reads.
        flags = (os.O_RDWR if writing else os.O_RDONLY) | os.O_CLOEXEC | os.O_NONBLOCK
        with self._guard:
            seen = path.stat()
            self.key = seen.st_dev, seen.st_ino
            descriptor, users = self._open.get(self.key, (-1, 0))
            if not users:
                descriptor = os.open(path, flags)
                opened = os.fstat(descriptor)
                self.key = opened.st_dev, opened.st_ino
            self._open[self.key] = descriptor, users + 1

    def header(self) -> Header | None:
        """Return what the file's header says, None if it is no SQLite database."""
        raw = os.pread(self._open[self.key][0], _HEADER, 0)
        if len(raw) < _HEADER or not raw.startswith(_MAGIC):
            return None
        stamp, application, pages = (
            struct.unpack_from(">I", raw, at)[0] for at in (_STAMP_AT, _APPLICATION_AT, _PAGES_AT)
        )
        (page_size,) = struct.unpack_from(">H", raw, _PAGE_SIZE_AT)
        return Header(stamp, application, pages * (65536 if page_size == 1 else page_size))

    def keep_in_use(self) -> None:
        """Let the file count as used by another process, until this one ends.

        SQLite's last connection writes the write-ahead log back into the file; then it is not the last.
        """
        lock = struct.pack("hhqqi0q", fcntl.F_RDLCK, os.SEEK_SET, *_SHARED_LOCK, 0)
        with self._guard, suppress(OSError):  # not every file system has such locks
            descriptor, users = self._open[self.key]
            self._open[self.key] = descriptor, users + 1
            fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, lock)

    def release(self) -> None:
        """Close the file, if nobody else holds it."""
        with self._guard:
            descriptor, users = self._open[self.key]
            if users > 1:
                self._open[self.key] = descriptor, users - 1
            else:
                del self._open[self.key]
                os.close(descriptor)


class Witness:
    """Watches that an SQLite file stays the one that was opened, and marks it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: HeldFile | None = HeldFile(path, writing=True)
        self._mark = read_mark(path) or FileMark()
        self._largest = 0
        self._seen: tuple[int, int] | None = None
        self._is_watching = False
        self._spoiled = ""

    def check(self) -> None:
        """Raise ``DatabaseLost`` if the file is gone, empty, shorter or another one than was marked.

        A file that is gone may come back. One that was overwritten is lost for this process: its log would spoil it.
        """
        if self._file is None or not self._is_watching:
            return
        if self._spoiled:
            raise lost(self._path, self._spoiled)
        try:
            seen = self._path.stat()
        except (FileNotFoundError, NotADirectoryError):
            raise lost(self._path, GONE) from None
        if (seen.st_dev, seen.st_ino) != self._file.key:
            raise lost(self._path, REPLACED)
        if not seen.st_size:
            raise self._spoil(self._file, EMPTIED)
        if (seen.st_size, seen.st_mtime_ns) != self._seen:
            self._look_inside(self._file, seen.st_size)
            self._largest = max(self._largest, seen.st_size)
            self._seen = seen.st_size, seen.st_mtime_ns

    def _look_inside(self, file: HeldFile, size: int) -> None:
        for _ in range(3):  # between two readings another process may have set a stamp
            header = file.header()
            if header is None:
                raise self._spoil(file, FOREIGN)
            if self._mark.allows(header.stamp):
                break
            self._mark = read_mark(self._path) or self._mark
        else:
            raise self._spoil(file, REPLACED)
        if size < self._largest and size < header.size:
            raise self._spoil(file, CUT)

    def _spoil(self, file: HeldFile, what: str) -> DatabaseLost:
        file.keep_in_use()
        self._spoiled = what
        return lost(self._path, what)

    def renew(self, connection: Connection) -> None:
        """Set a new stamp, within the transaction of ``connection``; only if the mark of it can be written."""
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
        """Watch from now on; return whether the file has a mark already."""
        self._is_watching = True
        return read_mark(self._path) is not None

    def settle(self) -> None:
        """Let the mark name the newest stamp alone, if the file's header has it; the caller holds the write lock."""
        header, mark = self._file.header() if self._file else None, read_mark(self._path)
        if self._spoiled or header is None or mark is None or len(mark.stamps) < 2 or header.stamp != mark.stamps[-1]:
            return
        with suppress(OSError):
            write_mark(self._path, replace(mark, stamps=(header.stamp,)), durable=False)

    def close(self) -> None:
        """End watching, after all of SQLite's connections were closed."""
        if self._file is not None:
            self._file.release()
            self._file = None
