"""Hold the two lock files beside an SQLite database, with flock(2).

``write.lock``: held by every writing transaction, and by readers that cannot use the write-ahead log
``daemon.lock``: held by the one process that sends

A lock ends with its process; the files are never removed. A process that writes and does not send sets the modification
time of ``write.lock``. From that the sending process sees that it has to look for work.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import RLock

from watcher.errors import DaemonRunning, StoreError
from watcher.files.made import open_file, why_denied

PATIENCE = 60.0
"""Seconds to wait for another process's transaction. One that takes longer is assumed to hang."""

_FIRST_WAIT, _LONGEST_WAIT = 0.001, 0.05


class WriteLock:
    """Lets one writer work at a time, of all threads and processes. Readers without a write-ahead log share it.

    ``database``: path of the SQLite file. ``patience``: seconds to wait for other writers.
    """

    def __init__(self, database: Path, patience: float = PATIENCE) -> None:
        self.path = database.parent / "write.lock"
        self._patience = patience
        self._thread = RLock()
        self._is_held = False

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold the lock alone.

        Raises ``RuntimeError`` if this thread has it already, ``StoreError`` if it is not free within ``patience``
        seconds.
        """
        if not self._thread.acquire(timeout=self._patience):
            raise StoreError(
                f"other work of this process has kept {self.path} for {self._patience:.0f} s: "
                "see who uses the database, and whether its disk answers"
            )
        try:
            if self._is_held:
                raise RuntimeError("a transaction is already open in this thread")
            descriptor = _open(self.path, os.O_RDWR | os.O_CREAT)
            self._is_held = True
            try:
                self._wait(descriptor, fcntl.LOCK_EX)
                yield
            finally:
                self._is_held = False
                os.close(descriptor)
        finally:
            self._thread.release()

    @contextmanager
    def shared(self) -> Iterator[Shared]:
        """Keep writers out while reading. Nothing is held if there is no lock file: nobody has written yet."""
        try:
            descriptor = _open(self.path, os.O_RDONLY)
        except FileNotFoundError:
            yield Shared(None)
            return
        shared = Shared(descriptor)
        try:
            self._wait(descriptor, fcntl.LOCK_SH)
            yield shared
        finally:
            shared.release()

    def announce(self) -> None:
        """Tell the sending process that this process has written."""
        with suppress(OSError):
            os.utime(self.path)

    def announced(self) -> int:
        """Return when :meth:`announce` was last called (ns, by the file system's clock), 0 for never."""
        try:
            return self.path.stat().st_mtime_ns
        except OSError:
            return 0

    def _wait(self, descriptor: int, operation: int) -> None:
        """Take the lock, asking ever less often until ``patience`` is over: flock(2) has no timeout."""
        until, wait = time.monotonic() + self._patience, _FIRST_WAIT
        while not _try(descriptor, operation):
            if time.monotonic() >= until:
                raise StoreError(
                    f"another watcher has been writing for {self._patience:.0f} s (it holds {self.path}): "
                    "see what it does, or stop it"
                )
            time.sleep(wait)
            wait = min(wait * 2, _LONGEST_WAIT)


class Shared:
    """A shared lock that can be released before its block ends.

    ``descriptor``: of the locked file, None for no lock.
    """

    def __init__(self, descriptor: int | None) -> None:
        self._descriptor = descriptor

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


class DaemonLock:
    """The lock of the only process to send from an SQLite database. Its file holds the process id."""

    def __init__(self, database: Path) -> None:
        self.path = database.parent / "daemon.lock"
        self._descriptor: int | None = None

    @property
    def is_held(self) -> bool:
        """Whether this object holds the lock."""
        return self._descriptor is not None

    def acquire(self) -> None:
        """Take the lock, until :meth:`release` or the end of the process.

        Raises ``DaemonRunning`` if something else holds it.
        """
        if self.is_held:
            return
        descriptor = _open(self.path, os.O_RDWR | os.O_CREAT)
        # A process that only checks (held_by_other) holds it for an instant.
        for wait in (0.01, 0.05, 0.1, 0.0):
            if _try(descriptor, fcntl.LOCK_EX):
                break
            time.sleep(wait)
        else:
            pid = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip()
            os.close(descriptor)
            who = f"watcher (process {pid})" if pid else "watcher"
            raise DaemonRunning(
                f"another {who} runs on {self.path.parent}: stop it first, or give this one a database of its own"
            )
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode("ascii"), 0)
        self._descriptor = descriptor

    def release(self) -> None:
        if self._descriptor is not None:
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = None

    def held_by_other(self) -> bool:
        """Return whether something else holds the lock now, in this process or another one."""
        if self.is_held:
            return False
        try:
            descriptor = _open(self.path, os.O_RDONLY)
        except FileNotFoundError:
            return False
        try:
            return not _try(descriptor, fcntl.LOCK_SH)
        finally:
            os.close(descriptor)

    def is_held_by_any(self) -> bool:
        """Return whether anything holds the lock now, this object included."""
        return self.is_held or self.held_by_other()

    def __enter__(self) -> DaemonLock:
        self.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def _open(path: Path, flags: int) -> int:
    """Open a lock file.

    Raises ``FileNotFoundError`` if it is to be read and does not exist, ``StoreError`` if it cannot be used.
    """
    try:
        descriptor = open_file(path, flags)
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            return descriptor
        os.close(descriptor)
        raise StoreError(f"{path} is no regular file (a pipe or a device): remove it")
    except FileNotFoundError:
        raise
    except PermissionError as error:
        why = why_denied(path, writing=bool(flags & os.O_RDWR))
        hint = f"run as the user that owns {path.parent}"
        raise StoreError(why or f"{path} cannot be opened: permission denied; {hint}") from error
    except OSError as error:
        raise StoreError(f"{path} cannot be opened: {error.strerror}") from error


def _try(descriptor: int, operation: int) -> bool:
    try:
        fcntl.flock(descriptor, operation | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
            return False
        raise StoreError(f"this file system does not lock files: {error.strerror}") from error
    return True
