"""Remember what OpenAlex calls the papers whose citations are asked for."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import Connection, or_, select, update

from watcher.model import Entry
from watcher.model.reading import NamedWork
from watcher.store.database import schema
from watcher.store.database.batches import in_batches, insert_of
from watcher.store.fleet.holding import hold_papers

_cited = schema.cited


class CitedWorks:
    """The SQL statements on ``cited``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def record(self, works: Sequence[NamedWork], now: datetime) -> dict[str, date | None]:
        """Store a source's names of papers, or that it does not know them.

        Return key → how far back what cites the paper was read (see :meth:`record_read_back`), of those it knows.
        """
        if not works:
            return {}
        hold_papers(self._connection)  # two sources may ask for the same papers
        rows = [{"key": key, "work": work or None, "title": title, "looked_at": now} for key, work, title in works]
        for some in ([row for row in rows if row["work"]], [row for row in rows if not row["work"]]):
            if not some:
                continue
            insert = insert_of(self._connection)(_cited)
            kept = ("work", "title", "looked_at") if some[0]["work"] else ("work", "looked_at")
            changed = {name: insert.excluded[name] for name in kept}
            self._connection.execute(insert.on_conflict_do_update(index_elements=[_cited.c.key], set_=changed), some)
        return self._reached([key for key, work, _ in works if work])

    def _reached(self, keys: Collection[str]) -> dict[str, date | None]:
        found: dict[str, date | None] = {}
        for some in in_batches(keys):
            rows = self._connection.execute(select(_cited.c.key, _cited.c.reached).where(_cited.c.key.in_(some)))
            found |= {row.key: row.reached for row in rows}
        return found

    def record_read_back(self, reached: Mapping[str, date]) -> None:
        """Store the day of publication down to which lists of citing papers were read; an earlier day stays.

        ``reached``: the source's own id of a cited paper → that day.
        """
        for day in sorted(set(reached.values())):
            for some in in_batches([work for work, read in reached.items() if read == day]):
                is_earlier = or_(_cited.c.reached.is_(None), _cited.c.reached > day)
                further = update(_cited).where(_cited.c.work.in_(some), is_earlier)
                self._connection.execute(further.values(reached=day))

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
