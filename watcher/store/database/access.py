"""Open connections to a database: an SQLite file to write or only to read, or a PostgreSQL server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import Any, Protocol

from sqlalchemy import URL, Connection, Engine, text

from watcher.errors import StoreError
from watcher.store.database.clock import ServerClock, utc_now
from watcher.store.database.engine import (
    RELAXED,
    DatabaseAddress,
    begin_with,
    close_all,
    postgres_engine,
    sqlite_engine,
)
from watcher.store.database.file.witness import Witness
from watcher.store.database.locks import WriteLock
from watcher.store.database.server import require_sessions
from watcher.store.database.wakes import listen

LOOK_UP = 0.5
"""Seconds between checks whether another process has written to an SQLite file. A check costs some microseconds."""


class Access(Protocol):
    """Opens connections inside transactions. A transaction is committed when its block ends.

    ``durable=False``: the transaction outlasts the end of the process, but on SQLite a power cut may undo it.
    """

    def writing(self, *, durable: bool = True) -> AbstractContextManager[Connection]: ...

    def reading(self) -> AbstractContextManager[Connection]: ...

    def settle(self) -> None: ...

    def purge(self) -> bool: ...

    def now(self) -> datetime: ...

    def hear_clock(self) -> None: ...

    def require_sessions(self, place: DatabaseAddress) -> None: ...

    def announce(self) -> None: ...

    def mark(self, *, anew: bool) -> None: ...

    def listen(self, stopping: Event, heard: Callable[[str], None]) -> None: ...

    def close(self) -> None: ...


def access_to(place: DatabaseAddress, *, write: bool) -> Access:
    """Return what opens connections to the database at ``place``.

    ``write``: True for reading and writing, False for reading alone.
    """
    if place.path is None:
        return ServerAccess(place.url)
    return File(place.path) if write else FileToRead(place.path)


class _OneMachine:
    """SQLite: all processes that use the file run on one machine and share its clock."""

    def now(self) -> datetime:
        return utc_now()

    def hear_clock(self) -> None:
        """Do nothing: this machine's clock is read each time."""

    def require_sessions(self, place: DatabaseAddress) -> None:
        """Do nothing: a file has no sessions."""


class File(_OneMachine):
    """SQLite, for a process that writes."""

    def __init__(self, path: Path) -> None:
        self._lock = WriteLock(path)
        self._engine = sqlite_engine(path, "write")
        self._reader = begin_with(self._engine, "BEGIN")
        self._relaxed = begin_with(self._engine, *RELAXED)
        self._has_log = False
        self._announced = 0
        self._witness = Witness(path)

    @contextmanager
    def writing(self, *, durable: bool = True) -> Iterator[Connection]:
        self._witness.check()  # first of all: the lock would be made anew in a folder that was emptied
        # Hold the lock until after the commit: its checkpoint must end before another process writes.
        with self._lock.exclusive():
            self._witness.check()
            if not self._has_log:
                _pragma(self._engine, "PRAGMA journal_mode = WAL")
                self._has_log = True
                self._announced = self._lock.announced()
            with (self._engine if durable else self._relaxed).begin() as connection:
                yield connection
                self._witness.check()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        self._witness.check()
        with self._reader.begin() as connection:
            yield connection

    def mark(self, *, anew: bool) -> None:
        """Begin to watch the file. Set a new stamp if the file has no mark, or if ``anew``."""
        if not self._witness.begin() or anew:
            with self.writing() as connection:
                self._witness.renew(connection)

    def settle(self) -> None:
        """Write the write-ahead log back into the file, except what readers still need."""
        with self._lock.exclusive():
            _pragma(self._engine, "PRAGMA wal_checkpoint(TRUNCATE)")

    def purge(self) -> bool:
        """Write the file anew without deleted data; return whether the write-ahead log is empty afterwards."""
        with self._lock.exclusive():
            _pragma(self._engine, "VACUUM")
            return not _pragma(self._engine, "PRAGMA wal_checkpoint(TRUNCATE)")

    def announce(self) -> None:
        """Tell a running sender, in whichever process, that there are new rows."""
        self._lock.announce()

    def listen(self, stopping: Event, heard: Callable[[str], None]) -> None:
        """Call ``heard`` with "" whenever another process has written, until ``stopping`` is set.

        What was written before this process first wrote does not count.
        """
        while not stopping.wait(LOOK_UP):
            if (last := self._lock.announced()) != self._announced:
                self._announced = last
                heard("")

    def close(self) -> None:
        """Close all connections.

        If another process holds the write lock, they are closed without it, and that process keeps the write-ahead log.
        """
        with suppress(StoreError, OSError), self._lock.exclusive():
            # The last connection writes the log back into the file.
            self._engine.dispose()
            self._witness.settle()
        self._engine.dispose()
        self._witness.close()


class FileToRead(_OneMachine):
    """SQLite, for a process that only reads.

    A write-ahead log exists while a writer runs, or after one was killed; it is read, too. After a clean stop there is
    none, and a reader without write permission cannot make one. The file is then read without it, and writers have to
    wait until reading is done.
    """

    def __init__(self, path: Path) -> None:
        self._lock = WriteLock(path)
        self._log = Path(f"{path}-wal")
        self._at_rest = begin_with(sqlite_engine(path, "immutable"), "BEGIN")
        self._in_use = begin_with(sqlite_engine(path, "readonly"), "BEGIN")

    def writing(self, *, durable: bool = True) -> AbstractContextManager[Connection]:
        raise RuntimeError("the database was opened for reading")

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with ExitStack() as stack:
            shared = stack.enter_context(self._lock.shared())
            in_use = self._log.exists()
            connection = stack.enter_context((self._in_use if in_use else self._at_rest).begin())
            connection.execute(text("SELECT 1 FROM sqlite_master LIMIT 1"))
            if in_use:
                # After this first statement SQLite itself keeps the snapshot that we read.
                shared.release()
            yield connection

    def settle(self) -> None:
        raise RuntimeError("the database was opened for reading")

    def purge(self) -> bool:
        raise RuntimeError("the database was opened for reading")

    def announce(self) -> None:
        raise RuntimeError("the database was opened for reading")

    def mark(self, *, anew: bool) -> None:
        raise RuntimeError("the database was opened for reading")

    def listen(self, stopping: Event, heard: Callable[[str], None]) -> None:
        raise RuntimeError("the database was opened for reading")

    def close(self) -> None:
        self._at_rest.dispose()
        self._in_use.dispose()


class ServerAccess:
    """Opens connections to a PostgreSQL database."""

    def __init__(self, url: URL) -> None:
        self._engine = postgres_engine(url)
        self._reader = self._engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self._clock = ServerClock()

    def writing(self, *, durable: bool = True) -> AbstractContextManager[Connection]:
        return self._engine.begin()

    def reading(self) -> AbstractContextManager[Connection]:
        return self._reader.begin()

    def settle(self) -> None:
        """Do nothing: the server keeps its own log."""

    def purge(self) -> bool:
        """Free the room of deleted data, as far as this user is allowed to."""
        with self._engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM"))
        return True

    def now(self) -> datetime:
        return self._clock()

    def mark(self, *, anew: bool) -> None:
        """Do nothing: there is no file here."""

    def announce(self) -> None:
        """Do nothing: the transaction that makes work notifies other daemons itself."""

    def listen(self, stopping: Event, heard: Callable[[str], None]) -> None:
        listen(self._engine, stopping, heard)

    def require_sessions(self, place: DatabaseAddress) -> None:
        """Raise ``StoreError`` if a pooler stands before the server that keeps no sessions."""
        require_sessions(self._engine, place)

    def hear_clock(self) -> None:
        with self._engine.begin() as connection:
            self._clock.hear(lambda: connection.execute(text("SELECT clock_timestamp()")).scalar_one())

    def close(self) -> None:
        close_all(self._engine)


def _pragma(engine: Engine, what: str) -> Any:
    """Run a statement outside any transaction, which some need; return the first value of its result."""
    raw = engine.raw_connection()
    try:
        row = raw.cursor().execute(what).fetchone()
        return row and row[0]
    finally:
        raw.close()
