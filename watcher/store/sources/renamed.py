"""Count papers that a source lists under new ids: without this they would count as new."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import Connection, exists, select

from watcher.model import Entry
from watcher.store.database import schema
from watcher.store.database.batches import in_batches
from watcher.store.identity.candidates import Candidate
from watcher.store.identity.keys import comparable_title, sole_keys
from watcher.store.identity.moved import moved_papers
from watcher.store.identity.sameness import is_renamed

_key, _listing, _paper = schema.paper_key, schema.listing, schema.paper


def renamed_titles(connection: Connection, source: str, entries: Sequence[Entry]) -> int:
    """Return how many titles of entries with unknown keys ``source`` has listed under other keys.

    Titles are not counted if the contents prove that it is the same paper under a new address, or if several papers
    have moved together.
    """
    of_entry = {id(entry): set(sole_keys(entry)) for entry in entries}
    owner: dict[str, int] = {}
    for batch in in_batches(set().union(*of_entry.values())):
        owner |= {row.key: row.paper_id for row in connection.execute(select(_key).where(_key.c.key.in_(batch)))}
    strange = defaultdict[str, list[Entry]](list)
    for entry in entries:
        if entry.keys and owner.keys().isdisjoint(of_entry[id(entry)]):
            strange[comparable_title(entry.title)].append(entry)
    # Papers known by title alone (from a page rendered to text) gain ids this way: that is no renaming.
    listed = exists().where(
        _listing.c.paper_id == _paper.c.id, _listing.c.source == source, _paper.c.key.not_like("title:%")
    )
    papers = defaultdict[str, list[Candidate]](list)
    for batch in in_batches(strange):
        for row in connection.execute(select(_paper).where(_paper.c.title_folded.in_(batch), listed)):
            papers[row.title_folded].append(Candidate(row.id, dict(row._mapping)))
    by_id = {one.id: one for some in papers.values() for one in some}

    def owners(entry: Entry) -> list[Candidate]:
        ids = {owner[key] for key in of_entry[id(entry)] if key in owner}
        return [by_id.get(one) or Candidate(one, {"id": one}) for one in ids]

    moved = {comparable_title(entry.title) for entry, _ in moved_papers(entries, owners, lambda title: papers[title])}
    found = {
        title
        for title, some in papers.items()
        for paper in some
        if title not in moved and not any(is_renamed(entry, paper) for entry in strange[title])
    }
    return len(found)
