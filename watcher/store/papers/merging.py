"""Merge two stored papers that turn out to be the same: the older row stays, the newer row points to it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, delete, or_, select, update

from watcher.model.fields import LISTED
from watcher.store.database import schema
from watcher.store.database.batches import in_batches
from watcher.store.deliveries.kept import merge_kept
from watcher.store.papers.claims import merge_claims
from watcher.store.papers.events import events_of
from watcher.store.papers.marks import merge_marks
from watcher.store.papers.matches import merge_matches
from watcher.store.subscriptions.mutes import merge_mutes
from watcher.store.subscriptions.subscriptions import Subscriptions
from watcher.store.subscriptions.thumbs import merge_thumbs

_paper, _key, _listing, _metric = schema.paper, schema.paper_key, schema.listing, schema.metric
_match = schema.match

_READ = (*(one.attribute for one in LISTED), "read_at")


def hold_matching(connection: Connection, paper_ids: Collection[int]) -> None:
    """Lock all subscriptions with a match of these papers, so that none of them is told meanwhile.

    Call this before the matches change: who tells a subscription locks it first, and its matches then.
    """
    ids: set[int] = set()
    for batch in in_batches(paper_ids):
        ids |= set(connection.scalars(select(_match.c.subscription_id).where(_match.c.paper_id.in_(batch)).distinct()))
    Subscriptions(connection).lock(ids)


def merge_papers(connection: Connection, kept: int, merged: int) -> None:
    """Move the keys, claims, listings, matches, thumbs, mutes, marks and places of ``merged`` to ``kept``.

    The caller writes the columns of ``paper`` itself. What became of ``merged`` before is no news to who knows it.
    """
    been = _been_through(connection, kept, merged)
    connection.execute(
        update(_paper).where(or_(_paper.c.id == merged, _paper.c.merged_into == merged)).values(merged_into=kept)
    )
    connection.execute(update(_key).where(_key.c.paper_id == merged).values(paper_id=kept))
    merge_claims(connection, kept, merged)
    _merge_listings(connection, kept, merged)
    merge_matches(connection, kept, merged, been)
    merge_thumbs(connection, kept, merged)
    merge_mutes(connection, kept, merged)
    merge_marks(connection, kept, merged)
    merge_kept(connection, kept, merged)


def _been_through(connection: Connection, kept: int, merged: int) -> tuple[str, ...]:
    """Return what became of the paper ``merged`` that did not become of ``kept`` as it is stored."""
    found = connection.execute(select(_paper).where(_paper.c.id.in_([kept, merged])))
    rows = {row.id: dict(row._mapping) for row in found}
    return events_of(rows[kept], rows[merged])


def _merge_listings(connection: Connection, kept: int, merged: int) -> None:
    known = {(row.source, row.day): row for row in _listings(connection, kept)}
    for row in _listings(connection, merged):
        if (row.source, row.day) in known:
            _merge_listing(connection, known[row.source, row.day], row)
        else:
            connection.execute(update(_listing).where(_listing.c.id == row.id).values(paper_id=kept))


def _listings(connection: Connection, paper_id: int) -> list[Any]:
    return list(connection.execute(select(_listing).where(_listing.c.paper_id == paper_id)))


def _merge_listing(connection: Connection, kept: Any, merged: Any) -> None:
    """Merge two listings of the same source and day: the latest numbers stay, and their histories are joined."""
    if merged.read_at > kept.read_at:
        numbers = {name: getattr(merged, name) for name in _READ}
        connection.execute(update(_listing).where(_listing.c.id == kept.id).values(numbers))
    instants = select(_metric.c.at).where(_metric.c.listing_id == kept.id)
    connection.execute(
        update(_metric)
        .where(_metric.c.listing_id == merged.id, _metric.c.at.not_in(instants))
        .values(listing_id=kept.id)
    )
    connection.execute(delete(_metric).where(_metric.c.listing_id == merged.id))
    connection.execute(delete(_listing).where(_listing.c.id == merged.id))
