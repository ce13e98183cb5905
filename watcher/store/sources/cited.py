"""Remember what OpenAlex calls the papers whose citations are asked for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, select

from watcher.model import Entry
from watcher.model.reading import NamedWork
from watcher.store.database import schema
from watcher.store.database.batches import in_batches, insert_of

_cited = schema.cited


class CitedWorks:
    """The SQL statements on ``cited``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def record(self, works: Sequence[NamedWork], now: datetime) -> frozenset[str]:
        """Store a source's names of papers, or that it does not know them; an earlier name of an unknown paper stays.

        Return the keys of those whose citations could not be asked for until now.
        """
        if not works:
            return frozenset()
        before = self._known([key for key, _, _ in works])
        rows = [{"key": key, "work": work or None, "title": title, "looked_at": now} for key, work, title in works]
        for some in ([row for row in rows if row["work"]], [row for row in rows if not row["work"]]):
            if not some:
                continue
            insert = insert_of(self._connection)(_cited)
            kept = ("work", "title", "looked_at") if some[0]["work"] else ("looked_at",)
            changed = {name: insert.excluded[name] for name in kept}
            self._connection.execute(insert.on_conflict_do_update(index_elements=[_cited.c.key], set_=changed), some)
        return frozenset(key for key, work, _ in works if work and key not in before)

    def _known(self, keys: Collection[str]) -> set[str]:
        found: set[str] = set()
        for some in in_batches(keys):
            found |= set(
                self._connection.scalars(select(_cited.c.key).where(_cited.c.key.in_(some), _cited.c.work.is_not(None)))
            )
        return found

    def unknown(self, keys: Collection[str]) -> list[str]:
        """Return those of these keys that were looked for and are not known there."""
        found: list[str] = []
        for some in in_batches(keys):
            query = select(_cited.c.key).where(_cited.c.key.in_(some), _cited.c.work.is_(None))
            found += self._connection.scalars(query)
        return sorted(found)

    def named(self, entries: Sequence[Entry]) -> tuple[Entry, ...]:
        """Return entries whose ``cited_ids`` name the papers by their own ids and titles, as they were asked for."""
        works = {work for entry in entries for work in entry.cited_ids}
        if not works:
            return tuple(entries)
        names: dict[str, list[str]] = {}
        for some in in_batches(works):
            query = select(_cited).where(_cited.c.work.in_(some)).order_by(_cited.c.key)
            for row in self._connection.execute(query):
                names.setdefault(row.work, []).append(f"{row.key} {row.title}".strip())
        return tuple(
            replace(entry, cited_ids=tuple(one for work in entry.cited_ids for one in names.get(work, [work])))
            if entry.cited_ids
            else entry
            for entry in entries
        )
