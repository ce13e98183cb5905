"""What the tables of all rooms share: column types, naming, partial indexes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, get_type_hints

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    DateTime,
    Dialect,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    TextClause,
    TypeDecorator,
    event,
)

from watcher.model import PaperFacts
from watcher.model.fields import FACTS, Merge


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, stored and returned in UTC. SQLite by itself would return it without a zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive datetime cannot be stored: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        found: datetime = value
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


class IsoDay(TypeDecorator[date]):
    """A day stored as the text ``YYYY-MM-DD``: it sorts as a date, and ``coalesce`` takes ``''`` on every database."""

    impl = String(10)
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> str | None:
        return None if value is None else value.isoformat()

    def process_result_value(self, value: Any, dialect: Dialect) -> date | None:
        return None if value is None else date.fromisoformat(value)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def partial_index(
    where: ColumnElement[bool] | TextClause, name: str, *columns: Column[Any], unique: bool = False
) -> None:
    """Add an index of only those rows that fulfil ``where``.

    ``unique``: no two of these rows may have the same values in ``columns``.
    """
    _PARTIAL.append((Index(name, *columns, unique=unique, sqlite_where=where), where))


_PARTIAL: list[tuple[Index, ColumnElement[bool] | TextClause]] = []


@event.listens_for(metadata, "before_create")
def _tell_server(metadata: MetaData, connection: Connection, **_: Any) -> None:
    """Say to PostgreSQL, too, which rows an index has. Said with the index, it would load what only a server needs."""
    if connection.dialect.name == "postgresql":
        for index, where in _PARTIAL:
            index.dialect_options["postgresql"]["where"] = where


def fact_columns() -> list[Column[Any]]:
    """Return a column for each fact of a paper, typed as its field in ``PaperFacts``."""
    typed = get_type_hints(PaperFacts)
    columns: dict[Any, Callable[[str], Column[Any]]] = {
        str: lambda name: Column(name, Text, nullable=False, default=""),
        tuple[str, ...]: lambda name: Column(name, JSON, nullable=False, default=list),
        str | None: lambda name: Column(name, Text),
        int | None: lambda name: Column(name, Integer),
        datetime | None: lambda name: Column(name, UtcDateTime),
    }
    # Rows of before there were ids have none.
    ids = [one.attribute for one in FACTS if one.merge is Merge.IDS]
    made = [columns[typed[one.attribute]](one.attribute) for one in FACTS if one.attribute not in ids]
    return made + [Column(name, JSON(none_as_null=True)) for name in ids]
