"""Store what the records of sources claim to be other forms of their papers (preprint, article), and end such claims.

A claim ends when its source shows the record again and makes it no more. What was joined by it stays joined.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select

from watcher.model import Entry
from watcher.store.database import schema
from watcher.store.database.batches import in_batches, insert_unless_there
from watcher.store.identity.candidates import strongest

_claim = schema.paper_claim

Claims = Mapping[tuple[str, int, str], str]
"""(key of the other form, paper id, record that says so) → relation."""


def record_key(entry: Entry) -> str:
    """Return the key of the record that an entry is, "" if it has no key."""
    return strongest(entry.keys) if entry.keys else ""


def said_by(entries: Iterable[Entry]) -> dict[str, set[str]]:
    """Return record → keys of the other forms that it claims, of entries whose pages name all of them."""
    said: dict[str, set[str]] = {}
    for entry in entries:
        if entry.names_forms and not entry.is_follow_up:
            said.setdefault(record_key(entry), set()).update(form.key for form in entry.forms)
    return said


def is_over(row: Any, source: str, said: Mapping[str, Collection[str]]) -> bool:
    """Return whether the claim in a row is no longer made.

    ``source``: whose page was read. ``said``: as of :func:`said_by`.
    """
    return bool(row.source == source and row.record in said and row.key not in said[row.record])


def write_claims(
    connection: Connection, source: str, claims: Claims, seen: Collection[int], said: Mapping[str, Collection[str]]
) -> None:
    """Store claims of a source's page, and delete those that it makes no more.

    ``seen``: ids of the papers on the page. ``said``: as of :func:`said_by`.
    """
    rows = [
        {"key": key, "paper_id": id, "source": source, "record": record, "relation": relation}
        for (key, id, record), relation in claims.items()
    ]
    insert_unless_there(connection, _claim, rows)
    if not said:
        return
    over = []
    for some in in_batches(seen):
        known = connection.execute(select(_claim).where(_claim.c.paper_id.in_(some), _claim.c.source == source))
        over += [row for row in known if is_over(row, source, said)]
    _delete(connection, over)


def merge_claims(connection: Connection, kept: int, merged: int) -> None:
    """Move the claims of the paper ``merged`` to ``kept``."""
    rows = connection.execute(select(_claim).where(_claim.c.paper_id == merged)).mappings().all()
    insert_unless_there(connection, _claim, [{**row, "paper_id": kept} for row in rows])
    connection.execute(delete(_claim).where(_claim.c.paper_id == merged))


def _delete(connection: Connection, rows: Sequence[Any]) -> None:
    if rows:
        where = [column == bindparam(f"old_{column.name}") for column in _claim.primary_key]
        keys = [{f"old_{column.name}": getattr(row, column.name) for column in _claim.primary_key} for row in rows]
        connection.execute(delete(_claim).where(*where), keys)
