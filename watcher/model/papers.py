"""What is known: papers and where they are listed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from watcher.model.fields import Listing, PaperFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper(PaperFacts):
    """A paper as it is stored: one, whatever lists it. ``key`` is its strongest identity."""

    id: int
    key: str
    first_seen: datetime
    listings: tuple[Listing, ...] = ()

    @property
    def digest_day(self) -> date:
        """The day it was first announced, else published, else first seen."""
        days = [listing.day for listing in self.listings if listing.day]
        return min(days) if days else (self.published or self.first_seen).date()
