"""Record which pages of digest days could not be read, and tell when a source was last read whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, exists, func, insert, select, update

from watcher.model import Entry, ListedBefore, Verdict
from watcher.model.masking import starred
from watcher.policy.polls.rhythm import Look
from watcher.policy.polls.verdict import set_digest
from watcher.store.database import schema
from watcher.store.database.batches import in_batches
from watcher.store.identity.addresses import spellings
from watcher.store.identity.keys import comparable_title
from watcher.store.sources.pages import NEVER_READ

_page, _poll, _listing, _paper, _key = schema.page, schema.poll, schema.listing, schema.paper, schema.paper_key

NOTHING = set_digest(())
"""The :func:`set_digest` of no papers. It marks a page that could not be read or does not exist."""

LATELY = timedelta(days=21)
"""How far back it is looked whether a list shows an earlier day's papers: over the longest holidays."""

_NO_NEWS: dict[str, Any] = {"short_since": None, "short_digest": None}


def whole_verdicts(*, with_papers: bool = False) -> tuple[Verdict, ...]:
    """Return the verdicts of polls that missed nothing.

    ``with_papers``: only those of polls that showed papers.
    """
    return (Verdict.NEW, Verdict.UNCHANGED, *(() if with_papers else (Verdict.QUIET,)))


@dataclass(frozen=True, slots=True)
class Accepted:
    """A page that showed too little for a day, and was then accepted as complete.

    ``papers``: number of papers on it.
    ``is_read``: False if the site says that there is no such page.
    """

    url: str
    day: date | None
    papers: int
    is_read: bool

    def __str__(self) -> str:
        where = str(self.day) if self.day else starred(self.url)
        papers = {0: "no papers", 1: "1 paper"}.get(self.papers, f"{self.papers} papers")
        return f"{where} shows {papers}" if self.is_read else f"{where} has no page"


def _is_there(row: Any) -> bool:
    """Return whether the site has a page, even if it is empty."""
    return bool(row.short_digest != NOTHING or (row.parser_version != NEVER_READ and row.shown == 0))


class MissingDays:
    """The SQL statements on ``page``, ``poll`` and ``listing`` about what is missing of a source."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def fail(self, source: str, url: str, day: date, now: datetime, *, is_gone: bool) -> datetime:
        """Record that a digest day's page could not be read; return since when. What was read of it before is kept.

        ``is_gone``: the site says that the page does not exist.
        """
        row = self._connection.execute(
            select(_page)
            .where(_page.c.source == source, (_page.c.url == url) | (_page.c.day == day))
            .order_by((_page.c.parser_version == NEVER_READ), _page.c.read_at.desc())
        ).first()
        if row is None:
            new = {"source": source, "url": url, "day": day, "parser_version": NEVER_READ, "is_whole": False}
            short = {"read_at": now, "short_since": now, "short_digest": NOTHING}
            self._connection.execute(insert(_page).values(new | short))
            return now
        since = row.short_since if row.short_since and row.short_digest == NOTHING else now
        here = update(_page).where(_page.c.source == source, _page.c.url == row.url)
        if row.parser_version == NEVER_READ or is_gone:
            values = {"is_whole": False, "read_at": now, "short_since": since, "short_digest": NOTHING}
            self._connection.execute(here.values(**values, etag=None, modified=None))
        elif not row.is_whole:
            self._connection.execute(here.values(read_at=now))
        return since

    def settle(self, source: str, day: date, *, previous: date | None = None, is_news: bool = False) -> None:
        """Record that a digest day has no page, so that it is not asked for again.

        ``previous``: the day before that has a page, None if not known.
        ``is_news``: another page had named the day; then its absence is reported.
        """
        values = {"is_whole": True} | ({"previous": previous} if previous else {}) | ({} if is_news else _NO_NEWS)
        self._connection.execute(update(_page).where(_page.c.source == source, _page.c.day == day).values(values))

    def taken_as_true(self, source: str, since: datetime) -> list[Accepted]:
        """Return the pages that began to show too little at or after ``since``, and were then accepted as complete."""
        query = select(_page).where(_page.c.source == source, _page.c.is_whole, _page.c.short_since >= since)
        rows = self._connection.execute(query.order_by(_page.c.day)).all()
        return [Accepted(row.url, row.day, row.shown, _is_there(row)) for row in rows]

    def listed_before(self, source: str, day: date) -> ListedBefore:
        """Return what ``source`` listed on its last digest day before ``day``, and within ``LATELY`` before."""
        mine = _listing.c.source == source, _listing.c.day < day
        listed = select(_paper.c.key, _paper.c.categories, _listing.c.day)
        listed = listed.join(_listing, _listing.c.paper_id == _paper.c.id).where(*mine, _listing.c.day >= day - LATELY)
        rows = self._connection.execute(listed).all()
        last = max((row.day for row in rows), default=None)
        categories = {row.key: "".join((row.categories or [])[:1]) for row in rows if row.day == last}
        return ListedBefore(categories, frozenset(row.key for row in rows))

    def last_day(self, source: str) -> date | None:
        """Return the last digest day on which ``source`` listed a paper, None if there is none."""
        query = select(_listing.c.day).where(_listing.c.source == source, _listing.c.day.is_not(None))
        return self._connection.scalar(query.order_by(_listing.c.day.desc()).limit(1))

    def known_by(self, source: str, entries: Sequence[Entry], at: datetime) -> list[bool]:
        """Return for each entry whether ``source`` had listed its paper (by key or title) by the instant ``at``."""
        of_entry = [{one for key in entry.keys for one in (key, *spellings(key))} for entry in entries]
        titles = [comparable_title(entry.title) for entry in entries]
        is_listed = exists().where(_listing.c.paper_id == _paper.c.id, _listing.c.source == source)
        was_known = (_paper.c.first_seen <= at) & is_listed
        keys, known = select(_key.c.key).join(_paper, _paper.c.id == _key.c.paper_id), set[str]()
        for batch in in_batches(set().union(*of_entry)):
            known.update(self._connection.scalars(keys.where(_key.c.key.in_(batch), was_known)))
        titled = set[str]()
        for batch in in_batches({title for own, title in zip(of_entry, titles, strict=True) if known.isdisjoint(own)}):
            query = select(_paper.c.title_folded).where(_paper.c.title_folded.in_(batch), was_known)
            titled.update(self._connection.scalars(query))
        return [not known.isdisjoint(own) or title in titled for own, title in zip(of_entry, titles, strict=True)]

    def shown_last(self, source: str) -> list[datetime]:
        """Return when each of the papers was first seen that ``source`` showed when it last showed any."""
        mine = _listing.c.source == source
        last = select(func.max(_listing.c.read_at)).where(mine).scalar_subquery()
        query = select(_paper.c.first_seen).join(_listing, _listing.c.paper_id == _paper.c.id)
        return list(self._connection.scalars(query.where(mine, _listing.c.read_at == last)))

    def last_whole(self, source: str, *, with_papers: bool = False) -> datetime | None:
        """Return when a poll of ``source`` last missed nothing, None for never.

        If old polls were deleted, the times of its pages are used.

        ``with_papers``: only polls that showed papers count.
        """
        query = select(_poll.c.at).where(
            _poll.c.source == source, _poll.c.verdict.in_(whole_verdicts(with_papers=with_papers))
        )
        at: datetime | None = self._connection.scalar(query.order_by(_poll.c.at.desc()).limit(1))
        if at is None:  # old polls are deleted, pages are not
            at = self._connection.scalar(
                select(func.max(_page.c.read_at)).where(_page.c.source == source, _page.c.is_whole)
            )
        return at

    def last_looks(self, source: str, limit: int) -> list[Look]:
        """Return the last ``limit`` polls of ``source``, newest first."""
        query = select(_poll.c.at, _poll.c.verdict).where(_poll.c.source == source)
        rows = self._connection.execute(query.order_by(_poll.c.at.desc()).limit(limit))
        return [Look(row.at, Verdict(row.verdict)) for row in rows]
