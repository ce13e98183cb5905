"""Databases at a revision of one's choice, and their schema in a form that can be compared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, text

from watcher.store.database.migrate import revisions, scripts

SCHEMAS = Path(__file__).parents[1] / "fixtures" / "schemas"


def migrate_to(connection: Connection, revision: str) -> None:
    """Bring an open database to a revision, in its transaction."""
    config = Config()
    config.set_main_option("script_location", str(scripts()))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def schema_at(revision: str) -> list[str]:
    """Every column, constraint and index after the migration ``revision`` on SQLite, a line each, sorted."""
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        migrate_to(connection, revision)
        rows = connection.execute(text("SELECT type, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL")).all()
    engine.dispose()
    found = []
    for row in rows:
        if row.tbl_name != "alembic_version":
            found += [_plain(row.sql)] if row.type == "index" else [f"{row.tbl_name}: {one}" for one in _parts(row.sql)]
    return sorted(found)


def _parts(sql: str) -> Iterator[str]:
    """What stands between the outer commas of CREATE TABLE."""
    depth, part = 0, ""
    for sign in sql[sql.index("(") + 1 : sql.rindex(")")]:
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if sign == "," and not depth:
            yield _plain(part)
            part = ""
        else:
            part += sign
    yield _plain(part)


def _plain(sql: str) -> str:
    return re.sub(r"\s+", " ", sql.replace('"', "")).strip()


def recorded(revision: str) -> list[str]:
    """The schema after ``revision`` as it was when that was released: what it and those before it add and take away."""
    lines: set[str] = set()
    for one in revisions():
        for line in (SCHEMAS / f"{one}.txt").read_text(encoding="utf-8").splitlines():
            (lines.add if line[0] == "+" else lines.remove)(line[2:])
        if one == revision:
            break
    return sorted(lines)


def record_newest() -> Path:
    """Write down what the newest migration adds and takes away; the file. Those before it stay as they are."""
    newest = revisions()[-1]
    before = set(recorded(revisions()[-2])) if len(revisions()) > 1 else set()
    after = set(schema_at(newest))
    changes = [f"- {line}\n" for line in sorted(before - after)] + [f"+ {line}\n" for line in sorted(after - before)]
    path = SCHEMAS / f"{newest}.txt"
    path.write_text("".join(changes), encoding="utf-8")
    return path


if __name__ == "__main__":
    print(record_newest())
