"""What is known: papers and where they are listed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

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
        return precedence_of(self.upvotes, self.digest_day)


def precedence_of(upvotes: int | None, day: date) -> tuple[int, int]:
    """Return what puts a paper before others, see :attr:`Paper.precedence`."""
    return -1 if upvotes is None else upvotes, day.toordinal()


class RankablePaper(Protocol):
    """What puts a paper at its place among others."""

    @property
    def id(self) -> int: ...

    @property
    def digest_day(self) -> date: ...

    @property
    def precedence(self) -> tuple[int, int]: ...


@dataclass(frozen=True, slots=True)
class FoundPaper:
    """A paper that a search has found, without anything that was not needed to find and rank it."""

    id: int
    digest_day: date
    upvotes: int | None

    @property
    def precedence(self) -> tuple[int, int]:
        """What puts it before others, as :attr:`Paper.precedence`."""
        return precedence_of(self.upvotes, self.digest_day)
