"""Papers and their listings; papers that somebody likes, and why others are like them."""

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
    """A paper as it is stored: one value, whatever lists the paper.

    ``key``: its strongest identity.
    ``first_seen``: when it was stored.
    """

    id: int
    key: str
    first_seen: datetime
    listings: tuple[Listing, ...] = ()

    @property
    def digest_day(self) -> date:
        """The day on which it was first listed, or else published, or else first seen."""
        days = [listing.day for listing in self.listings if listing.day]
        return min(days) if days else (self.published or self.first_seen).date()

    @property
    def upvotes(self) -> int | None:
        """The last known number of upvotes on any list, None if no source counts them."""
        counted = [listing for listing in self.listings if listing.upvotes is not None]
        return max(counted, key=lambda listing: listing.read_at).upvotes if counted else None

    @property
    def precedence(self) -> tuple[int, int]:
        """A sort key for lists and messages, larger first: upvotes, then digest day.

        A paper without a count comes after one with no upvotes, which was shown to readers who could vote.
        """
        return precedence_of(self.upvotes, self.digest_day)


def precedence_of(upvotes: int | None, day: date) -> tuple[int, int]:
    """Return the sort key that :attr:`Paper.precedence` describes."""
    return -1 if upvotes is None else upvotes, day.toordinal()


class RankablePaper(Protocol):
    """What is needed to rank a paper."""

    @property
    def id(self) -> int: ...

    @property
    def digest_day(self) -> date: ...

    @property
    def precedence(self) -> tuple[int, int]: ...


@dataclass(frozen=True, slots=True)
class FoundPaper:
    """A paper that a search has found, with only what is needed to rank it."""

    id: int
    digest_day: date
    upvotes: int | None

    @property
    def precedence(self) -> tuple[int, int]:
        """A sort key, like :attr:`Paper.precedence`."""
        return precedence_of(self.upvotes, self.digest_day)


LONGEST_TITLE = 60
"""Most characters of a liked paper's title in a line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LikedPaper:
    """A paper in a library, as a file or a list names it.

    ``title``, ``abstract`` and ``keywords``: what the file says of it, empty if nothing.
    ``keys``: its identities, such as ``arxiv:2601.00001`` and ``doi:10.1000/x``.
    """

    title: str = ""
    abstract: str = ""
    keywords: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()

    @property
    def starred_by(self) -> str | None:
        """Return whose starred papers it stands for, "" for everybody's; None for a paper."""
        key = self.keys[0] if self.keys else ""
        return key.removeprefix(STARS) if key.startswith(STARS) else None


STARS = "starred:"
GROWING = "+stars"
"""The end of the name of a library that has somebody's starred papers in it."""


def stars_of(person: str) -> LikedPaper:
    """Return the library item for all papers starred by a person.

    ``person``: owner of the stars, "" for those that all users of the installation share.
    """
    return LikedPaper(keys=(f"{STARS}{person}",))


@dataclass(frozen=True, slots=True)
class Because:
    """Why a paper is like a library.

    ``papers``: the closest papers in the library, with title and first key.
    ``words``: words and pairs of words that make it close, as the paper writes them.
    """

    papers: tuple[LikedPaper, ...] = ()
    words: tuple[str, ...] = ()

    @property
    def in_words(self) -> str:
        """One line such as ``because of …, …; words: …``; "" if there is nothing to name."""
        names = [f"“{_in_short(one.title or one.keys[0])}”" for one in self.papers if one.title or one.keys]
        parts = [f"because of {', '.join(names)}"] if names else []
        if self.words:
            parts.append(f"words: {', '.join(self.words)}")
        return "; ".join(parts)


def _in_short(title: str) -> str:
    """Return a title in one line; a long one is cut after a word."""
    line = " ".join(title.split())
    return line if len(line) <= LONGEST_TITLE else line[: LONGEST_TITLE - 1].rsplit(" ", 1)[0] + "…"
