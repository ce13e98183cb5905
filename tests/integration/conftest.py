"""Real databases: an SQLite file for each test, and one private PostgreSQL server for the session."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.compiled import compile_once
from tests.examples import is_short
from tests.integration.lending import Lender
from tests.integration.warm import WarmWorkers
from tests.postgres import Server, serving_postgres
from tests.remembering import RememberedTables
from watcher.sandbox.apart import ParseApart
from watcher.store import Store, open_store
from watcher.store.database import migrate

if TYPE_CHECKING:
    from tests.integration.webs import Web

_numbers = count(1)


ON_ONE_DATABASE = (
    *(
        "test_web_",
        "test_cli_",
        "test_display_names",
        "test_config_edits",
        "test_announcements",
        "test_outages",
        "test_lists_after_outages",
    ),
    *("test_odd_pages", "test_mishaps", "test_schedules"),
    *("test_endpoints_apart", "test_incidents", "test_next_telling", "test_never", "test_everything"),
    *(
        "test_telling",
        "test_courtesies",
        "test_edited_settings",
        "test_people",
        "test_source_secrets",
        "test_shared_links",
    ),
    *("test_subscriptions_odd_texts", "test_declared_charsets", "test_reported_repeats", "test_one_paper_many_sources"),
)
"""Files whose tests are of what is read, shown or told when, not of how: a short run tries them on one database."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out of a short run the second database of tests that are not of what is stored."""
    if is_short():
        left_out = {one for one in items if one.path.name.startswith(ON_ONE_DATABASE) and "postgresql" in one.name}
        items[:] = [one for one in items if one not in left_out]
        config.hook.pytest_deselected(items=list(left_out))


REALLY_MIGRATING = ("test_cut_off", "test_store_migr", "test_store_schemas", "test_upgrade")
"""Files whose tests are of the migrations: there each database is really migrated."""

compile_once()
_remembered = RememberedTables(migrate._upgrade)


@pytest.fixture(autouse=True)
def _known_tables(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the tables of new databases in this process as they were made the first time."""
    if not request.path.name.startswith(REALLY_MIGRATING):
        monkeypatch.setattr(migrate, "_upgrade", _remembered)


OWN_WORKERS = ("test_parsing_apart", "test_hostile_pages")
"""Files whose tests are of the processes that read pages: there each is started anew."""


@pytest.fixture(scope="session")
def warm_workers() -> Iterator[WarmWorkers]:
    workers = WarmWorkers()
    yield workers
    workers.close()


@pytest.fixture(autouse=True)
def _warm_workers(request: pytest.FixtureRequest, warm_workers: WarmWorkers, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands and daemons in this process read pages in workers that are running already."""
    if not request.path.name.startswith(OWN_WORKERS):
        monkeypatch.setattr(ParseApart.__init__, "__defaults__", (None, warm_workers.start))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    with serving_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres: Server) -> str:
    """The name of a database with the tables in it, to be copied."""
    postgres.execute("CREATE DATABASE migrated")
    open_store(postgres.url("migrated"), mode="create").close()
    return "migrated"


@pytest.fixture(scope="session")
def lender(postgres: Server, postgres_template: str) -> Iterator[Lender]:
    """Lends databases with the tables in them, and takes them back."""
    lender = Lender(postgres, postgres_template)
    yield lender
    lender.close()


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


@pytest.fixture
def lent_database(lender: Lender) -> Iterator[str]:
    """The address of a PostgreSQL database with the tables in it, and nothing in them."""
    address = lender.borrow()
    yield address
    lender.give_back(address)


@dataclass(frozen=True, slots=True)
class Database:
    """A database for a program that is run: its address, and the line of the config that names it.

    The server's has its tables already; `test_store_migrations.py` and others begin with one that has none.
    """

    address: str
    line: str


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    """A database: once where the state folder has it without being told and nothing is yet, once on the server."""
    if request.param == "sqlite":
        return Database(str(tmp_path / "state" / "watcher.db"), "")
    url: str = request.getfixturevalue("lent_database")
    return Database(url, f"database: '{url}'\n")


@pytest.fixture(params=["sqlite", "postgresql"])
def make_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Store]]:
    """Makes new databases with the tables in them; they are gone after the test."""
    lender: Lender | None = None if request.param == "sqlite" else request.getfixturevalue("lender")
    made: list[tuple[Store, str]] = []

    def make() -> Store:
        if lender:
            address = lender.borrow()
        else:
            folder = tmp_path / f"store{next(_numbers)}"
            folder.mkdir()
            address = str(shutil.copy(request.getfixturevalue("sqlite_template"), folder / "watcher.db"))
        store = open_store(address)
        made.append((store, address))
        return store

    yield make
    for store, address in made:
        store.close()
        if lender:
            lender.give_back(address)


@pytest.fixture
def store(make_store: Callable[[], Store]) -> Store:
    """A new database with the tables in it: once on SQLite, once on PostgreSQL."""
    return make_store()


@pytest.fixture
def make_web(store: Store, tmp_path: Path) -> Iterator[Callable[..., Web]]:
    """Makes web pages over the store; they are closed after the test."""
    from tests.integration.webs import web_over

    made: list[Web] = []

    def make(**more: Any) -> Web:
        made.append(web_over(store, tmp_path, **more))
        return made[-1]

    yield make
    for web in made:
        web.close()


@pytest.fixture
def web(make_web: Callable[..., Web]) -> Web:
    """Web pages that everybody on this machine may read."""
    return make_web()
