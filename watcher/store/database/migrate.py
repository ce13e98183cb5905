"""Migrate a database's tables to this release, by the Alembic scripts that come with it.

Whether anything has to be done is found out without Alembic, since importing that takes long.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from watcher.errors import DatabaseNewer, StoreError

_HERE = Path(__file__).resolve()
_OURS = {"paper", "paper_key", "delivery"}

COPYING = "copying"
"""The table that marks an unfinished `watcher copy-to`."""


@dataclass(frozen=True, slots=True)
class Migrated:
    """The revisions before and after a migration.

    ``before``: None if the database was empty.
    """

    before: str | None
    after: str

    def __bool__(self) -> bool:
        return self.before != self.after


def scripts() -> Path:
    """Return the folder of the migrations, in the installed package or else in the source tree."""
    installed = _HERE.parents[2] / "_migrations"
    return installed if installed.is_dir() else _HERE.parents[3] / "migrations"


def revisions() -> list[str]:
    """Return all revisions that this release knows, oldest first; they are read from the scripts' names."""
    return sorted(path.stem.partition("_")[0] for path in (scripts() / "versions").glob("[0-9]*.py"))


def revision_of(connection: Connection, place: object) -> str | None:
    """Return the revision of the tables, None if there are no tables.

    Raises ``StoreError`` if the tables are another program's or a newer release's.

    ``place``: the database, as messages name it; so in all functions here.
    """
    tables = set(inspect(connection).get_table_names())
    if COPYING in tables:
        raise StoreError(f"the database {place} holds half of a copy: run the same `watcher copy-to` again to end it")
    found: list[str] = []
    if "alembic_version" in tables:
        found = list(connection.scalars(text("SELECT version_num FROM alembic_version")))
    if not tables or (tables == {"alembic_version"} and not found):
        return None
    if not found or not tables >= _OURS:
        raise StoreError(f"the database {place} belongs to another program; give watcher one of its own")
    if len(found) > 1 or found[0] not in revisions():
        raise _newer(", ".join(found), place)
    return found[0]


def require_known(connection: Connection, place: object) -> None:
    """Raise ``DatabaseNewer`` if another process has migrated the tables to a newer release in the meantime."""
    found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    if found not in revisions():
        raise _newer(str(found), place)


def _newer(found: str, place: object) -> DatabaseNewer:
    return DatabaseNewer(
        f"the database {place} was written by a newer watcher (revision {found}, this one knows up to "
        f"{revisions()[-1]}): install that one, or name another database"
    )


def require_current(connection: Connection, place: object) -> None:
    """Raise ``StoreError`` unless there are tables, at the revision of this release."""
    revision, newest = revision_of(connection, place), revisions()[-1]
    if revision is None:
        raise missing(place)
    if revision != newest:
        raise StoreError(
            f"the database {place} was written by an older watcher (revision {revision}, now {newest}): "
            "run `watcher migrate`"
        )


def missing(place: object) -> StoreError:
    """Return the error for a database that does not exist.

    ``place``: the database, as messages name it.
    """
    return StoreError(f"no database at {place}: run `watcher once` first")


def migrate_database(connection: Connection, place: object) -> Migrated:
    """Migrate the tables to the newest revision, in the transaction that is open: all steps or none."""
    before, newest = revision_of(connection, place), revisions()[-1]
    if before != newest:
        _upgrade(connection)
    return Migrated(before, newest)


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    # % begins an interpolation in Alembic's options.
    config.set_main_option("script_location", str(scripts()).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
