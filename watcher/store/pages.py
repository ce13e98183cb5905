"""Pages as they were last read, and how every look at a source went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from watcher.model import Judged, Page, Reading, Validators, Verdict
from watcher.store import schema
from watcher.verdict import DayHistory, set_digest
from watcher.walk import KnownPage

_page, _poll, _listing, _paper = schema.page, schema.poll, schema.listing, schema.paper

DAYS_OF_HISTORY = 120
"""Digest days to look through for ten of one weekday: twice as many, for holidays and gaps."""

OF_ONE_WEEKDAY = 10


@dataclass(frozen=True, slots=True)
class Poll:
    """One look at a source; ``new`` counts papers never seen before."""

    source: str
    at: datetime
    judged: Judged
    new: int
    pages: int


class Pages:
    """Rows of ``page`` and ``poll``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # --- pages ---

    def known(self, source: str) -> dict[str, KnownPage]:
        """The pages of ``source`` that were ever read, by address."""
        rows = self._connection.execute(select(_page).where(_page.c.source == source))
        return {row.url: KnownPage(row.url, row.day, row.previous, row.read_at, row.is_whole) for row in rows}

    def validators(self, source: str, parser_version: int) -> dict[str, Validators]:
        """What to ask "changed since?" with, of the pages that this version of the parser has read whole."""
        query = select(_page).where(_page.c.source == source, _page.c.parser_version == parser_version)
        found = {row.url: Validators(row.etag, row.modified) for row in self._connection.execute(query)}
        return {url: validators for url, validators in found.items() if validators}

    def record(
        self,
        source: str,
        page: Page,
        reading: Reading,
        parser_version: int,
        judged: Judged,
        shown: frozenset[str],
        history: DayHistory,
        now: datetime,
    ) -> None:
        """Remember a page that was read; its validators only where nothing is missing and no page follows,
        for a 304 would hide it.

        Since when it shows too little, and which papers, is kept as long as it shows just these, also after that
        was taken as true.
        """
        is_whole = reading.whole and judged.verdict is not Verdict.PARTIAL
        since, digest = _short(judged, shown, history, now)
        row = {
            "source": source,
            "url": page.url,
            "etag": page.validators.etag if is_whole and not reading.next else None,
            "modified": page.validators.modified if is_whole and not reading.next else None,
            "parser_version": parser_version,
            "day": reading.day,
            "previous": reading.previous,
            "is_newest": reading.is_newest,
            "is_whole": is_whole,
            "read_at": now,
            "shown": len(shown),
            "short_since": since,
            "short_digest": digest,
        }
        make = postgresql.insert if self._connection.dialect.name == "postgresql" else sqlite.insert
        self._connection.execute(
            make(_page).values(row).on_conflict_do_update(index_elements=["source", "url"], set_=row)
        )

    def touch(self, source: str, url: str, now: datetime) -> None:
        """The page is as it was: 304."""
        self._connection.execute(update(_page).where(_page.c.source == source, _page.c.url == url).values(read_at=now))

    def days(self, source: str, n: int) -> list[date]:
        """The newest ``n`` digest days of which a page was read, newest first."""
        query = select(_page.c.day).where(_page.c.source == source, _page.c.day.is_not(None)).distinct()
        return list(self._connection.scalars(query.order_by(_page.c.day.desc()).limit(n)))

    def history(self, source: str, url: str, day: date | None) -> DayHistory:
        """What is known of a page's day, to judge what it shows now."""
        page = select(_page.c.short_since, _page.c.short_digest).where(_page.c.source == source, _page.c.url == url)
        row = self._connection.execute(page).one_or_none()
        return DayHistory(
            known=self._keys_listed(source, day),
            weekday_counts=self._weekday_counts(source, day) if day else (),
            short_since=row.short_since if row else None,
            short_digest=row.short_digest if row else None,
        )

    def _keys_listed(self, source: str, day: date | None) -> frozenset[str]:
        if day is None:
            return frozenset()
        listed = select(_paper.c.key).join(_listing, _listing.c.paper_id == _paper.c.id)
        return frozenset(self._connection.scalars(listed.where(_listing.c.source == source, _listing.c.day == day)))

    def _weekday_counts(self, source: str, day: date) -> tuple[int, ...]:
        """How many papers the last digest days on this weekday had, newest first."""
        query = (
            select(_listing.c.day, func.count().label("papers"))
            .where(_listing.c.source == source, _listing.c.day < day)
            .group_by(_listing.c.day)
            .order_by(_listing.c.day.desc())
            .limit(DAYS_OF_HISTORY)
        )
        rows = self._connection.execute(query)
        counts = [row.papers for row in rows if row.day.weekday() == day.weekday()]
        return tuple(counts[:OF_ONE_WEEKDAY])

    # --- polls ---

    def record_poll(self, source: str, judged: Judged, new: int, pages: int, now: datetime) -> None:
        self._connection.execute(
            insert(_poll).values(
                source=source, at=now, verdict=judged.verdict.value, reason=judged.reason, new=new, pages=pages
            )
        )

    def polls(self, source: str, limit: int = 10) -> list[Poll]:
        """The last looks at ``source``, newest first."""
        query = select(_poll).where(_poll.c.source == source).order_by(_poll.c.at.desc(), _poll.c.id.desc())
        return [_as_poll(row) for row in self._connection.execute(query.limit(limit))]

    def last_poll(self, source: str) -> Poll | None:
        return next(iter(self.polls(source, 1)), None)


def _short(
    judged: Judged, shown: frozenset[str], history: DayHistory, now: datetime
) -> tuple[datetime | None, str | None]:
    digest = set_digest(shown)
    if history.short_digest == digest:
        return history.short_since, digest
    return (now, digest) if judged.verdict is Verdict.PARTIAL else (None, None)


def _as_poll(row: Any) -> Poll:
    return Poll(row.source, row.at, Judged(Verdict(row.verdict), row.reason), row.new, row.pages)
