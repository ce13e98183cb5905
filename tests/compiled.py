"""Compile each statement once in a process of tests: each new database has an engine that would compile all anew."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

MOST = 5_000
"""Statements that are kept, of some kilobytes each."""


DIALECTS: tuple[type[Any], ...] = (PGDialect_psycopg, SQLiteDialect_pysqlite)
OWN = "own_compiled_cache"


def compile_once() -> None:
    """Let all engines of this process share what one of them has compiled, if their dialects are set up alike."""
    shared: LRUCache[Any, Any] = LRUCache(MOST)

    def cache_of(engine: Engine) -> Any:
        return shared if type(engine.dialect) in DIALECTS else vars(engine).get(OWN)

    Engine._compiled_cache = property(cache_of, lambda engine, own: vars(engine).update({OWN: own}))  # type: ignore[assignment]
    for dialect in DIALECTS:
        # A statement is found by its dialect, too.
        dialect.__eq__ = _is_alike  # type: ignore[assignment]
        dialect.__hash__ = _hashed  # type: ignore[assignment]


def _set_up(dialect: Any) -> tuple[object, ...]:
    return type(dialect), dialect.paramstyle, dialect._json_serializer, dialect._json_deserializer


def _is_alike(one: Any, other: object) -> bool:
    return type(one) is type(other) and _set_up(one) == _set_up(other)


def _hashed(dialect: Any) -> int:
    return hash(type(dialect))
