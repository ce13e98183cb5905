"""Store the libraries of subscriptions: liked papers, once for all subscriptions with the same library."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, delete, exists, select, text

from watcher.model import LikedPaper
from watcher.store.database import schema
from watcher.store.database.batches import insert_unless_there

_library, _subscription = schema.library, schema.subscription


class Libraries:
    """The SQL statements on ``library``. A library's name is made from its papers, so that stored ones never change."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, name: str) -> tuple[LikedPaper, ...]:
        """Return the papers of a library, () if it is not stored."""
        rows = self._connection.scalar(select(_library.c.papers).where(_library.c.name == name))
        return tuple(_paper_of(row) for row in rows or ())

    def forget_unused(self) -> None:
        """Delete the libraries that no subscription has any more; those that are gone need none."""
        has_one = _subscription.c.library != text("''")  # not bound: SQLite looks into the index of libraries only then
        is_used = exists().where(has_one, _subscription.c.library == _library.c.name, _subscription.c.gone_at.is_(None))
        self._connection.execute(delete(_library).where(~is_used))


def keep_libraries(connection: Connection, libraries: Collection[tuple[str, Sequence[LikedPaper]]]) -> None:
    """Store libraries by name, unless they are stored already.

    ``libraries``: (name, papers) of each.
    """
    for name, papers in dict(libraries).items():
        row = {"name": name, "papers": [_row_of(one) for one in papers]}
        insert_unless_there(connection, _library, [row])


def _row_of(one: LikedPaper) -> list[Any]:
    return [one.title, one.abstract, list(one.keywords), list(one.keys)]


def _paper_of(row: Sequence[Any]) -> LikedPaper:
    title, abstract, keywords, keys = row
    return LikedPaper(title=title, abstract=abstract, keywords=tuple(keywords), keys=tuple(keys))
