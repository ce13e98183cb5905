"""What may hold a secret, or the words of a paper, is not shown to others."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError

from watcher.cli import main
from watcher.store import Store
from watcher.store.database import schema


def test_the_config_that_init_writes_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "config.yaml"
    before = os.umask(0)
    try:
        assert main(["init", str(path)], {"HOME": str(tmp_path)}) == 0
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        path.chmod(0o644)
        assert main(["init", str(path), "--force"], {"HOME": str(tmp_path)}) == 0
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert main(["-c", str(path), "check-config"], {"HOME": str(tmp_path)}) == 0


@pytest.mark.timeout(20)
@pytest.mark.parametrize("name", ["config.yaml", "watcher.schema.json"])
def test_init_writes_into_no_pipe(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(tmp_path / name)
    assert main(["init", str(tmp_path / "config.yaml"), "--force"], {"HOME": str(tmp_path)}) == 1
    assert f"{tmp_path / name} is no ordinary file" in capsys.readouterr().err


def test_an_error_of_the_database_quotes_nothing_of_a_paper(store: Store) -> None:
    now = datetime(2026, 3, 10, tzinfo=UTC)
    row = {"key": "doi:10.5555/1", "title": "A Title That Nobody Reads", "first_seen": now, "authors": object()}
    with pytest.raises(DBAPIError) as caught, store.transaction() as tx:
        tx.connection.execute(text("INSERT INTO paper (id, nothing) VALUES (:id, :title)"), {"id": 1} | row)
    assert "Nobody Reads" not in str(caught.value)
    with pytest.raises(Exception) as other, store.transaction() as tx:
        tx.connection.execute(insert(schema.paper).values(**row))
    assert "Nobody Reads" not in str(other.value)
