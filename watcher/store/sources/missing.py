"""What is missing of sources: pages of digest days that could not be read, and since when all could be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, exists, func, insert, select, update

from watcher.model import Entry, Verdict
from watcher.polls.rhythm import Look
from watcher.polls.verdict import set_digest
from watcher.store.database import schema
from watcher.store.database.batches import in_batches
from watcher.store.papers.identity import title_key
from watcher.store.sources.pages import NEVER_READ

_page, _poll, _listing, _paper, _key = schema.page, schema.poll, schema.listing, schema.paper, schema.paper_key

NOTHING = set_digest(())
"""What a page shows that is not there."""

_NO_NEWS: dict[str, Any] = {"short_since": None, "short_digest": None}


def whole_verdicts(*, with_papers: bool = False) -> tuple[Verdict, ...]:
    """The verdicts of looks at which nothing was missing; or of those that showed papers, too."""
    return (Verdict.NEW, Verdict.UNCHANGED, *(() if with_papers else (Verdict.QUIET,)))


@dataclass(frozen=True, slots=True)
class Accepted:
    """A page that shows too little for so long that this is taken as all: ``papers`` of them; of a page that is not
    ``is_read`` the site says that it is not there."""

    url: str
    day: date | None
    papers: int
    is_read: bool

    def __str__(self) -> str:
        where = str(self.day) if self.day else self.url
        papers = {0: "no papers", 1: "1 paper"}.get(self.papers, f"{self.papers} papers")
        return f"{where} shows {papers}" if self.is_read else f"{where} has no page"


class MissingDays:
    """Rows of ``page``, ``poll`` and ``listing``, as far as they say what is missing."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def fail(self, source: str, url: str, day: date, now: datetime, *, is_gone: bool) -> datetime:
        """Remember that a digest day's page could not be read, or that there is none; since when that is so.

        What was read of it before stays known.
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
        """There is no page of a digest day: it is not asked for any more.

        ``previous`` is the day before that has one; ``is_news`` where a page had named the day.
        """
        values = {"is_whole": True} | ({"previous": previous} if previous else {}) | ({} if is_news else _NO_NEWS)
        self._connection.execute(update(_page).where(_page.c.source == source, _page.c.day == day).values(values))

    def taken_as_true(self, source: str, since: datetime) -> list[Accepted]:
        """The pages that began to show too little at ``since`` or later, and still do, which is taken as all."""
        query = select(_page).where(_page.c.source == source, _page.c.is_whole, _page.c.short_since >= since)
        rows = self._connection.execute(query.order_by(_page.c.day)).all()
        return [Accepted(row.url, row.day, row.shown, row.short_digest != NOTHING) for row in rows]

    def listed_before(self, source: str, day: date) -> frozenset[str]:
        """The keys of the papers that ``source`` listed on its last digest day before ``day``."""
        mine = _listing.c.source == source
        before = select(_listing.c.day).where(mine, _listing.c.day < day).order_by(_listing.c.day.desc()).limit(1)
        listed = select(_paper.c.key).join(_listing, _listing.c.paper_id == _paper.c.id)
        last = self._connection.scalar(before)
        return frozenset(self._connection.scalars(listed.where(mine, _listing.c.day == last)) if last else ())

    def last_day(self, source: str) -> date | None:
        """The last digest day on which ``source`` has listed a paper."""
        query = select(_listing.c.day).where(_listing.c.source == source, _listing.c.day.is_not(None))
        return self._connection.scalar(query.order_by(_listing.c.day.desc()).limit(1))

    def knows_any(self, source: str, entries: Sequence[Entry]) -> bool:
        """Whether ``source`` has listed any of these before."""
        keys = {key for entry in entries for key in entry.keys or (title_key(entry.title),)}
        mine = exists().where(_listing.c.paper_id == _key.c.paper_id, _listing.c.source == source)
        return any(
            self._connection.scalar(select(_key.c.key).where(_key.c.key.in_(batch)).where(mine).limit(1)) is not None
            for batch in in_batches(keys)
        )

    def last_whole(self, source: str, *, with_papers: bool = False) -> datetime | None:
        """When all of ``source`` could last be read, and nothing was missing; or showed papers, too."""
        query = select(_poll.c.at).where(
            _poll.c.source == source, _poll.c.verdict.in_(whole_verdicts(with_papers=with_papers))
        )
        at: datetime | None = self._connection.scalar(query.order_by(_poll.c.at.desc()).limit(1))
        if at is None:  # looks are forgotten after a while, pages are not
            at = self._connection.scalar(
                select(func.max(_page.c.read_at)).where(_page.c.source == source, _page.c.is_whole)
            )
        return at

    def last_looks(self, source: str, limit: int) -> list[Look]:
        """The last looks at ``source``, newest first."""
        query = select(_poll.c.at, _poll.c.verdict).where(_poll.c.source == source)
        rows = self._connection.execute(query.order_by(_poll.c.at.desc()).limit(limit))
        return [Look(row.at, Verdict(row.verdict)) for row in rows]
