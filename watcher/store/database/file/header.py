"""Read the header of an SQLite file directly; SQLite may show an older one from its page cache."""

from __future__ import annotations

import fcntl
import os
import struct
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import ClassVar

_MAGIC, _HEADER = b"SQLite format 3\0", 100

_SHARED_LOCK = 0x40000002, 510
"""The bytes that SQLite's connections lock while they use the file (os_unix.c): the first byte, and how many."""

_STAMP_AT, _APPLICATION_AT, _PAGES_AT, _PAGE_SIZE_AT = 60, 68, 28, 16


@dataclass(frozen=True, slots=True)
class Header:
    """What the first bytes of an SQLite file say.

    ``stamp``: the random number that watcher has put there.
    ``application``: number of the program that owns the file.
    ``size``: bytes that the file should have, 0 if it does not say.
    """

    stamp: int
    application: int
    size: int


def header_of(path: Path) -> Header | None:
    """Return the header of a file, None if the file is no SQLite database. Raises ``OSError``."""
    held = HeldFile(path)
    try:
        return held.header()
    finally:
        held.release()


class HeldFile:
    """An SQLite file that is read directly, while SQLite has it open, too.

    SQLite uses POSIX locks. A process loses its locks on a file when it closes any descriptor of that file. So the file
    is closed only when no object in this process holds it any more.
    """

    _guard = Lock()
    _open: ClassVar[dict[tuple[int, int], tuple[int, int]]] = {}
    """(device, inode) → (descriptor, number of objects that hold it)."""

    def __init__(self, path: Path, *, writing: bool = False) -> None:
        with self._guard:
            seen = path.stat()
            self.key = seen.st_dev, seen.st_ino
            descriptor, users = self._open.get(self.key, (-1, 0))
            if not users:
                # An overlay file system has another file for who only reads.
                is_writable = writing and os.access(path, os.W_OK)
                flags = (os.O_RDWR if is_writable else os.O_RDONLY) | os.O_CLOEXEC | os.O_NONBLOCK
                descriptor = os.open(path, flags)
                opened = os.fstat(descriptor)
                self.key = opened.st_dev, opened.st_ino
            self._open[self.key] = descriptor, users + 1

    def header(self) -> Header | None:
        """Return the file's header, None if the file is no SQLite database."""
        raw = os.pread(self._open[self.key][0], _HEADER, 0)
        if len(raw) < _HEADER or not raw.startswith(_MAGIC):
            return None
        stamp, application, pages = (
            struct.unpack_from(">I", raw, at)[0] for at in (_STAMP_AT, _APPLICATION_AT, _PAGES_AT)
        )
        (page_size,) = struct.unpack_from(">H", raw, _PAGE_SIZE_AT)
        return Header(stamp, application, pages * (65536 if page_size == 1 else page_size))

    def keep_in_use(self) -> None:
        """Make SQLite believe, until this process ends, that another process uses the file.

        SQLite's last connection would write the write-ahead log back into the file; so no connection is the last.
        """
        lock = struct.pack("hhqqi0q", fcntl.F_RDLCK, os.SEEK_SET, *_SHARED_LOCK, 0)
        with self._guard, suppress(OSError):  # not every file system has such locks
            descriptor, users = self._open[self.key]
            self._open[self.key] = descriptor, users + 1
            fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, lock)

    def release(self) -> None:
        """Close the file, unless other objects hold it."""
        with self._guard:
            descriptor, users = self._open[self.key]
            if users > 1:
                self._open[self.key] = descriptor, users - 1
            else:
                del self._open[self.key]
                os.close(descriptor)
