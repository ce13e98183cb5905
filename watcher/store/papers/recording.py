"""Store what a page lists: papers, what entries add to them, listings and numbers.

All papers that the entries may be about are loaded first. Then everything is decided in memory, and written in few
statements.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, select

from watcher.model import FIRST, Entry
from watcher.store.database import schema
from watcher.store.database.batches import in_batches, insert_numbered, insert_unless_there, update_rows
from watcher.store.fleet.holding import hold_papers
from watcher.store.identity.addresses import may_change, may_grow, spellings
from watcher.store.identity.candidates import Candidate, absorb, learn, new_values, strongest
from watcher.store.identity.catalogue import Catalogue
from watcher.store.identity.keys import (
    claims_asked_for,
    comparable_title,
    disowned,
    item_keys,
    keys_asked_for,
    nobodys_key,
    nobodys_keys,
    titles_asked_for,
)
from watcher.store.identity.moved import homeless, moved_papers
from watcher.store.identity.sameness import is_another
from watcher.store.papers.claims import is_over, record_key, said_by, write_claims
from watcher.store.papers.events import all_updates, events_of, stage_reached
from watcher.store.papers.listings import PlacedPaper, write_listings
from watcher.store.papers.merging import hold_matching, merge_papers
from watcher.store.papers.removals import listed_elsewhere
from watcher.store.papers.stored_words import mark_unfolded

_paper, _key, _listing = schema.paper, schema.paper_key, schema.listing
_claim, _match = schema.paper_claim, schema.match

MOST_LINKS = 5
"""Most addresses and sites' own ids that are stored of a paper: some sites give it another one at every poll."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """The result of storing a page.

    ``new``: ids of papers never seen before.
    ``touched``: ids of papers that are new or newly listed, or whose texts, facts or numbers have changed.
    ``ids``: for each entry the id of its paper; a follow-up of an unknown paper has none.
    ``updates``: paper id → occasions, for known papers with events: a newer version (``v3``), a withdrawal …
    ``heirs``: paper id → (occasion, subscriptions) of papers that turned out to be known in a further stage: an event
        for these subscriptions, which matched the earlier form alone.
    """

    new: tuple[int, ...]
    touched: tuple[int, ...]
    ids: tuple[int, ...]
    updates: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    heirs: Mapping[int, tuple[str, frozenset[int]]] = field(default_factory=dict)


class Recording:
    """Stores the entries of one page.

    ``whole``: the page shows abstracts.
    """

    def __init__(self, connection: Connection, source: str, now: datetime, *, whole: bool) -> None:
        self._connection = connection
        self._source = source
        self._now = now
        self._whole = whole
        self._catalogue = Catalogue({}, ())
        self._moved: dict[int, Candidate] = {}
        self._order = 0
        self._keys: dict[str, Candidate] = {}
        self._claims: dict[tuple[str, Candidate, str], str] = {}
        self._said: dict[str, set[str]] = {}
        self._added: list[Candidate] = []
        self._seen: dict[int, Candidate] = {}
        self._merges: list[tuple[int, int]] = []
        self._outrun: list[tuple[Candidate, int, str]] = []
        self._updates: list[tuple[Candidate, tuple[str, ...]]] = []
        self._published: list[datetime | None] = []

    def record(self, entries: Sequence[Entry]) -> Recorded:
        """Store the entries; return which papers they are, and what has changed."""
        entries = [one for one in self._load(entries) if not one.is_follow_up or self._catalogue.known(one.keys)]
        entries = self._without_removed(entries)
        papers = [self._place(entry) for entry in entries]
        heirs = self._find_heirs()
        added, touched = self._write_papers()
        merged = {other for _, other in self._merges}
        listed = [
            PlacedPaper(_id(paper), paper.final.values["first_seen"], before, entry)
            for paper, entry, before in zip(papers, entries, self._published, strict=True)
            if not entry.is_follow_up
        ]
        fresh, newly_counted = write_listings(self._connection, self._source, listed, self._now)
        mark_unfolded(self._connection, {*touched, *fresh, *merged, *(kept for kept, _ in self._merges)})
        touched |= fresh | newly_counted
        ids = tuple(_id(paper) for paper in papers)
        return Recorded(tuple(added), tuple(sorted(touched)), ids, all_updates(_by_id(self._updates)), heirs)

    # --- what is known ---

    def _load(self, entries: Sequence[Entry]) -> list[Entry]:
        """Load the papers that the entries may be about; return the entries with shared keys set apart."""
        hold_papers(self._connection)
        marks = {mark for entry in entries for mark in nobodys_keys(entry, self._source)}
        nobodys = {row.key for row in self._select(_key, _key.c.key, marks)}
        # What an entry is asked about depends on the keys that are left to it.
        entries = [disowned(entry, lambda key: nobodys_key(self._source, key) in nobodys) for entry in entries]
        self._load_catalogue(entries)
        titles = {comparable_title(entry.title) for entry in entries}
        owned = [self._without_others(entry, titles) for entry in entries]
        if owned != entries:
            self._load_catalogue(owned)
        self._moved = self._find_moved(owned)
        return owned

    def _without_removed(self, entries: Sequence[Entry]) -> list[Entry]:
        """Return the entries without removals of papers that another source still lists."""
        known = [(one.keys[0], self._catalogue.known(one.keys)) for one in entries if one.is_removed]
        removed = {key: papers[0].id for key, papers in known if papers and papers[0].id is not None}
        stay = listed_elsewhere(self._connection, self._source, removed) if removed else ()
        return [one for one in entries if not (one.is_removed and one.keys[0] in stay)]

    def _without_others(self, entry: Entry, titles: Collection[str]) -> Entry:
        """Return an entry without the keys that belong to something else.

        ``titles``: folded titles on the page. A paper that stands there elsewhere has left the entry's address.
        """
        mine = self._catalogue.known(key for key in entry.keys if not may_change(key))
        own = comparable_title(entry.title)

        def is_theirs(one: Candidate) -> bool:
            title = one.values["title_folded"]
            return one not in mine and (is_another(entry, one) or (title != own and title in titles))

        return disowned(entry, lambda key: any(map(is_theirs, self._catalogue.known([key]))))

    def _find_moved(self, entries: Sequence[Entry]) -> dict[int, Candidate]:
        """Return id() of an entry → the paper that this source showed under another address before."""
        known = self._catalogue
        strange = homeless(entries, self._owners)
        titled = {one.id for entry in strange for one in known.titled(comparable_title(entry.title))} - {None}
        rows = self._select(_listing, _listing.c.paper_id, titled)
        listed = {row.paper_id for row in rows if row.source == self._source}
        found = moved_papers(
            entries, self._owners, lambda title: [one for one in known.titled(title) if one.id in listed]
        )
        return {id(entry): one for entry, one in found}

    def _owners(self, entry: Entry) -> list[Candidate]:
        return self._catalogue.known((*entry.keys, *item_keys(entry)))

    def _load_catalogue(self, entries: Sequence[Entry]) -> None:
        keys = {key for entry in entries for key in keys_asked_for(entry)}
        paper_ids = {row.key: row.paper_id for row in self._select(_key, _key.c.key, keys)}
        self._said = said_by(entries)
        claims = self._select(_claim, _claim.c.key, set(claims_asked_for(entries)))
        claims = [row for row in claims if not is_over(row, self._source, self._said)]
        rows = self._select(_paper, _paper.c.id, {*paper_ids.values(), *(row.paper_id for row in claims)})
        titles = {title for entry in entries for title in titles_asked_for(entry.title)}
        rows += self._select(_paper, _paper.c.title_folded, titles)
        known = {row.id: Candidate(row.id, dict(row._mapping)) for row in rows if row.merged_into is None}
        own = {key for entry in entries if entry.shared for key in entry.keys if may_change(key)}
        ids_last = any(one in paper_ids for key in own for one in (key, *spellings(key)))
        by_key = {key: known[id] for key, id in paper_ids.items()}
        claiming = [(row.key, known[row.paper_id]) for row in claims]
        self._catalogue = Catalogue(by_key, known.values(), claiming, ids_last=ids_last)
        self._order = max(known, default=0)

    def _select(self, table: Table, column: Any, values: set[Any]) -> list[Any]:
        found: list[Any] = []
        for batch in in_batches(values):
            found += self._connection.execute(select(table).where(column.in_(batch)))
        return found

    # --- what the entries are ---

    def _place(self, entry: Entry) -> Candidate:
        """Return the paper of the entry, found or made, after adding what the entry says."""
        identity = self._catalogue.identify(entry, self._moved.get(id(entry)))
        self._published.append(identity.same[0].values["published"] if identity.same else None)
        if identity.same:
            paper, *others = identity.same
            before = dict(paper.values)
            for other in others:
                self._merge(paper, other)
            learn(paper, entry)
            became = events_of(before, paper.values, is_secondhand=entry.is_secondhand)
            if paper.id is not None and became:
                self._updates.append((paper, became))
        else:
            paper = self._make(entry, identity.keys)
        self._catalogue.add(paper, identity.keys, [form.key for form in identity.forms])
        self._claims |= {(form.key, paper, record_key(entry)): form.relation for form in identity.forms}
        self._keys |= dict.fromkeys(identity.keys, paper)
        self._keys |= {nobodys_key(self._source, key): paper for key in entry.shared}
        self._wait_for_abstract(paper)
        self._seen[id(paper)] = paper
        return paper

    def _make(self, entry: Entry, keys: Sequence[str]) -> Candidate:
        self._order += 1
        paper = Candidate(self._order, new_values(entry, strongest(keys), self._now))
        if not self._whole and not entry.abstract:
            paper.set({"waiting_since": self._now})
        self._added.append(paper)
        return paper

    def _merge(self, kept: Candidate, other: Candidate) -> None:
        if other.id is not None:
            self._merges.append((_id(kept), other.id))
            if stage := stage_reached(other.values, kept.values):
                self._outrun.append((kept, other.id, stage))
        absorb(kept, other)

    def _find_heirs(self) -> dict[int, tuple[str, frozenset[int]]]:
        """Return paper id → (its stage, subscriptions with a match of only the earlier form merged into it)."""
        found: dict[int, tuple[str, frozenset[int]]] = {}
        for kept, other, stage in self._outrun:
            rows = self._select(_match, _match.c.paper_id, {other, _id(kept)})
            first = [row for row in rows if row.occasion == FIRST]
            both = {row.subscription_id for row in first if row.paper_id == _id(kept)}
            alone = frozenset(row.subscription_id for row in first) - both
            if alone:
                found[_id(kept)] = (stage, alone | found.get(_id(kept), ("", frozenset[int]()))[1])
        return found

    def _wait_for_abstract(self, paper: Candidate) -> None:
        if paper.values["waiting_since"] and (paper.values["abstract"] or self._whole):
            paper.set({"waiting_since": None})

    # --- what is written ---

    def _write_papers(self) -> tuple[list[int], set[int]]:
        """Merge, insert and update papers; return the ids of the new ones, and of all that are new or changed."""
        hold_matching(self._connection, {id for pair in self._merges for id in pair})
        for kept, merged in self._merges:
            merge_papers(self._connection, kept, merged)
        added = [paper for paper in self._added if paper.merged_into is None]
        insert_numbered(self._connection, _paper, [paper.values for paper in added])
        for paper in added:
            paper.is_changed = False
        changed = [paper for paper in self._seen.values() if paper.is_changed and paper.merged_into is None]
        update_rows(self._connection, _paper, ["id"], [paper.values for paper in changed])
        rows = [{"key": key, "paper_id": _id(paper)} for key, paper in self._new_keys().items()]
        insert_unless_there(self._connection, _key, rows)
        claims = {(key, _id(paper), record): relation for (key, paper, record), relation in self._claims.items()}
        write_claims(self._connection, self._source, claims, {_id(one) for one in self._seen.values()}, self._said)
        new = [_id(paper) for paper in added]
        return new, {*new, *(_id(paper) for paper in changed)}

    def _new_keys(self) -> dict[str, Candidate]:
        """Return key → paper, of the keys to store.

        Keys that may change, and identifiers that should not, are left out once their paper has ``MOST_LINKS`` of them.
        """
        known = {paper.final.id for key, paper in self._keys.items() if may_grow(key) and paper not in self._added}
        rows = self._select(_key, _key.c.paper_id, known)
        links = Counter((row.paper_id, may_change(row.key)) for row in rows if may_grow(row.key))
        kept: dict[str, Candidate] = {}
        for key, paper in self._keys.items():
            kind = _id(paper), may_change(key)
            links[kind] += may_grow(key)
            if not may_grow(key) or links[kind] <= MOST_LINKS:
                kept[key] = paper
        return kept


def _by_id(updates: Iterable[tuple[Candidate, tuple[str, ...]]]) -> Iterable[tuple[int, tuple[str, ...]]]:
    return ((_id(paper), occasions) for paper, occasions in updates)


def _id(paper: Candidate) -> int:
    found = paper.final.id
    assert found is not None
    return found
