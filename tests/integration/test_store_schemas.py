"""The schema after each released migration is what it was when that was released."""

from __future__ import annotations

import pytest

from tests.integration.migrating import SCHEMAS, recorded, schema_at
from watcher.store.database.migrate import revisions


@pytest.mark.parametrize("revision", revisions())
def test_a_released_migration_makes_what_it_always_made(revision: str) -> None:
    """A new migration's file is written by `python -m tests.integration.migrating`."""
    assert schema_at(revision) == recorded(revision)


def test_no_released_migration_is_gone() -> None:
    assert sorted(path.stem for path in SCHEMAS.glob("*.txt")) == revisions()
