"""``watcher migrate`` as it is typed."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from watcher.cli import main

VERSIONS = Path(__file__).parents[2] / "migrations" / "versions"


@pytest.fixture
def env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A home without any config."""
    monkeypatch.chdir(tmp_path)
    return {"HOME": str(tmp_path), "STATE_DIRECTORY": str(tmp_path / "state")}


def test_migrate_says_from_where_to_where(
    env: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "state" / "watcher.db"
    newest = max(script.name for script in VERSIONS.glob("0*.py"))[:4]
    assert main(["migrate"], env) == 0
    assert capsys.readouterr().out == f"{path}: new, at revision {newest}\n"
    assert main(["migrate"], env) == 0
    assert capsys.readouterr().out == f"{path}: at revision {newest} already\n"


def test_migrate_refuses_a_newer_database(
    env: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["migrate"], env) == 0
    engine = create_engine(f"sqlite:///{tmp_path / 'state' / 'watcher.db'}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '7777'"))
    engine.dispose()
    assert main(["migrate"], env) == 1
    assert "was written by a newer watcher" in capsys.readouterr().err
