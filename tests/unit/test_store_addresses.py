"""What is said of a database's address: never its password, nor what follows ? in it."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import OperationalError

from watcher.errors import StoreError
from watcher.store import open_store
from watcher.store.database.engine import database_address, explained

SECRET = "Hunter2xYz"


@pytest.mark.parametrize(
    "address",
    [
        f"bot:{SECRET}@db.example/papers",
        f"postgresql:bot:{SECRET}@db.example/papers",
        f"postgresql://bot:{SECRET}@db.example:port/papers",
        f"postgresql://bot:{SECRET}@[::1/papers",
        f"{SECRET}://db.example/papers",
        f"{SECRET.lower()}://db.example/papers",
        f"sqlite:///papers.db?key={SECRET}",
        f"postgresql://127.0.0.1:1/papers?port={SECRET}",
        f"postgresql://127.0.0.1:1/papers?{SECRET}=1",
        f"postgresql://127.0.0.1:1/papers?sslmode={SECRET}",
        f"postgresql://bot:{SECRET}@127.0.0.1:1/papers?password={SECRET}",
    ],
)
def test_an_address_that_cannot_be_used(address: str) -> None:
    with pytest.raises(StoreError) as caught:
        open_store(address, mode="read")
    assert SECRET.lower() not in str(caught.value).lower()


def test_a_place_is_shown_without_password_and_options() -> None:
    place = database_address(f"postgresql://bot:{SECRET}@db.example/papers?password={SECRET}&sslmode=require")
    assert str(place) == "postgresql+psycopg://bot:***@db.example/papers"


def test_what_a_driver_repeats_is_left_out() -> None:
    place = database_address(f"postgresql://bot:{SECRET}@db.example/papers?sslmode=nonsense")
    said = OperationalError("", None, Exception(f'no pg_hba.conf entry for "{SECRET}", invalid sslmode "nonsense"'))
    said.orig = type("OperationalError", (Exception,), {})(str(said.orig))
    found = explained(said, place)
    assert found is not None and 'entry for "***", invalid sslmode "***"' in str(found)
