"""Real databases: an SQLite file for each test, and one private PostgreSQL server for the session."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from watcher.store import Store, open_store

_numbers = count(1)


def _binaries() -> Path | None:
    """Where PostgreSQL's server lies: Debian keeps it out of the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    initdb = found[-1] if found else shutil.which("initdb")
    return Path(initdb).parent if initdb else None


class Server:
    """A PostgreSQL cluster in a folder of its own, reached over a socket in it."""

    def __init__(self, binaries: Path, folder: Path, user: str | None) -> None:
        self._binaries, self._folder, self._user = binaries, folder, user

    def start(self) -> None:
        self._run("initdb", "-D", self._folder / "data", "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8")
        options = f"-c listen_addresses='' -k {self._folder} -c fsync=off -c full_page_writes=off"
        log = self._folder / "log"
        self._run("pg_ctl", "start", "-w", "-D", self._folder / "data", "-l", log, "-o", options)

    def stop(self) -> None:
        self._run("pg_ctl", "stop", "-m", "immediate", "-D", self._folder / "data")

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://postgres@/{database}?host={self._folder}"

    def execute(self, statement: str) -> None:
        engine = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)
        engine.dispose()

    def _run(self, program: str, *arguments: object) -> None:
        command = [str(self._binaries / program), *map(str, arguments)]
        # The server refuses to run as root.
        subprocess.run(command, check=True, user=self._user, cwd=self._folder, stdout=subprocess.DEVNULL)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    binaries = _binaries()
    if binaries is None:
        if os.environ.get("WATCHER_REQUIRE_POSTGRES") == "1":
            pytest.fail("PostgreSQL is not installed, and WATCHER_REQUIRE_POSTGRES asks for it")
        pytest.skip("PostgreSQL is not installed")
    folder = Path(tempfile.mkdtemp(prefix="watcher-pg-"))
    user = "postgres" if os.geteuid() == 0 else None
    if user:
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
    server = Server(binaries, folder, user)
    try:
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_template(postgres: Server) -> str:
    """The name of a database with the tables in it, to be copied."""
    postgres.execute("CREATE DATABASE migrated")
    open_store(postgres.url("migrated"), mode="create").close()
    return "migrated"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the tables in it, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "watcher.db"
    open_store(path, mode="create").close()
    return path


@pytest.fixture
def postgres_database(postgres: Server) -> Iterator[str]:
    """The address of a PostgreSQL database without tables."""
    name = f"empty{next(_numbers)}"
    postgres.execute(f"CREATE DATABASE {name}")
    yield postgres.url(name)
    postgres.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without tables: once a path, once a URL."""
    if request.param == "sqlite":
        return str(tmp_path / "watcher.db")
    url: str = request.getfixturevalue("postgres_database")
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def make_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Store]]:
    """Makes new databases with the tables in them; they are gone after the test."""
    is_sqlite = request.param == "sqlite"
    template = request.getfixturevalue("sqlite_template" if is_sqlite else "postgres_template")
    server: Server | None = None if is_sqlite else request.getfixturevalue("postgres")
    made: list[tuple[Store, str]] = []

    def make() -> Store:
        name = f"store{next(_numbers)}"
        if server:
            server.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        else:
            (tmp_path / name).mkdir()
            shutil.copy(template, tmp_path / name)
        store = open_store(server.url(name) if server else tmp_path / name / "watcher.db")
        made.append((store, name))
        return store

    yield make
    for store, name in made:
        store.close()
        if server:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def store(make_store: Callable[[], Store]) -> Store:
    """A new database with the tables in it: once on SQLite, once on PostgreSQL."""
    return make_store()
