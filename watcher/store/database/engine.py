"""Read database addresses, make engines for them, and explain database errors to people."""

from __future__ import annotations

import os
import re
import sqlite3
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, NullPool, QueuePool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from watcher.errors import DatabaseAway, DatabaseDamaged, StoreError
from watcher.files.made import of_database, why_denied

BUSY_TIMEOUT = 30
"""Seconds to wait for a lock of SQLite's own. ``write.lock`` makes such waits rare."""

_EXAMPLES = "write a path, or postgresql+psycopg://user@host/name"


@dataclass(frozen=True, slots=True)
class DatabaseAddress:
    """Where a database is. ``str()`` of it is for people and shows no password.

    ``path``: the file, None for PostgreSQL.
    """

    url: URL
    path: Path | None = None

    def __str__(self) -> str:
        # The part after ? may contain the password, too.
        return str(self.path) if self.path else self.url.set(query={}).render_as_string(hide_password=True)


def database_address(database: str | Path | None, state_dir: Path | None = None) -> DatabaseAddress:
    """Return the address that a path or URL means. Raises ``StoreError``.

    ``database``: the path or URL, as the config has it; None for ``watcher.db``.
    ``state_dir``: where relative paths begin.
    """
    if isinstance(database, str) and "://" not in database and (problem := _problem_of_path(database)):
        raise StoreError(f"database: {problem}")
    if database is None or isinstance(database, Path) or "://" not in database:
        return _file(Path(database or "watcher.db"), state_dir)
    try:
        url = make_url(database)
        backend = url.get_backend_name()
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise StoreError(f"database: this is no address of a database; {_EXAMPLES}") from error
    if backend == "sqlite":
        if not url.database or url.database == ":memory:" or url.query:
            raise StoreError(f"database: an SQLite database needs a path and nothing else; {_EXAMPLES}")
        return _file(Path(url.database), state_dir)
    if backend not in ("postgresql", "postgres"):
        shown = backend if re.fullmatch(r"[a-z]{2,15}", backend) else "this"  # it may be a secret
        raise StoreError(f"database: {shown} is not supported; {_EXAMPLES}")
    if not _has_driver(url):
        raise StoreError(f"database: there is no such driver of PostgreSQL; {_EXAMPLES}")
    # The bare name means psycopg 2 to some SQLAlchemy releases and psycopg 3 to others.
    return DatabaseAddress(url.set(drivername="postgresql+psycopg"))


def _has_driver(url: URL) -> bool:
    """Return whether SQLAlchemy knows the driver that a URL names behind a +; true if it names none."""
    _, plus, driver = url.drivername.partition("+")
    try:
        return not plus or url.set(drivername=f"postgresql+{driver}").get_dialect() is not None
    except NoSuchModuleError:
        return False


_SCHEME = re.compile(r"(?i)(?:sqlite|postgres|postgresql)\d?:(?!//)")
_NO_COLON = re.compile(r"(?i)[a-z0-9+]{2,20}//")
_LIBPQ = re.compile(r"(?i)(?:host|dbname|user|port)\s{0,9}=")
_SYSTEMS = frozenset({"postgres", "postgresql", "psql", "sqlite", "sqlite3", "mysql", "mariadb", "mongodb", "memory"})
_OTHER_FILES = (".yaml", ".yml", ".json", ".toml", ".ini", ".env", ".txt")


def _problem_of_path(text: str) -> str | None:
    """Return why a text is no path though it would be taken for one, None if it may be a path."""
    if text == ":memory:":
        return f"a database in memory forgets what was told; {_EXAMPLES}"
    if _SCHEME.match(text):
        return f"two slashes follow the colon; {_EXAMPLES}"
    if _NO_COLON.match(text):
        return f"a colon stands before the two slashes; {_EXAMPLES}"
    if 0 <= text.find(":") < text.rfind("@"):
        return f"this is neither a path nor an address; {_EXAMPLES}"
    if text.lower() in _SYSTEMS:
        return f"this would be a file of that name; {_EXAMPLES}"
    if text.lower().startswith("file:"):
        return "a path stands alone; write it without file:"
    if _LIBPQ.match(text):
        return f"this is the form of libpq; {_EXAMPLES}"
    if text.startswith("$"):
        return "a shell's variables are not read here; write the path, ~ for the home, or ${NAME}"
    if text.endswith("/"):
        return "this is a folder; write the path of a file in it, such as papers.db"
    if text.lower().endswith(_OTHER_FILES):
        return "a file so called holds no database; write papers.db"
    return None


def bare_address(url: URL) -> str:
    """Return a server's address as its own programs take it, without password and settings that may be secret."""
    shown = {key: value for key, value in url.query.items() if key in ("host", "port", "sslmode")}
    bare = URL.create("postgresql", url.username, None, url.host, url.port, url.database, shown)
    return bare.render_as_string(hide_password=False)


def database_problem(database: str) -> str | None:
    """Return why a path or URL cannot be that of a database, None if it can. Nothing is opened."""
    try:
        database_address(database)
    except StoreError as error:
        return str(error).removeprefix("database: ")
    return None


def _file(path: Path, state_dir: Path | None) -> DatabaseAddress:
    path = (state_dir or Path()) / os.path.expanduser(path)
    return DatabaseAddress(URL.create("sqlite", database=str(path)), path)


OpenMode = Literal["write", "readonly", "immutable"]


def sqlite_engine(path: Path, access: OpenMode) -> Engine:
    """Return an engine on a file.

    Its transactions begin with the statements of :func:`begin_with`, ``DURABLE`` unless others are given; the way in
    which pysqlite begins them by itself loses updates.

    ``access``: ``immutable`` is for a file to which nobody writes; SQLite then takes no locks.
    """
    mode = {"write": "rw", "readonly": "ro", "immutable": "ro&immutable=1"}[access]
    address = f"file:{quote(str(path.absolute()))}?mode={mode}"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            address, uri=True, timeout=BUSY_TIMEOUT, isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(DURABLE[0])
        return connection

    if access == "write":
        # Last in, first out: the next transaction mostly finds a connection that already has its durability setting.
        pooled = {"poolclass": QueuePool, "pool_size": 8, "pool_use_lifo": True}
        engine = create_engine("sqlite://", creator=connect, hide_parameters=True, **pooled)
    else:
        # A pooled reader would keep files open that a writer replaces.
        engine = create_engine("sqlite://", creator=connect, hide_parameters=True, poolclass=NullPool)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def begin_with(engine: Engine, *statements: str) -> Engine:
    """Return the engine, with other statements that begin its SQLite transactions: settings, then BEGIN."""
    return engine.execution_options(watcher_begin=statements)


def close_all(engine: Engine) -> None:
    """Close the engine's connections: idle ones now, those in use when their thread returns them."""
    event.listen(engine.pool, "checkin", _close_returned)
    engine.dispose()


def _close_returned(raw: Any, record: Any) -> None:
    if raw is not None:
        record.invalidate()


DURABLE = ("PRAGMA synchronous = FULL", "BEGIN IMMEDIATE")
"""Begins a transaction that survives a power cut. With ``synchronous = NORMAL`` committed rows may be lost."""

RELAXED = ("PRAGMA synchronous = NORMAL", "BEGIN IMMEDIATE")
"""Begins a transaction that survives the end of the process; a power cut may undo it until the next durable one."""


def _begin_sqlite(connection: Connection) -> None:
    *settings, begin = connection.get_execution_options().get("watcher_begin", DURABLE)
    if settings and connection.info.get("watcher_settings") != settings:
        for statement in settings:
            connection.exec_driver_sql(statement)
        connection.info["watcher_settings"] = settings
    connection.exec_driver_sql(begin)


CONNECT = 10
"""Seconds to wait for a server to answer a new connection."""

ABANDONED = timedelta(seconds=60)
"""How long a transaction may be idle before the server ends it. Its process hangs, and others wait for its rows."""

_WIRE: dict[str, Any] = {
    "connect_timeout": CONNECT,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
    "application_name": "watcher",
}
"""Connection settings with which a vanished server is noticed within half a minute. Settings in the URL come first."""


def postgres_engine(url: URL) -> Engine:
    """Return an engine on a PostgreSQL server. Connections that broke while they were idle are replaced."""
    wire = {name: value for name, value in _WIRE.items() if name not in url.query}
    try:
        pooled = {"pool_pre_ping": True, "pool_size": 8, "max_overflow": 8}
        engine = create_engine(url, connect_args=wire, hide_parameters=True, **pooled)
    except ImportError as error:
        raise StoreError("PostgreSQL needs a driver: pip install 'psycopg[binary]'") from error
    event.listen(engine, "connect", _bound_transactions)
    event.listen(engine, "checkout", _as_the_server_wants)
    return engine


def _as_the_server_wants(raw: Any, record: Any, proxy: Any) -> None:
    """Let the server say whether a transaction may write. A reader leaves its connection asking for the right to."""
    if raw.read_only is not None:
        raw.read_only = None


def _bound_transactions(raw: Any, _: Any) -> None:
    milliseconds = int(ABANDONED.total_seconds() * 1000)
    with raw.cursor() as cursor:
        cursor.execute(f"SET idle_in_transaction_session_timeout = {milliseconds}")
    raw.commit()


def explained(error: DBAPIError | sqlite3.Error, place: DatabaseAddress) -> StoreError | None:
    """Return a database error in words with what to do, None if it is a mistake of the program itself.

    ``error``: what SQLAlchemy or SQLite raised.
    ``place``: the database, as messages name it.
    """
    raised: Any = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(raised, sqlite3.Error):
        what = _by_prefix(_SQLITE, getattr(raised, "sqlite_errorname", "") or "")
    else:
        what = _by_prefix(_POSTGRES, getattr(raised, "sqlstate", "") or "")
        # Without a connection there is no SQLSTATE.
        if what is None and getattr(raised, "sqlstate", None) is None and type(raised).__name__ == "OperationalError":
            what = next((means for said, means in _AT_THE_DOOR.items() if said in str(raised)), _UNREACHED)
        if what is None and "invalid connection option" in str(raised):
            what = "has an option after ? that PostgreSQL does not know"
    if what is None:
        return None
    if place.path and what in _DENIED and (why := _why_denied(place.path, writing=what is _DENIED[0])):
        return StoreError(why)
    reason = _without_secrets(str(raised).strip().partition("\n")[0], place.url)
    kind = DatabaseDamaged if what in _UNUSABLE else DatabaseAway if _is_away(what, raised) else StoreError
    return kind(f"the database {place} {what} ({reason})")


def _why_denied(path: Path, *, writing: bool) -> str:
    found = (why_denied(one, writing=writing) for one in of_database(path))
    return next((why for why in found if why), "")


def _without_secrets(reason: str, url: URL) -> str:
    """Return a driver's message without the password, and without what follows ``?`` in the address."""
    values = [one for value in url.query.values() for one in ([value] if isinstance(value, str) else value)]
    keys = [key for key in url.query if not re.fullmatch(r"[a-z_]{1,24}", key)]
    for secret in sorted((str(url.password or ""), *keys, *values), key=len, reverse=True):
        reason = reason.replace(secret, "***") if len(secret) > 2 else reason
    return reason


def _is_away(what: str, raised: Any) -> bool:
    """Return whether the server did not answer, or is starting, stopping or full; False if it refused.

    ``what``: the message of the error.
    """
    return what in (_AWAY, *_AT_THE_DOOR.values()) or (what is _UNREACHED and "FATAL:" not in str(raised))


def _by_prefix(meanings: dict[str, str], code: str) -> str | None:
    return next((meaning for prefix, meaning in meanings.items() if prefix and code.startswith(prefix)), None)


_DAMAGED = "is left as it is; move it away, or put a backup in its place with `watcher restore FILE`"

_UNUSABLE = (
    f"is no SQLite database and {_DAMAGED}",
    f"is damaged and {_DAMAGED}",
    "lacks a table that it had: put a backup in its place with `watcher restore FILE`",
)

_DENIED = (
    "cannot be written: give this user the right to write to it and to its folder",
    "cannot be opened: give this user the right to read it and its folder",
)

_SQLITE = {
    "SQLITE_FULL": "cannot grow: the disk is full; free some space, nothing that was stored is lost",
    "SQLITE_IOERR": "cannot be read or written: look at the disk and at the system's log",
    "SQLITE_READONLY": _DENIED[0],
    "SQLITE_CANTOPEN": _DENIED[1],
    "SQLITE_PERM": _DENIED[1],
    "SQLITE_AUTH": _DENIED[1],
    "SQLITE_NOTADB": _UNUSABLE[0],
    "SQLITE_CORRUPT": _UNUSABLE[1],
    "SQLITE_BUSY": "is held by another program for too long; see who uses it",
    "SQLITE_LOCKED": "is held by another program for too long; see who uses it",
}

_AWAY = "was interrupted by the server; try again"

_UNREACHED = "cannot be reached: see that the server runs, and that address, name, user and password are right"

_CROWDED = "has no room for another connection: end some, or raise max_connections, or the limit of this user"

_AT_THE_DOOR = {
    "too many": _CROWDED,
    "remaining connection slots": _CROWDED,
    "is starting up": "is not ready: its server starts; try again",
    "in recovery mode": "is not ready: its server mends itself; look at the server's log",
    "is shutting down": _AWAY,
}
"""What a refused connection means, by the server's words: it has no SQLSTATE then."""

_POSTGRES = {
    "08": _UNREACHED,
    "3F000": "has no schema for this user: name one, as in ?options=-csearch_path%3DNAME, and grant CREATE on it",
    "25006": "is read-only: name the primary server, not a replica",
    "42P01": _UNUSABLE[2],
    "42501": "gives this user too few rights; let it own the database, or grant CREATE and USAGE on the schema",
    "53100": "cannot grow: the server's disk is full; free some space, nothing that was stored is lost",
    "53200": "is out of memory; look at what else its server does",
    "53400": "has a limit that was reached: raise it for this user, or free some space",
    "53": _CROWDED,
    "25P03": "ended a transaction that had said nothing for a minute: this process was held up; try again",
    "25P04": "gives a transaction too little time: raise transaction_timeout for this user",
    "55P03": "has a row or table locked by another program: see who uses it, or raise lock_timeout for this user",
    "55": "cannot do this now; look at the server's log",
    "57014": "broke a statement off: see who cancels it, or raise statement_timeout for this user",
    "57": _AWAY,
    "58": "cannot be read or written; look at the server's log",
    "40": "was changed by another watcher at the same time; try again",
    "XX": "is damaged or the server has a defect; look at the server's log",
}
