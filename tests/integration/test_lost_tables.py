"""A PostgreSQL database that had tables and has none any more: not made anew in silence."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests.e2e.conftest import TODAY, config, hook, site
from tests.e2e.test_daemon import stop, until
from tests.e2e.world import Home, Site, Webhook
from tests.integration.test_store_opening import count, write
from tests.integration.test_store_server import execute
from watcher.errors import DatabaseDamaged, DatabaseLost
from watcher.store import open_store
from watcher.store.database.database import Mode

__all__ = ["hook", "site"]


def drop_tables(address: str) -> None:
    execute(address, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public")


@pytest.mark.parametrize("mode", ["read", "write", "create"])
def test_tables_that_were_there_are_missed(postgres_database: str, tmp_path: Path, mode: Mode) -> None:
    open_store(postgres_database, mode="create", state_dir=tmp_path / "state").close()
    drop_tables(postgres_database)
    for _ in range(2):
        with pytest.raises(DatabaseLost, match="has no tables any more: put it back"):
            open_store(postgres_database, mode=mode, state_dir=tmp_path / "state")
    with open_store(postgres_database, mode="create", state_dir=tmp_path / "state", accepted=True) as store:
        assert count(store) == 0


def test_another_database_is_made_as_ever(postgres_database: str, tmp_path: Path) -> None:
    """The mark in the state folder is of one address, which it does not show."""
    open_store(postgres_database, mode="create", state_dir=tmp_path).close()
    drop_tables(postgres_database)
    name = str(make_url(postgres_database).database)
    assert name not in (tmp_path / "postgresql.mark").read_text()
    execute(postgres_database, "CREATE DATABASE elsewhere")
    try:
        other = postgres_database.replace(f"/{name}?", "/elsewhere?")
        open_store(other, mode="create", state_dir=tmp_path).close()
        open_store(other, state_dir=tmp_path).close()
    finally:
        execute(postgres_database, "DROP DATABASE elsewhere WITH (FORCE)")


def test_who_uses_it_stops(postgres_database: str, tmp_path: Path) -> None:
    with open_store(postgres_database, mode="create", state_dir=tmp_path) as store:
        write(store)
        drop_tables(postgres_database)
        for _ in range(2):
            with pytest.raises(DatabaseDamaged, match=r"lacks a table that it had: put a backup in its place"):
                write(store)


@pytest.mark.e2e
def test_the_operator_hears_of_it_once(postgres_database: str, site: Site, hook: Webhook, tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.write(f"database: '{postgres_database}'" + config(site, hook))
    with home.daemon() as process:
        hook.wait_for(lambda hook: bool(hook.posts))
        until(lambda: "me: 12 papers sent" in home.log, "the message is recorded")
        drop_tables(postgres_database)
        hook.wait_for(lambda hook: any("cannot be used" in post["title"] for post in hook.posts))
        assert stop(process) == 0
    assert home.log.count("lacks a table that it had") < 20 and "Traceback" not in home.log
    site.today = TODAY + timedelta(days=1)
    for _ in range(2):
        refused = home.run("once")
        assert refused.returncode == 1 and "has no tables any more" in refused.stderr
    assert len([post for post in hook.posts if "cannot be used" in post["title"]]) == 1
    assert home.run("migrate", "--accept").returncode == 0
    assert home.once()["status"] == 0
