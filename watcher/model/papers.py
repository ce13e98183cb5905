"""What is known: papers and where they are listed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from watcher.model.fields import Listing, PaperFacts


class PaperOrder(StrEnum):
    """In which order papers are listed."""

    DAY = "day"  # the newest digest day first, and inside a day as `precedence` says
    UPVOTES = "upvotes"  # most upvotes first, then the newest digest day
    SEEN = "seen"  # what was first seen last comes first


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

    @property
    def upvotes(self) -> int | None:
        """The number of upvotes that was seen last, wherever it is listed; None if no source counts them."""
        counted = [listing for listing in self.listings if listing.upvotes is not None]
        return max(counted, key=lambda listing: listing.read_at).upvotes if counted else None

    @property
    def precedence(self) -> tuple[int, int]:
        """What puts it before others in lists and messages: upvotes, then the digest day; the larger comes first.

        A paper without a count comes after one with no upvotes: the latter was at least shown to readers who can vote.
        """
        return -1 if self.upvotes is None else self.upvotes, self.digest_day.toordinal()
