"""Store, find and list papers."""

from __future__ import annotations

import re
from array import array
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Connection, and_, bindparam, exists, func, or_, select, update

from watcher.model import Entry, OtherForm, Paper, PaperOrder
from watcher.store.database import schema
from watcher.store.database.batches import MOST_BOUND, in_batches
from watcher.store.database.queries import first_day, in_order, paper_of, undated_day
from watcher.store.fleet.holding import hold_papers
from watcher.store.identity.keys import NOBODYS, title_key
from watcher.store.papers.recording import Recorded, Recording

_paper, _key, _listing = schema.paper, schema.paper_key, schema.listing
_claim = schema.paper_claim

LONGEST_KEY = 5_000
"""Most characters of a text by which a paper is looked up: keys are shorter, and SQLite compares 50,000 bytes."""

_LIVES = _paper.c.merged_into.is_(None)

# Built once: every message needs them.
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_BY_ID = select(_paper).where(_paper.c.id.in_(_IDS))
_LISTED = select(_listing).where(_listing.c.paper_id.in_(_IDS)).order_by(_listing.c.day, _listing.c.id)
_UPVOTES = (  # of several listings the one that comes last is kept
    select(_listing.c.paper_id, _listing.c.upvotes)
    .where(_listing.c.paper_id.in_(_IDS), _listing.c.upvotes.is_not(None))
    .order_by(_listing.c.read_at, _listing.c.day.desc(), _listing.c.id.desc())
)


class Papers:
    """The SQL statements on ``paper``, ``paper_key``, ``listing`` and ``metric``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def hold(self) -> None:
        """Wait until no other transaction stores papers, and make others wait until this one ends."""
        hold_papers(self._connection)

    def record_entries(self, entries: Sequence[Entry], source: str, now: datetime, *, whole: bool = True) -> Recorded:
        """Store what a page of ``source`` lists. Storing the same page again changes nothing.

        ``whole``: the page shows abstracts. If not, a new paper without an abstract waits for one (see
            :meth:`waiting`).
        """
        return Recording(self._connection, source, now, whole=whole).record(entries)

    # --- one and all ---

    def get(self, ids: Iterable[int]) -> list[Paper]:
        """Return the papers with these ids, in this order.

        The id of a merged paper gives the paper that it was merged into. No paper comes twice.
        """
        asked = list(dict.fromkeys(ids))
        rows = self._rows(asked)
        stays = {id: row["merged_into"] for id, row in rows.items() if row["merged_into"] is not None}
        rows |= self._rows(set(stays.values()) - rows.keys())
        wanted = [id for id in dict.fromkeys(stays.get(id, id) for id in asked) if id in rows]
        listings: dict[int, list[Any]] = {}
        for batch in in_batches(wanted):
            for row in self._connection.execute(_LISTED, {"ids": batch}).mappings():
                listings.setdefault(row["paper_id"], []).append(row)
        return [paper_of(rows[id], listings.get(id, ())) for id in wanted]

    def keys(self, id: int) -> list[str]:
        """Return all keys of the paper ``id`` in alphabetical order."""
        mine = _key.c.paper_id == id, _key.c.key.not_like(f"{NOBODYS}%")
        return list(self._connection.scalars(select(_key.c.key).where(*mine).order_by(_key.c.key)))

    def forms(self, id: int) -> list[tuple[OtherForm, str]]:
        """Return the other forms of the paper ``id`` that sources claim, each with a source that says so."""
        columns = _claim.c.key, _claim.c.relation, _claim.c.source
        rows = self._connection.execute(select(*columns).where(_claim.c.paper_id == id).distinct().order_by(*columns))
        return [(OtherForm(key, relation), source) for key, relation, source in rows]

    def find(self, key: str) -> Paper | None:
        """Return the paper that ``key`` leads to, None if none or several do.

        ``key``: a whole key, an arXiv id, a DOI, a link, a title, or the beginning of a key.
        """
        key = key.strip()
        if len(key) > LONGEST_KEY:
            return None
        unversioned = re.sub(r"^(arxiv:)?(\d{4}\.\d{4,5}|[a-z.-]+/\d{7})v\d+$", r"\2", key, flags=re.IGNORECASE)
        candidates = [key, key.lower(), f"arxiv:{unversioned}", f"doi:{key.lower()}", f"url:{key}", title_key(key)]
        query = select(_key.c.key, _key.c.paper_id).where(_key.c.key.in_(candidates))
        found = {row.key: row.paper_id for row in self._connection.execute(query)}
        known = [found[candidate] for candidate in candidates if candidate in found]
        ids = known[:1] or self._claiming(candidates) or (self._beginning_with(key) if key else [])
        return self.get(ids)[0] if len(ids) == 1 else None

    def known_as(self, keys: Collection[str]) -> dict[str, int]:
        """Return key → paper id, of those keys that a paper has."""
        found: dict[str, int] = {}
        for batch in in_batches(set(keys)):
            rows = self._connection.execute(select(_key.c.key, _key.c.paper_id).where(_key.c.key.in_(batch)))
            found |= {row.key: row.paper_id for row in rows}
        return found

    def titled(self, folded: Collection[str]) -> dict[str, int]:
        """Return folded title → paper id, of those titles that a paper has; of several papers the first."""
        found: dict[str, int] = {}
        for batch in in_batches(set(folded)):
            query = select(_paper.c.title_folded, _paper.c.id).where(_paper.c.title_folded.in_(batch), _LIVES)
            for row in self._connection.execute(query.order_by(_paper.c.id)):
                found.setdefault(row.title_folded, row.id)
        return found

    def newest(self, most: int) -> Sequence[int]:
        """Return the ids of the ``most`` papers that were stored last, the newest first."""
        query = select(_paper.c.id).where(_LIVES, _paper.c.id > 0)  # from the end of the key, as far as the limit
        return list(self._connection.scalars(query.order_by(_paper.c.id.desc()).limit(most)))

    def all(self, since: date | None = None, order: PaperOrder = PaperOrder.DAY) -> Iterator[Paper]:
        """Yield every paper, in ``order``.

        Only a few hundred papers are in memory at a time, and eight bytes for each other one.

        ``since``: only papers of this digest day and later, None for all.
        """
        for wanted in in_batches(self.ids(since, order)):
            yield from self.get(wanted)

    def ids(self, since: date | None = None, order: PaperOrder = PaperOrder.DAY) -> Sequence[int]:
        """Return the ids of all papers, in ``order``.

        ``since``: only papers of this digest day and later, None for all.
        """
        day = func.coalesce(first_day(), undated_day(self._connection))
        query = select(_paper.c.id).where(_LIVES).order_by(*in_order(day, order))
        if since is not None:
            query = query.where(day >= since.isoformat())
        ids = array("q")
        rows = self._connection.execute(query, execution_options={"yield_per": MOST_BOUND})
        for batch in rows.scalars().partitions():
            ids.extend(batch)
        return ids

    def upvotes_of(self, ids: Collection[int]) -> dict[int, int]:
        """Return paper id → last known upvotes, of those papers that have any."""
        found: dict[int, int] = {}
        for batch in in_batches(ids):
            found.update((row[0], row[1]) for row in self._connection.execute(_UPVOTES, {"ids": batch}).all())
        return found

    def count(self, since: datetime | None = None, sources: Collection[str] = ()) -> int:
        """Return the number of papers.

        ``since``: only those first seen since then, None for all.
        ``sources``: only those listed by any of these, empty for all.
        """
        query = select(func.count()).select_from(_paper).where(_LIVES)
        if since is not None:
            query = query.where(_paper.c.first_seen >= since)
        if sources:
            query = query.where(exists().where(_listing.c.paper_id == _paper.c.id, _listing.c.source.in_(sources)))
        return self._connection.scalar(query) or 0

    # --- ids of those listed somewhere ---

    def listed_in(self, source: str | None, days: Collection[date]) -> list[int]:
        """Return the ids of the papers that ``source`` lists on any of these digest days; None for any source."""
        found: set[int] = set()
        for batch in in_batches(days):
            found.update(self._listed(_listing.c.day.in_(batch), *_of(source)))
        return sorted(found)

    def listed_since(self, day: date, source: str | None = None) -> list[int]:
        """Return the ids of the papers that ``source`` lists on ``day`` or later; None for any source.

        A paper without a dated listing counts by the day on which it was published, or else first seen.
        """
        dated = exists().where(_listing.c.paper_id == _paper.c.id, _listing.c.day.is_not(None))
        undated = select(_paper.c.id).where(_LIVES, ~dated)
        if source is not None:
            undated = undated.where(exists().where(_listing.c.paper_id == _paper.c.id, *_of(source)))
        found = set(self._listed(_listing.c.day >= day, *_of(source)))
        since = datetime.combine(day, time(), UTC)
        # Two statements, so that each can use an index.
        for young in (_paper.c.published >= since, _paper.c.published.is_(None) & (_paper.c.first_seen >= since)):
            found.update(self._connection.scalars(undated.where(young)))
        return sorted(found)

    # --- papers that wait for their abstract ---

    def waiting(self, before: datetime) -> list[int]:
        """Return the ids of the papers that have waited for their abstract since ``before`` or longer."""
        return sorted(self._connection.scalars(select(_paper.c.id).where(_LIVES, _paper.c.waiting_since <= before)))

    def ready(self, ids: Iterable[int], waited_since: datetime) -> list[int]:
        """Return those of ``ids`` that do not wait for an abstract, or have waited since ``waited_since`` or longer."""
        is_ready = or_(_paper.c.waiting_since.is_(None), _paper.c.waiting_since <= waited_since)
        found: list[int] = []
        for batch in in_batches(set(ids)):
            found += self._connection.scalars(select(_paper.c.id).where(_paper.c.id.in_(batch), _LIVES, is_ready))
        return sorted(found)

    def stop_waiting(self, ids: Iterable[int]) -> None:
        """Note that these papers no longer wait for their abstracts."""
        for batch in in_batches(set(ids)):
            self._connection.execute(update(_paper).where(_paper.c.id.in_(batch)).values(waiting_since=None))

    # --- rows ---

    def _rows(self, ids: Collection[int]) -> dict[int, Any]:
        """Return paper id → its row, of papers that were merged as well."""
        found: dict[int, Any] = {}
        for batch in in_batches(ids):
            found |= {row["id"]: row for row in self._connection.execute(_BY_ID, {"ids": batch}).mappings()}
        return found

    def _claiming(self, keys: Collection[str]) -> list[int]:
        """Return the id of the only paper with a claim to be another form of these; none if several have it."""
        query = select(_claim.c.paper_id).where(_claim.c.key.in_(keys)).distinct().limit(2)
        ids = list(self._connection.scalars(query))
        return ids if len(ids) == 1 else []

    def _beginning_with(self, key: str) -> list[int]:
        """Return the ids of papers with a key that begins with ``key``: two at most, which shows it is ambiguous."""
        starts = [_key.c.key.startswith(prefix + key, autoescape=True) for prefix in ("", "arxiv:", "doi:", "url:")]
        query = select(_key.c.paper_id).where(or_(*starts)).distinct().limit(2)
        return list(self._connection.scalars(query))

    def _listed(self, *where: ColumnElement[bool]) -> Iterable[int]:
        return self._connection.scalars(select(_listing.c.paper_id).where(and_(*where)))


def _of(source: str | None) -> list[ColumnElement[bool]]:
    return [] if source is None else [_listing.c.source == source]
