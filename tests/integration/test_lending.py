"""Databases that tests borrow are given back as they were, or not lent again."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, text

from tests.integration.lending import Lender
from tests.integration.webs import NOW, entry
from watcher.store import open_store


def run(address: str, *statements: str) -> None:
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def test_rows_words_and_numbers_are_gone(lender: Lender) -> None:
    address = lender.borrow()
    for _ in range(2):
        with open_store(address) as store:
            with store.transaction() as tx:
                assert [one.id for one in tx.papers.all()] == []
                tx.words.make()
                tx.papers.record_entries([entry(1, "Lanterns")], "list", NOW)
                assert [one.id for one in tx.papers.all()] == [1]
            assert not store.migrated
        lender.give_back(address)
        assert lender.borrow() == address
    lender.give_back(address)


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE paper ADD COLUMN moon TEXT",
        "DROP INDEX ix_paper_published",
        "CREATE TABLE bookmark (id INTEGER)",
        "CREATE SCHEMA annex",
        "UPDATE alembic_version SET version_num = '9999'",
        "ALTER DATABASE {name} SET default_transaction_read_only = on",
        "ANALYZE paper",
        "DROP SCHEMA public CASCADE",
    ],
)
def test_what_a_test_has_changed_is_not_lent_again(lender: Lender, change: str) -> None:
    address = lender.borrow()
    name = address.partition("?")[0].rpartition("/")[2]
    run(address, change.format(name=name))
    lender.give_back(address)
    again = lender.borrow()
    assert again != address
    lender.give_back(again)


def test_connections_that_a_test_left_are_ended(lender: Lender) -> None:
    address = lender.borrow()
    engine = create_engine(address)
    with engine.connect() as connection:
        connection.execute(text("LOCK TABLE paper"))
        lender.give_back(address)
        connection.invalidate()
    engine.dispose()
    assert lender.borrow() == address
    lender.give_back(address)
