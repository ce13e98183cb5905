"""What is known: papers and where they are listed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One paper on one source's list of one day, with the numbers last seen there (``read_at``)."""

    source: str
    day: date | None
    rank: int | None = None
    upvotes: int | None = None
    comments: int | None = None
    read_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A paper as it is stored: one, whatever lists it. ``key`` is its strongest identity."""

    id: int
    key: str
    title: str
    abstract: str = ""
    authors: tuple[str, ...] = ()
    arxiv_id: str | None = None
    version: int | None = None
    doi: str | None = None
    url: str | None = None
    organization: str | None = None
    published: datetime | None = None
    first_seen: datetime
    summary: str | None = None
    note: str | None = None
    keywords: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    submitter: str | None = None
    code_url: str | None = None
    project_url: str | None = None
    thumbnail: str | None = None
    listings: tuple[Listing, ...] = ()

    @property
    def digest_day(self) -> date:
        """The day it was first announced, else published, else first seen."""
        days = [listing.day for listing in self.listings if listing.day]
        return min(days) if days else (self.published or self.first_seen).date()
