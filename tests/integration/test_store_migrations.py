"""The tables: made by the migrations exactly as the schema has them, and of nobody else."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import BindParameter, Boolean, Connection, bindparam, create_engine, inspect, text

from tests.integration.migrating import migrate_to
from tests.remembering import RememberedTables
from watcher.errors import StoreError
from watcher.model import ARTICLE, Entry, OtherForm
from watcher.store import open_store
from watcher.store.database import migrate
from watcher.store.database.database import Mode
from watcher.store.database.migrate import Migrated, revisions, scripts
from watcher.store.database.schema import UtcDateTime, metadata

ALL_MODES: tuple[Mode, ...] = ("read", "write", "create")


def _engine(database: str) -> Any:
    return create_engine(database if "://" in database else f"sqlite:///{database}")


def _execute(database: str, *statements: str) -> None:
    engine = _engine(database)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def _definitions(connection: Connection) -> set[tuple[str, ...]]:
    """Every table, column, constraint and index as the database itself describes it."""
    if connection.dialect.name == "sqlite":
        rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE tbl_name <> 'alembic_version'"))
        # The order of foreign keys within a table differs from run to run.
        return {(row.name, *sorted(re.findall(r"[^\s,()\"]+", row.sql or ""))) for row in rows}
    queries = [
        """SELECT table_name, column_name, data_type, is_nullable, column_default, character_maximum_length
           FROM information_schema.columns WHERE table_schema = 'public'""",
        """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
           FROM pg_constraint WHERE connamespace = 'public'::regnamespace""",
        "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    ]
    found = {tuple(map(str, row)) for query in queries for row in connection.execute(text(query))}
    return {row for row in found if row[0] != "alembic_version"}


@pytest.mark.filterwarnings("ignore:.*expression-based index")
def test_migrations_arrive_at_the_schema(empty_database: str) -> None:
    open_store(empty_database, mode="create").close()
    engine = _engine(empty_database)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []
        migrated = _definitions(connection)
    engine.dispose()
    assert len(migrated) > len(metadata.tables)
    # Alembic compares neither checks nor partial indexes; the databases' own words do.
    if engine.dialect.name == "sqlite":
        fresh = create_engine("sqlite://")
    else:
        _execute(empty_database, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
        fresh = _engine(empty_database)
    with fresh.begin() as connection:
        metadata.create_all(connection)
        assert _definitions(connection) == migrated
    fresh.dispose()


def test_the_shorter_way_of_the_tests_to_tables_ends_where_the_migrations_end(empty_database: str) -> None:
    found = []
    shorter = RememberedTables(migrate._upgrade)
    for _ in range(2):
        if "://" in empty_database:
            _execute(empty_database, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
        engine = _engine(empty_database) if "://" in empty_database else create_engine("sqlite://")
        with engine.begin() as connection:
            shorter(connection)
            version = connection.scalar(text("SELECT version_num FROM alembic_version"))
            found.append((_definitions(connection), version))
        engine.dispose()
    assert found[0] == found[1] and len(found[0][0]) > len(metadata.tables) and found[0][1] == revisions()[-1]


def test_the_names_of_the_scripts_say_their_revisions() -> None:
    config = Config()
    config.set_main_option("script_location", str(scripts()))
    config.set_main_option("path_separator", "os")
    directory = ScriptDirectory.from_config(config)
    assert [script.revision for script in directory.walk_revisions()] == revisions()[::-1]
    assert directory.get_heads() == revisions()[-1:]


def test_create_says_from_and_to(empty_database: str) -> None:
    with open_store(empty_database, mode="create") as store:
        assert store.migrated == Migrated(None, revisions()[-1])
    with open_store(empty_database, mode="write") as store:
        assert store.migrated == Migrated(revisions()[-1], revisions()[-1])
        assert not store.migrated


def test_an_older_database_is_brought_up_to_date(
    empty_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = revisions()[-1]
    open_store(empty_database, mode="create").close()
    _next_release(tmp_path, monkeypatch, "op.add_column('paper', sa.Column('moon', sa.Text()))")
    with pytest.raises(StoreError, match=r"older watcher .* run `watcher migrate`"):
        open_store(empty_database, mode="read")
    with open_store(empty_database, mode="write") as store:
        assert store.migrated == Migrated(before, "9999")
        with store.reading() as tx:
            assert tx.connection.execute(text("SELECT moon FROM paper")).all() == []


def test_what_was_held_before_subscriptions_were_woken_is_due(empty_database: str) -> None:
    filled_at(
        "0008",
        empty_database,
        (
            "INSERT INTO paper (id, key, title, title_folded, abstract, authors, keywords, categories, first_seen) "
            "VALUES (1, 'url:x', 'X', 'x', '', '[]', '[]', '[]', :now)"
        ),
        *(
            "INSERT INTO subscription (id, owner, name, rule, rule_digest, sources, endpoints, settings, next_due, "
            f"paused, created_at) VALUES ({id}, '', 's{id}', 'x', 'd', '[]', '[]', '{{}}', {due}, :off, :now)"
            for id, due in ((1, "NULL"), (2, ":later"), (3, "NULL"))
        ),
        *(
            "INSERT INTO match (subscription_id, paper_id, occasion, fate, reason, strong, places, matched_at) "
            f"VALUES ({id}, 1, 'first', 'held', '', :off, '[]', :now)"
            for id in (1, 2)
        ),
    )
    with open_store(empty_database) as store, store.reading() as tx:
        assert tx.subscriptions.due(datetime(2027, 1, 1, tzinfo=UTC)) == [1]


def test_claims_of_before_stand_until_their_source_makes_them_no_more(empty_database: str) -> None:
    filled_at(
        "0027",
        empty_database,
        (
            "INSERT INTO paper (id, key, title, title_folded, abstract, authors, keywords, categories, first_seen) "
            "VALUES (1, 'arxiv:2603.00001', 'Lanterns', 'lanterns', '', '[]', '[]', '[]', :now)"
        ),
        "INSERT INTO paper_key (key, paper_id) VALUES ('arxiv:2603.00001', 1)",
        "INSERT INTO paper_form VALUES ('doi:10.1/1', 1, 'article', 'arxiv')",
    )
    shown = Entry(title="Lanterns", keys=("arxiv:2603.00001",), names_forms=True)
    with open_store(empty_database) as store:
        with store.reading() as tx:
            assert tx.papers.forms(1) == [(OtherForm("doi:10.1/1", ARTICLE), "arxiv")]
        with store.transaction() as tx:
            tx.papers.record_entries([shown], "arxiv", datetime(2027, 1, 1, tzinfo=UTC))
            assert tx.papers.forms(1) == []


def test_papers_of_days_far_ahead_are_listed_under_the_day_on_which_they_came(empty_database: str) -> None:
    listed = "INSERT INTO listing (id, paper_id, source, day, read_at) VALUES "
    filled_at(
        "0027",
        empty_database,
        (
            "INSERT INTO paper (id, key, title, title_folded, abstract, authors, keywords, categories, first_seen) "
            "VALUES (1, 'url:x', 'X', 'x', '', '[]', '[]', '[]', :now)"
        ),
        f"{listed} (1, 1, 'a', '2999-01-01', :now)",
        f"{listed} (2, 1, 'a', '9999-12-31', :now)",
        f"{listed} (3, 1, 'b', '2026-01-01', :now)",
        "INSERT INTO metric (listing_id, at, upvotes) VALUES (2, :now, 1)",
    )
    with open_store(empty_database) as store, store.reading() as tx:
        (paper,) = tx.papers.get([1])
    seen = paper.first_seen.date()
    assert {(one.source, one.day) for one in paper.listings} == {("a", seen), ("b", date(2026, 1, 1))}


def filled_at(revision: str, database: str, *statements: str) -> None:
    """Make a database as the migrations up to ``revision`` make it, and execute statements in it."""
    if "://" not in database:
        Path(database).touch()
    engine = _engine(database)
    with engine.begin() as connection:
        migrate_to(connection, revision)
        for statement in statements:
            connection.execute(text(statement).bindparams(*_bound(statement)))
    engine.dispose()


def _bound(statement: str) -> list[BindParameter[Any]]:
    values: dict[str, BindParameter[Any]] = {
        "now": bindparam("now", datetime(2026, 1, 1, tzinfo=UTC), UtcDateTime),
        "later": bindparam("later", datetime(2036, 1, 1, tzinfo=UTC), UtcDateTime),
        "off": bindparam("off", False, Boolean),
    }
    return [bound for name, bound in values.items() if f":{name}" in statement]


def test_a_migration_that_fails_leaves_nothing_behind(
    empty_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = revisions()[-1]
    open_store(empty_database, mode="create").close()
    with monkeypatch.context() as patch:
        _next_release(tmp_path, patch, "op.add_column('paper', sa.Column('moon', sa.Text()))\n    raise KeyError('no')")
        with pytest.raises(KeyError):
            open_store(empty_database, mode="write")
    with open_store(empty_database, mode="write") as store, store.reading() as tx:
        assert store.migrated == Migrated(before, before)
        assert "moon" not in {column["name"] for column in inspect(tx.connection).get_columns("paper")}


def test_a_newer_database_is_refused(empty_database: str) -> None:
    open_store(empty_database, mode="create").close()
    _execute(empty_database, "UPDATE alembic_version SET version_num = '7777'")
    for mode in ALL_MODES:
        with pytest.raises(StoreError, match=r"was written by a newer watcher \(revision 7777, .* install that one"):
            open_store(empty_database, mode=mode)


@pytest.mark.parametrize(
    "tables",
    [
        ["CREATE TABLE bookmarks (id INTEGER)"],
        [
            "CREATE TABLE alembic_version (version_num VARCHAR(32))",
            "INSERT INTO alembic_version VALUES ('abc')",
            "CREATE TABLE invoice (id INTEGER)",
        ],
    ],
)
def test_the_database_of_another_program_is_refused(empty_database: str, tables: list[str]) -> None:
    _execute(empty_database, *tables)
    for mode in ALL_MODES:
        with pytest.raises(StoreError, match="belongs to another program"):
            open_store(empty_database, mode=mode)


def test_a_missing_database_is_made_only_where_asked(empty_database: str) -> None:
    for mode in ALL_MODES[:2]:
        with pytest.raises(StoreError, match=r"no database at .*: run `watcher once` first"):
            open_store(empty_database, mode=mode)
    if "://" not in empty_database:
        assert not Path(empty_database).exists()
    open_store(empty_database, mode="create").close()
    open_store(empty_database, mode="read").close()


def _next_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    """Let this release have one more migration."""
    folder = tmp_path / "100% migrations"
    (folder / "versions").mkdir(parents=True)
    for path in [scripts() / "env.py", *(scripts() / "versions").glob("*.py")]:
        (folder / path.relative_to(scripts())).write_text(path.read_text())
    head = (
        f"import sqlalchemy as sa\nfrom alembic import op\n\nrevision = '9999'\ndown_revision = '{revisions()[-1]}'\n"
    )
    (folder / "versions" / "9999_next.py").write_text(f"{head}\n\ndef upgrade():\n    {body}\n")
    monkeypatch.setattr("watcher.store.database.migrate.scripts", lambda: folder)
