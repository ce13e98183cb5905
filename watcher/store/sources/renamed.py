"""Find papers that a source now shows under other ids than before."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, exists, select

from watcher.model import Entry
from watcher.store.database import schema
from watcher.store.database.batches import in_batches
from watcher.store.papers.candidates import Candidate
from watcher.store.papers.keys import comparable_title, sole_keys
from watcher.store.papers.sameness import is_renamed

_key, _listing, _paper = schema.paper_key, schema.listing, schema.paper


def renamed_titles(connection: Connection, source: str, entries: Sequence[Entry]) -> int:
    """Return how many titles of entries with unknown keys ``source`` has listed under other keys.

    Titles are not counted if the abstract or the authors prove that it is the same paper under a new address.
    """
    of_entry = {n: set(sole_keys(entry)) for n, entry in enumerate(entries)}
    known = set[str]()
    for batch in in_batches(set().union(*of_entry.values())):
        known.update(connection.scalars(select(_key.c.key).where(_key.c.key.in_(batch))))
    strange: dict[str, list[Entry]] = {}
    for n, entry in enumerate(entries):
        if entry.keys and known.isdisjoint(of_entry[n]):
            strange.setdefault(comparable_title(entry.title), []).append(entry)
    # Papers known by title alone (from a page rendered to text) gain ids this way: that is no renaming.
    listed = exists().where(
        _listing.c.paper_id == _paper.c.id, _listing.c.source == source, _paper.c.key.not_like("title:%")
    )
    found = set[str]()
    for batch in in_batches(strange):
        for row in connection.execute(select(_paper).where(_paper.c.title_folded.in_(batch), listed)):
            paper = Candidate(row.id, dict(row._mapping))
            if not any(is_renamed(entry, paper) for entry in strange[row.title_folded]):
                found.add(row.title_folded)
    return len(found)
