"""Open a database for reading or writing, and run transactions on it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import Literal

from sqlalchemy import Connection, text
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from watcher.errors import StoreError
from watcher.files.made import FILE, make_folder, open_file, why_denied
from watcher.store.database.access import access_to
from watcher.store.database.engine import DatabaseAddress, bare_address, database_address, explained
from watcher.store.database.file.marks import (
    BARE,
    accept,
    forget_loss,
    had_tables,
    lost,
    mark_path,
    mark_server,
    place_of_mark,
    read_mark,
    require_there,
)
from watcher.store.database.locks import DaemonLock
from watcher.store.database.migrate import (
    Migrated,
    migrate_database,
    missing,
    require_current,
    require_known,
    revision_of,
)
from watcher.store.database.server import require_fit
from watcher.store.database.wakes import wake_others
from watcher.store.deliveries.contents import Contents
from watcher.store.deliveries.deliveries import Deliveries
from watcher.store.deliveries.empty_digests import Blanks
from watcher.store.deliveries.endpoints import Endpoints
from watcher.store.deliveries.incidents import Incidents
from watcher.store.deliveries.kept import KeptPapers
from watcher.store.deliveries.outbox import Outbox
from watcher.store.deliveries.queue import Queue
from watcher.store.fleet.daemons import Daemons
from watcher.store.fleet.leases import Leases
from watcher.store.history.browsing import Browsing
from watcher.store.history.history import History
from watcher.store.history.measures import Measures
from watcher.store.history.retention import Retention
from watcher.store.history.set_back import SetBack
from watcher.store.papers.marks import PaperMarks
from watcher.store.papers.matches import Matches
from watcher.store.papers.papers import Papers
from watcher.store.papers.stored_words import StoredWords
from watcher.store.people.people import People
from watcher.store.sources.cited import CitedWorks
from watcher.store.sources.missing import MissingDays
from watcher.store.sources.pages import Pages
from watcher.store.sources.sites import Sites
from watcher.store.subscriptions.libraries import Libraries
from watcher.store.subscriptions.mutes import Mutes
from watcher.store.subscriptions.never import NeverLists
from watcher.store.subscriptions.pauses import Silence
from watcher.store.subscriptions.subscriptions import Subscriptions
from watcher.store.subscriptions.thumbs import Thumbs
from watcher.store.subscriptions.unsubscribed import Unsubscribed

Mode = Literal["read", "write", "create"]

_MIGRATION_LOCK = 0x77617463
"""PostgreSQL advisory lock ("watc"), so that one process migrates while the others wait."""


class Transaction:
    """A transaction. Its statements are grouped by the tables that they are about."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.papers = Papers(connection)
        self.words = StoredWords(connection)
        self.pages = Pages(connection)
        self.cited = CitedWorks(connection)
        self.missing = MissingDays(connection)
        self.subscriptions = Subscriptions(connection)
        self.libraries = Libraries(connection)
        self.matches = Matches(connection)
        self.outbox = Outbox(connection)
        self.blanks = Blanks(connection)
        self.queue = Queue(connection)
        self.contents = Contents(connection)
        self.deliveries = Deliveries(connection)
        self.history = History(connection)
        self.browsing = Browsing(connection)
        self.measures = Measures(connection)
        self.silence = Silence(connection)
        self.mutes = Mutes(connection)
        self.unsubscribed = Unsubscribed(connection)
        self.never = NeverLists(connection)
        self.thumbs = Thumbs(connection)
        self.marks = PaperMarks(connection)
        self.kept = KeptPapers(connection)
        self.endpoints = Endpoints(connection)
        self.incidents = Incidents(connection)
        self.sites = Sites(connection)
        self.retention = Retention(connection)
        self.set_back = SetBack(connection)
        self.leases = Leases(connection)
        self.daemons = Daemons(connection)
        self.people = People(connection)


class Store:
    """An open database. Any thread may open transactions, one at a time.

    ``migrated``: the revisions before and after opening, None if it was opened for reading.
    ``daemon_lock``: on SQLite the lock of the one process that sends, None on PostgreSQL.
    ``is_shared``: several processes may send at the same time (PostgreSQL).
    ``marked_at``: the path beside which the database's mark is, None for a server without a state folder.
    """

    def __init__(self, place: DatabaseAddress, mode: Mode, state_dir: Path | None = None) -> None:
        self.place = place
        self.marked_at = place_of_mark(place.path, state_dir)
        self.migrated: Migrated | None = None
        self.daemon_lock = DaemonLock(place.path) if place.path else None
        self.is_shared = place.path is None
        self._mode = mode
        self._access = access_to(place, write=mode != "read")

    @contextmanager
    def transaction(self, *, durable: bool = True) -> Iterator[Transaction]:
        """Open a transaction to read and write: everything is stored when the block ends, nothing if it raises.

        On SQLite all other writers, in every process, have to wait until it ends. Raises ``StoreError`` if the database
        fails.

        ``durable=False``: on SQLite the transaction takes half the time. It outlasts the end of the process, but a
            power cut may undo it.
        """
        if self._mode == "read":
            raise RuntimeError("the database was opened for reading")
        with self._explaining(), self._access.writing(durable=durable) as connection:
            yield Transaction(connection)
        if self.daemon_lock and not self.daemon_lock.is_held:
            self._access.announce()

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """Open a transaction to read. It sees the database as it is at one instant, whatever others write."""
        with self._explaining(), self._access.reading() as connection:
            yield Transaction(connection)

    def settle(self) -> None:
        """Write SQLite's write-ahead log back, so that the database file holds everything."""
        with self._explaining():
            self._access.settle()

    def purge(self) -> bool:
        """Remove deleted data from the database's file for good; return whether that was possible.

        On SQLite the file is written anew, which needs as much free room as it takes. A server still has the data in
        its log.
        """
        with self._explaining():
            return self._access.purge()

    def clock(self) -> datetime:
        """Return the time in UTC that all users of this database agree on: the server's; on SQLite, this machine's."""
        return self._access.now()

    def listen(self, stopping: Event, heard: Callable[[str], None]) -> None:
        """Call ``heard`` whenever another process has made work, until ``stopping`` is set.

        ``heard``: is given the id of that daemon, or "" if it is not known.
        """
        with self._explaining():
            self._access.listen(stopping, heard)

    def wake_others(self, sender: str) -> None:
        """Tell the other daemons that there is work. Does nothing on SQLite.

        ``sender``: id of the daemon that wakes them, "" for a command.
        """
        if self.is_shared:
            with self.transaction() as tx:
                wake_others(tx.connection, sender)

    def require_known(self) -> None:
        """Raise ``DatabaseNewer`` if a newer release has migrated the tables since the database was opened."""
        with self.reading() as tx:
            require_known(tx.connection, self.place)

    def hear_clock(self) -> None:
        """Read the server's clock. Raises ``StoreError`` if the server does not answer."""
        with self._explaining():
            self._access.hear_clock()

    def close(self) -> None:
        with self._explaining():
            self._access.close()
        if self.daemon_lock:
            self.daemon_lock.release()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def prepare(self) -> None:
        """Migrate the tables to this release; if opened for reading, only check that they are current."""
        with self._explaining():
            self._access.require_sessions(self.place)
        if self._mode == "read":
            with self._explaining(), self._access.reading() as connection:
                require_fit(connection, self.place, write=False)
                self._require_tables(connection)
                require_current(connection, self.place)
            self.hear_clock()
            return
        with self._explaining(), self._access.writing() as connection:
            self.migrated = self._migrate(connection)
        self.mark(anew=self._mode == "create")
        self.hear_clock()

    def mark(self, *, anew: bool = True) -> None:
        """Note the present database file in its mark, so that its loss is noticed.

        ``anew``: also set a new stamp, so that copies made before count as older.
        """
        with self._explaining():
            self._access.mark(anew=anew)
        if self.marked_at:
            forget_loss(self.marked_at)
            if self.place.path is None:
                mark_server(self.marked_at, bare_address(self.place.url))

    def _migrate(self, connection: Connection) -> Migrated:
        require_fit(connection, self.place, write=True)
        if self.place.path is None:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
        if not self._require_tables(connection) and self._mode == "write":
            raise missing(self.place)
        return migrate_database(connection, self.place)

    def _require_tables(self, connection: Connection) -> bool:
        """Return whether the database has tables. Raises ``DatabaseLost`` if it had some before and has none now."""
        if revision_of(connection, self.place) is not None:
            return True
        at = self.marked_at
        if at and (read_mark(at) if self.place.path else had_tables(at, bare_address(self.place.url))):
            raise lost(self.place, BARE)
        return False

    @contextmanager
    def _explaining(self) -> Iterator[None]:
        try:
            yield
        except PoolTimeout as error:
            raise StoreError(f"the database {self.place} keeps all connections busy; see what it waits for") from error
        except (DBAPIError, sqlite3.Error) as error:
            understood = explained(error, self.place)
            if understood is None:
                raise
            raise understood from error


def open_store(
    database: str | Path | None, *, mode: Mode = "write", state_dir: Path | None = None, accepted: bool = False
) -> Store:
    """Open the database at a path or URL.

    ``database``: None for ``watcher.db`` in ``state_dir``. Relative paths begin at ``state_dir``, too.
    ``mode``: ``create`` makes a missing database and migrates an older one; ``write`` migrates only; ``read`` changes
        nothing.
    ``accepted``: take the database that is there, even if it is not the one that was last used. No daemon may run then.

    Raises ``StoreError``, with what to do, if the database is missing, newer, of another program, damaged or not
    writable; ``DatabaseLost`` if it is not the one that was last used.
    """
    place = database_address(database, state_dir)
    if place.path is not None:
        _prepare_file(place.path, create=mode == "create", accepted=accepted)
    elif accepted and (at := place_of_mark(None, state_dir)):
        mark_path(at).unlink(missing_ok=True)
        forget_loss(at, is_replaced=True)
    try:
        store = Store(place, mode, state_dir)
    except ArgumentError:
        # SQLAlchemy's message repeats the part of the address that it cannot read, which may be secret.
        raise StoreError("database: something after ? in its address cannot be read, such as a port") from None
    try:
        store.prepare()
    except BaseException:
        store.close()
        raise
    return store


def _prepare_file(path: Path, *, create: bool, accepted: bool) -> None:
    """Check that the file is there and is watcher's; make it with its folder if ``create``. Raises ``StoreError``."""
    try:
        if accepted and path.parent.is_dir():
            with DaemonLock(path):
                accept(path)
        elif not accepted:
            require_there(path)
        if create:
            make_folder(path.parent)
            _make_file(path)
        elif not path.exists():
            raise missing(path)
    except OSError as error:
        if why := why_denied(path, writing=create):
            raise StoreError(why) from error
        if not create:
            hint = "give this user the right to read it and its folder"
            raise StoreError(f"{path} cannot be opened: {error.strerror}; {hint}") from error
        hint = "name another one with `database:` or $STATE_DIRECTORY, or give this user the right to write there"
        raise StoreError(f"no database can be kept in {path.parent}: {error.strerror}; {hint}") from error
    if path.is_dir():
        raise StoreError(f"{path} is a folder: name a file in it, for instance {path / 'watcher.db'}")
    if not path.is_file():  # SQLite would wait for whoever writes into a pipe
        raise StoreError(f"{path} is no regular file (a pipe, a socket or a device): name another one")


def _make_file(path: Path) -> None:
    """Make an empty file, unless one exists. That is not even opened: closing it would end SQLite's locks on it."""
    try:
        os.close(open_file(path, os.O_RDWR | os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        path.touch(FILE)
