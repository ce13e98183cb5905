"""Store under which digest days a source lists papers, and the numbers that stand there."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select

from watcher.model import Entry
from watcher.model.fields import LISTED, FieldKind
from watcher.store.database import schema
from watcher.store.database.batches import in_batches, insert_numbered, insert_unless_there, update_rows
from watcher.store.identity.candidates import day_listed, is_clock_behind

_listing, _metric = schema.listing, schema.metric

_LISTED = tuple(one.attribute for one in LISTED)
_COUNTED = tuple(one.attribute for one in LISTED if one.kind is FieldKind.NUMBER)

_Place = tuple[int, date | None]
"""(paper id, digest day)."""


@dataclass(frozen=True, slots=True)
class PlacedPaper:
    """A paper as an entry lists it.

    ``published``: when it was published, as that was known before the entry.
    """

    id: int
    first_seen: datetime
    published: datetime | None
    entry: Entry


def write_listings(
    connection: Connection, source: str, listed: Sequence[PlacedPaper], now: datetime
) -> tuple[set[int], set[int]]:
    """Write listings and their numbers; return the ids of papers newly listed, and those with changed numbers."""
    known = _known(connection, source, {one.id for one in listed})
    wanted = {place: _row(place, source, entry, now) for place, entry in _places(listed, known, now).items()}
    fresh = [row for place, row in wanted.items() if place not in known]
    again = [_newer(known[place], row) for place, row in wanted.items() if place in known]
    changed = [row for row in again if row.pop("is_changed")]
    insert_numbered(connection, _listing, fresh)
    update_rows(connection, _listing, ["id"], again)
    _write_numbers(connection, [row for row in (*fresh, *changed) if any(row[name] is not None for name in _COUNTED)])
    return {row["paper_id"] for row in fresh}, {row["paper_id"] for row in changed}


def _places(listed: Sequence[PlacedPaper], known: Collection[_Place], now: datetime) -> dict[_Place, Entry]:
    """Return the place of each entry; of two at one place the last counts."""
    days: dict[int, set[date | None]] = {}
    for paper_id, day in known:
        days.setdefault(paper_id, set()).add(day)
    is_behind = is_clock_behind((one.entry for one in listed), now)
    places: dict[_Place, Entry] = {}
    for one in listed:
        there = days.get(one.id, ())
        day = one.entry.listed if is_behind else day_listed(one.entry, one.first_seen, one.published, there, now)
        places[one.id, day] = one.entry
    return places


def _known(connection: Connection, source: str, paper_ids: set[int]) -> dict[_Place, Any]:
    found: dict[_Place, Any] = {}
    for batch in in_batches(paper_ids):
        rows = connection.execute(select(_listing).where(_listing.c.paper_id.in_(batch)))
        found |= {(row.paper_id, row.day): row for row in rows if row.source == source}
    return found


def _row(place: _Place, source: str, entry: Entry, now: datetime) -> dict[str, Any]:
    numbers = {name: getattr(entry, name) for name in _LISTED}
    return {"paper_id": place[0], "source": source, "day": place[1], "read_at": now, **numbers}


def _newer(known: Any, row: dict[str, Any]) -> dict[str, Any]:
    """Return the known listing with the numbers that were read now. Numbers no longer shown stay as they are."""
    latest = {name: value if value is not None else getattr(known, name) for name, value in row.items()}
    is_changed = any(latest[name] != getattr(known, name) for name in _COUNTED)
    return latest | {"id": known.id, "is_changed": is_changed}


def _write_numbers(connection: Connection, listings: Sequence[dict[str, Any]]) -> None:
    rows = [
        {"listing_id": row["id"], "at": row["read_at"], **{name: row[name] for name in _COUNTED}} for row in listings
    ]
    if insert_unless_there(connection, _metric, rows) < len(rows):
        # Read twice at the same instant: the later numbers count.
        update_rows(connection, _metric, ["listing_id", "at"], rows)
