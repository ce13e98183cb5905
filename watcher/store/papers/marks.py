"""Record which papers people have starred or marked as read."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from watcher.store.database import schema
from watcher.store.database.batches import in_batches

_mark = schema.paper_mark

EVERYBODY = ""
"""Stands for a person in marks that all users of an installation share."""


class MarkKind(StrEnum):
    STAR = "star"
    READ = "read"


class PaperMarks:
    """The SQL statements on ``paper_mark``. A person has each mark of a paper once; the first one counts."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, paper_id: int, kind: MarkKind, person: str, now: datetime) -> bool:
        """Mark a paper for a person ("" for all who use one installation); return False if it had that mark."""
        if self._marked(paper_id, kind, person):
            return False
        values = {"paper_id": paper_id, "kind": kind.value, "person": person, "at": now}
        self._connection.execute(insert(_mark).values(**values))
        return True

    def remove(self, paper_id: int, kind: MarkKind, person: str) -> bool:
        """Take a person's mark from a paper back; return whether there was one."""
        was_marked = self._marked(paper_id, kind, person)
        self._connection.execute(delete(_mark).where(*_is(paper_id, kind, person)))
        return was_marked

    def papers(self, kind: MarkKind, person: str) -> list[int]:
        """Return the ids of the papers with a person's mark of this kind, the latest mark first."""
        query = select(_mark.c.paper_id).where(_mark.c.kind == kind.value, _mark.c.person == person)
        return list(self._connection.scalars(query.order_by(_mark.c.at.desc(), _mark.c.paper_id.desc())))

    def of_papers(self, ids: Collection[int], person: str) -> dict[int, frozenset[MarkKind]]:
        """Return paper id → a person's marks of the paper. Papers without marks are left out."""
        found: dict[int, set[MarkKind]] = {}
        for batch in in_batches(ids):
            query = select(_mark.c.paper_id, _mark.c.kind).where(_mark.c.paper_id.in_(batch), _mark.c.person == person)
            for row in self._connection.execute(query):
                found.setdefault(row.paper_id, set()).add(MarkKind(row.kind))
        return {id: frozenset(kinds) for id, kinds in found.items()}

    def _marked(self, paper_id: int, kind: MarkKind, person: str) -> bool:
        # Locked, so that of two who mark the same at once one waits for the other and sees its mark.
        paper = select(schema.paper.c.id).where(schema.paper.c.id == paper_id).with_for_update()
        self._connection.execute(paper)
        return self._connection.scalar(select(_mark.c.at).where(*_is(paper_id, kind, person))) is not None


def merge_marks(connection: Connection, kept: int, merged: int) -> None:
    """Merge the marks of two papers that are one. If both have a mark, the earlier time stays.

    ``kept``: id of the paper that stays; ``merged``: id of the one that becomes part of it.
    """
    mine = {(row.person, row.kind): row.at for row in connection.execute(select(_mark).where(_mark.c.paper_id == kept))}
    for row in list(connection.execute(select(_mark).where(_mark.c.paper_id == merged))):
        theirs: Any = _is(merged, MarkKind(row.kind), row.person)
        known = mine.get((row.person, row.kind))
        if known is None:
            connection.execute(update(_mark).where(*theirs).values(paper_id=kept))
            continue
        if row.at < known:
            connection.execute(update(_mark).where(*_is(kept, MarkKind(row.kind), row.person)).values(at=row.at))
        connection.execute(delete(_mark).where(*theirs))


def _is(paper_id: int, kind: MarkKind, person: str) -> tuple[Any, ...]:
    return _mark.c.paper_id == paper_id, _mark.c.kind == kind.value, _mark.c.person == person
