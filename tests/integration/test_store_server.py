"""A PostgreSQL server that cannot be used, and why: one clear line each."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import create_engine, make_url
from sqlalchemy.exc import ProgrammingError

from tests.integration.pooling import pooled
from watcher.errors import DatabaseAway, DatabaseNewer, StoreError
from watcher.store import open_store
from watcher.store.database.database import Mode
from watcher.store.database.server import Facts, unfit


def refusal(address: str, mode: Mode = "create") -> str:
    with pytest.raises(StoreError) as raised:
        open_store(address, mode=mode)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def execute(address: str, *statements: str) -> None:
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


def test_a_server_that_says_no_is_not_waited_for(postgres_database: str) -> None:
    with pytest.raises(StoreError) as refused:
        open_store(postgres_database.replace("postgres@", "stranger@"))
    with pytest.raises(DatabaseAway):
        open_store("postgresql://postgres@127.0.0.1:1/x")
    assert not isinstance(refused.value, DatabaseAway)


def test_a_replica_is_refused(postgres_database: str) -> None:
    open_store(postgres_database, mode="create").close()
    name = make_url(postgres_database).database
    execute(postgres_database, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    assert "is read-only: name the primary server" in refusal(postgres_database)
    open_store(postgres_database, mode="read").close()


def test_too_few_rights_are_named(postgres_database: str) -> None:
    with suppress(ProgrammingError):  # roles are the server's, not the database's
        execute(postgres_database, "CREATE ROLE guest LOGIN")
    guest = postgres_database.replace("postgres@", "guest@")
    assert "gives this user too few rights; let it own the database" in refusal(guest)
    open_store(postgres_database, mode="create").close()
    assert "gives this user too few rights" in refusal(guest, "read")


def test_another_program_s_tables_are_left_alone(postgres_database: str) -> None:
    execute(postgres_database, "CREATE TABLE invoice (id integer)")
    assert "belongs to another program; give watcher one of its own" in refusal(postgres_database)


def test_another_encoding_is_refused(postgres_database: str) -> None:
    execute(postgres_database, "CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    url = make_url(postgres_database).set(database="latin").render_as_string(hide_password=False)
    try:
        assert "is encoded in LATIN1: make one with CREATE DATABASE" in refusal(url)
    finally:
        execute(postgres_database, "DROP DATABASE latin WITH (FORCE)")


def test_a_server_that_is_too_old_is_refused() -> None:
    facts = Facts(version=120_009, shown="12.9", is_readonly=False, encoding="UTF8")
    assert unfit(facts, write=True) == "is on PostgreSQL 12.9: watcher needs 13 or newer"
    assert unfit(replace(facts, version=130_000), write=True) == ""


def test_whoever_the_tables_have_outgrown_is_told(postgres_database: str) -> None:
    with open_store(postgres_database, mode="create") as store:
        store.require_known()
        execute(postgres_database, "UPDATE alembic_version SET version_num = '9999'")
        with pytest.raises(DatabaseNewer, match="was written by a newer watcher"):
            store.require_known()


def test_a_connection_that_a_thread_still_has_is_closed_when_it_comes_back(postgres_database: str) -> None:
    store = open_store(postgres_database, mode="create")
    with store.reading() as tx:
        raw = tx.connection.connection.driver_connection
        store.close()
        assert raw is not None and not raw.closed
    assert raw.closed


@pytest.mark.parametrize("mode", ["create", "read"])
def test_a_pooler_that_keeps_no_sessions_is_refused(postgres_database: str, mode: Mode) -> None:
    open_store(postgres_database, mode="create").close()
    with pooled(postgres_database, keeps_sessions=False) as address:
        said = refusal(address, mode)
    assert "behind a pooler that keeps no sessions: set pool_mode = session" in said


def test_a_pooler_that_keeps_sessions_is_used(postgres_database: str) -> None:
    with (
        pooled(postgres_database, keeps_sessions=True) as address,
        open_store(address, mode="create") as store,
        store.transaction() as tx,
    ):
        assert list(tx.papers.all(date(2026, 1, 1))) == []


def test_a_role_without_a_schema_is_told_to_name_one(postgres_database: str) -> None:
    said = refusal(f"{postgres_database}&options=-csearch_path%3Dnoschema")
    assert "has no schema for this user: name one" in said and "SELECT" not in said
