"""Real databases: an SQLite file for each test, and one private PostgreSQL server for the session."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.examples import is_short
from tests.postgres import Server, serving_postgres
from watcher.store import Store, open_store

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


@dataclass(frozen=True, slots=True)
class Database:
    """A database for a program that is run: its address, and the line of the config that names it."""

    address: str
    line: str


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    """A database without tables: once where the state folder has it without being told, once on the server."""
    if request.param == "sqlite":
        return Database(str(tmp_path / "state" / "watcher.db"), "")
    url: str = request.getfixturevalue("postgres_database")
    return Database(url, f"database: '{url}'\n")


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
