"""What a PostgreSQL server refuses while a daemon works: said in words, blamed on no source, told once when it is over.

A trigger of the server itself refuses what is stored, with the code that the server has for each fault.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date

import psycopg
import pytest
from sqlalchemy import make_url

from tests.integration.test_pipeline import World
from watcher.errors import DatabaseAway, StoreError
from watcher.model import Endpoint
from watcher.pipeline.subscriptions.apply import apply_config
from watcher.store import Store, open_store

AS_IF = """
CREATE TABLE fault (code text, tables text);
CREATE FUNCTION refuse() RETURNS trigger AS $$
DECLARE refused text;
BEGIN
    SELECT code INTO refused FROM fault WHERE tables = TG_TABLE_NAME;
    IF refused IS NOT NULL THEN RAISE EXCEPTION 'as if' USING ERRCODE = refused; END IF;
    RETURN NEW;
END $$ LANGUAGE plpgsql;
CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON poll FOR EACH ROW EXECUTE FUNCTION refuse();
CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON alert FOR EACH ROW EXECUTE FUNCTION refuse();
"""

FAULTS = {
    "53100": "the server's disk is full",
    "53200": "is out of memory",
    "53300": "no room for another connection",
    "53400": "has a limit that was reached",
    "55P03": "locked by another program",
    "55006": "cannot do this now",
    "57014": "raise statement_timeout",
    "57P01": "was interrupted by the server",
    "25006": "is read-only: name the primary server",
    "25P03": "this process was held up",
    "25P04": "raise transaction_timeout",
    "40001": "was changed by another watcher",
    "40P01": "was changed by another watcher",
    "42501": "gives this user too few rights",
    "58030": "look at the server's log",
    "XX001": "is damaged or the server has a defect",
}


@pytest.fixture
def store(postgres_database: str) -> Iterator[Store]:
    with open_store(postgres_database, mode="create") as store:
        execute(postgres_database, AS_IF)
        yield store


def execute(address: str, statement: str) -> None:
    url = make_url(address)
    with psycopg.connect(dbname=url.database, user=url.username, host=str(url.query["host"]), autocommit=True) as one:
        one.execute(statement.encode())


@contextmanager
def refusing(store: Store, code: str, table: str) -> Iterator[None]:
    address = store.place.url.render_as_string(hide_password=False)
    execute(address, f"INSERT INTO fault VALUES ('{code}', '{table}')")
    yield
    execute(address, "DELETE FROM fault")


def test_whatever_the_server_refuses_is_said_and_nothing_is_lost_or_told_twice(store: Store) -> None:
    world = World(store)
    apply_config(world.context)
    for table, step, codes in (("poll", world.look, ["53100", "55P03"]), ("alert", world.tell, FAULTS)):
        for code in codes:
            with refusing(store, code, table), pytest.raises(StoreError, match=FAULTS[code]) as said:
                step()
            assert "as if" in str(said.value) and "\n" not in str(said.value) and "INSERT" not in str(said.value)
        step()
    with store.reading() as tx:
        assert not tx.incidents.all_open(), "no source and no receiver is to blame"
    assert world.told() == 12


def test_a_server_without_a_free_connection_is_one_that_may_have_one_later(postgres_database: str) -> None:
    open_store(postgres_database, mode="create").close()
    with suppress(psycopg.errors.DuplicateObject):  # roles are the server's, not the database's
        execute(postgres_database, "CREATE ROLE crowded LOGIN SUPERUSER")
    execute(postgres_database, "ALTER ROLE crowded NOSUPERUSER CONNECTION LIMIT 0")
    with pytest.raises(DatabaseAway, match="has no room for another connection: end some") as said:
        open_store(postgres_database.replace("postgres@", "crowded@"))
    assert "too many connections" in str(said.value)


@pytest.mark.parametrize(
    ("setting", "words"),
    [("lock_timeout", "locked by another program"), ("statement_timeout", "raise statement_timeout")],
)
def test_a_table_that_another_program_keeps(postgres_database: str, setting: str, words: str) -> None:
    open_store(postgres_database, mode="create").close()
    address = f"{postgres_database}&options=-c%20{setting}%3D50ms"
    with open_store(address) as store:
        world = World(store)
        apply_config(world.context)
        url = make_url(postgres_database)
        with psycopg.connect(dbname=url.database, user=url.username, host=str(url.query["host"])) as other:
            other.execute("LOCK TABLE poll IN ACCESS EXCLUSIVE MODE")
            with pytest.raises(StoreError, match=words):
                world.look()
        assert world.look() == "new" and world.tell() == 1 and world.told() == 12


def test_what_a_server_wants_only_read_is_only_read_also_after_a_reader(postgres_database: str) -> None:
    name = make_url(postgres_database).database
    with open_store(postgres_database, mode="create") as store:
        execute(postgres_database, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        end = "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE datname = current_database() AND "
        execute(postgres_database, end + "pid <> pg_backend_pid()")
        for readers in range(4):  # each of the kept connections is read by once before it is written by
            for _ in range(readers):
                with store.reading() as tx:
                    assert list(tx.papers.all(date(2026, 1, 1))) == []
            with pytest.raises(StoreError, match="is read-only"), store.transaction() as tx:
                tx.endpoints.add([Endpoint("me")])
