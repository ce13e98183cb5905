"""A private PostgreSQL server for tests, from the distribution's package."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine


def _binaries() -> Path | None:
    """Where PostgreSQL's server lies: Debian keeps it out of the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    initdb = found[-1] if found else shutil.which("initdb")
    return Path(initdb).parent if initdb else None


SETTINGS = (
    *("fsync=off", "synchronous_commit=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0"),
    *("autovacuum=off", "bgwriter_lru_maxpages=0", "checkpoint_timeout=1d", "max_wal_size=4GB", "jit=off"),
    *("track_counts=off", "update_process_title=off", "listen_addresses="),
)
"""A server that lasts for a run need not outlive a power cut, nor tidy up behind itself."""


class Server:
    """A PostgreSQL cluster in a folder of its own, reached over a socket in it."""

    def __init__(self, binaries: Path, folder: Path, user: str | None) -> None:
        self._binaries, self.folder, self._user = binaries, folder, user

    @property
    def socket(self) -> Path:
        """Where it listens; there is no other way in."""
        return self.folder / ".s.PGSQL.5432"

    def init(self) -> None:
        self._run("initdb", "-D", self.folder / "data", "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8")

    def start(self) -> None:
        options = " ".join(("-k", str(self.folder), *(f"-c {one}" for one in SETTINGS)))
        log = self.folder / "log"
        self._run("pg_ctl", "start", "-w", "-D", self.folder / "data", "-l", log, "-o", options)

    def stop(self, mode: str = "immediate") -> None:
        self._run("pg_ctl", "stop", "-m", mode, "-D", self.folder / "data")

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    def execute(self, statement: str, database: str = "postgres") -> None:
        engine = create_engine(self.url(database), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)
        engine.dispose()

    def _run(self, program: str, *arguments: object) -> None:
        command = [str(self._binaries / program), *map(str, arguments)]
        # The server refuses to run as root.
        subprocess.run(command, check=True, user=self._user, cwd=self.folder, stdout=subprocess.DEVNULL)


@contextmanager
def serving_postgres() -> Iterator[Server]:
    """A server for as long as the block lasts; the test is skipped, or fails where asked to, if there is none."""
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
        server.init()
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
