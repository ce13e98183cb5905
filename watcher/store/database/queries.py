"""SQL expressions and conversions of rows that several statements about papers share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import ColumnElement, Connection, ScalarSelect, String, func, select, type_coerce

from watcher.model import Listing, Paper, PaperOrder
from watcher.model.fields import FACTS
from watcher.store.database import schema

_paper, _listing = schema.paper, schema.listing

_OF_PAPER = tuple(field.name for field in fields(Paper) if field.name != "listings")
_OF_LISTING = tuple(field.name for field in fields(Listing))
_LISTS = tuple(one.attribute for one in FACTS if one.is_several)


def first_day() -> ScalarSelect[Any]:
    """Return an SQL expression for the first digest day that lists a paper.

    It gives ``YYYY-MM-DD``, or NULL if no listing has a day.
    """
    return (
        select(type_coerce(func.min(_listing.c.day), String))
        .where(_listing.c.paper_id == _paper.c.id)
        .scalar_subquery()
    )


def undated_day(connection: Connection) -> ColumnElement[str]:
    """Return an SQL expression for the day of a paper without dated listings, ``YYYY-MM-DD``.

    That is the UTC day on which it was published, or else first seen.
    """
    instant = func.coalesce(_paper.c.published, _paper.c.first_seen)
    if connection.dialect.name == "postgresql":
        return func.to_char(func.timezone("UTC", instant), "YYYY-MM-DD", type_=String)
    # SQLite stores instants as text; all are in UTC.
    return func.substr(instant, 1, 10, type_=String)


def last_upvotes() -> ScalarSelect[Any]:
    """Return an SQL expression for the last known upvotes of a paper; NULL if no listing has upvotes."""
    counted = select(_listing.c.upvotes).where(_listing.c.paper_id == _paper.c.id, _listing.c.upvotes.is_not(None))
    return counted.order_by(_listing.c.read_at.desc(), _listing.c.id).limit(1).scalar_subquery()


def in_order(day: ColumnElement[str], order: PaperOrder) -> Sequence[ColumnElement[Any]]:
    """Return the SQL expressions to sort papers by.

    ``day``: expression for a paper's digest day.
    """
    upvotes = func.coalesce(last_upvotes(), -1).desc()
    newest = _paper.c.id.desc()
    match order:
        case PaperOrder.DAY:
            return day.desc(), upvotes, newest
        case PaperOrder.UPVOTES:
            return upvotes, day.desc(), newest
        case PaperOrder.SEEN:
            return _paper.c.first_seen.desc(), newest


def paper_of(row: Any, listings: Iterable[Any]) -> Paper:
    """Return the paper that a row of ``paper`` and its rows of ``listing`` make."""
    values = {name: row[name] for name in _OF_PAPER}
    values |= {name: tuple(values[name] or ()) for name in _LISTS}
    return Paper(**values, listings=tuple(listing_of(listing) for listing in listings))


def listing_of(row: Any) -> Listing:
    """Return the listing of a row of ``listing``."""
    return Listing(**{name: row[name] for name in _OF_LISTING})
