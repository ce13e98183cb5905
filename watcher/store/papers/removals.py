"""Tell whether a source that has taken its record of a paper away was the last one to list the paper."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, select

from watcher.store.database import schema
from watcher.store.database.batches import in_batches, insert_unless_there
from watcher.store.identity.keys import nobodys_key

_key, _listing = schema.paper_key, schema.listing


def listed_elsewhere(connection: Connection, source: str, removed: Mapping[str, int]) -> set[str]:
    """Return those keys of removed records whose papers other sources list, and have not removed; store the removal.

    ``source``: the source that removed the records. ``removed``: key of the record → paper id.
    """
    others: dict[int, set[str]] = {}
    for some in in_batches(set(removed.values())):
        query = select(_listing.c.paper_id, _listing.c.source).where(_listing.c.paper_id.in_(some)).distinct()
        for paper_id, name in connection.execute(query):
            others.setdefault(paper_id, set()).add(name)
    marks = {
        (key, name): _removed(name, key) for key, id in removed.items() for name in others.get(id, set()) - {source}
    }
    gone: set[str] = set()
    for some_marks in in_batches(set(marks.values())):
        gone |= set(connection.scalars(select(_key.c.key).where(_key.c.key.in_(some_marks))))
    insert_unless_there(
        connection, _key, [{"key": _removed(source, key), "paper_id": id} for key, id in removed.items()]
    )
    return {key for (key, _), mark in marks.items() if mark not in gone}


def _removed(source: str, key: str) -> str:
    """Return the key that is stored to say that a source has removed its record; it identifies no paper."""
    return nobodys_key(source, f"removed {key}")
