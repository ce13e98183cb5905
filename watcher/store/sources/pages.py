"""Record pages as they were last read, and every poll of a source with its verdict."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, delete, func, insert, select, update

from watcher.model import Entry, Judged, Page, Reading, Validators, Verdict
from watcher.policy.polls.days import KnownPage
from watcher.policy.polls.rhythm import Look, Wait
from watcher.policy.polls.verdict import DayHistory, Expected, KnownOfSource, expected, set_digest, sites_day
from watcher.store.database import schema
from watcher.store.database.batches import insert_of
from watcher.store.sources.renamed import renamed_titles

_page, _poll, _listing, _paper, _key = schema.page, schema.poll, schema.listing, schema.paper, schema.paper_key

WEEKS_OF_HISTORY = 24
"""Weeks that are searched for ten digest days of one weekday: more than twice ten, for holidays and gaps."""

OF_ONE_WEEKDAY = 10

RECENT = 10
"""Days with papers that are remembered of a page without a digest day."""

LAST_PAPERS = 50
"""How many of a source's latest papers are looked at to learn what its papers usually have."""

NOT_WHOLE = (Verdict.PARTIAL, Verdict.BROKEN)

NEVER_READ = 0
"""Parser version in the row of a page that was never read."""

_REMEMBERED = select(
    _page.c.url,
    _page.c.day,
    _page.c.previous,
    _page.c.read_at,
    _page.c.is_whole,
    _page.c.is_newest,
    _page.c.short_since,
    _page.c.etag,
    _page.c.modified,
    _page.c.parser_version,
).where(_page.c.source == bindparam("of"))
_WAS_READ = _page.c.parser_version != NEVER_READ
_POLLED = insert(_poll)
_TOUCH = update(_page).where(_page.c.source == bindparam("of"), _page.c.url == bindparam("at"))


@dataclass(frozen=True, slots=True)
class Poll:
    """A recorded poll of a source.

    ``new``: number of papers never seen before.
    ``pages``: number of pages that were read.
    ``wait``: the chosen time until the next poll, None to wait for the configured ``every``.
    """

    source: str
    at: datetime
    judged: Judged
    new: int
    pages: int
    wait: Wait | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A page as it was last read.

    ``papers``: number of papers that it showed.
    ``expected``: how many it should show at least, None if not known.
    ``short_since``: since when it has shown too few or the wrong papers, None if it does not.
    ``is_read``: False if it was never read. Then ``is_whole`` means that the site has no such page.
    """

    url: str
    day: date | None
    read_at: datetime
    papers: int
    is_whole: bool
    expected: Expected | None
    short_since: datetime | None
    is_read: bool = True


class Pages:
    """The SQL statements on ``page`` and ``poll``."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # --- pages ---

    def known(self, source: str) -> dict[str, KnownPage]:
        """Return address → what is remembered of the page, of all pages of ``source``, read or failed."""
        return self.remembered(source, 0)[0]

    def validators(self, source: str, parser_version: int) -> dict[str, Validators]:
        """Return address → validators, of the pages that this version of the parser has read whole."""
        return self.remembered(source, parser_version)[1]

    def remembered(self, source: str, parser_version: int) -> tuple[dict[str, KnownPage], dict[str, Validators]]:
        """Return :meth:`known` and, of pages that this version of the parser has read, :meth:`validators`."""
        rows = self._connection.execute(_REMEMBERED, {"of": source}).all()
        known = {row.url: _as_known(row) for row in rows}
        given = {row.url: Validators(row.etag, row.modified) for row in rows if row.parser_version == parser_version}
        return known, {url: validators for url, validators in given.items() if validators}

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
        *,
        announced: date | None = None,
    ) -> None:
        """Store that a page was read.

        Validators are stored only if nothing is missing and no further page follows: a later answer 304 would hide what
        is missing. If the page shows too little, the time since when is kept as long as it shows exactly these papers,
        even after they were accepted.

        ``shown``: keys of its papers.
        ``history``: what it showed before.
        ``announced``: day of the announcement that it shows, None if it shows none.
        """
        is_whole = reading.whole and judged.verdict not in NOT_WHOLE
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
            "recent": [
                [day.isoformat(), n]
                for day, n in _recent(reading.whole, len(shown), history, announced or sites_day(now))
            ],
        }
        make = insert_of(self._connection)
        self._connection.execute(
            make(_page).values(row).on_conflict_do_update(index_elements=["source", "url"], set_=row)
        )

    def touch(self, source: str, url: str, now: datetime) -> None:
        """Record that a page has not changed (HTTP status 304)."""
        self._connection.execute(_TOUCH, {"of": source, "at": url, "read_at": now})

    def forget(self, source: str, before: datetime) -> None:
        """Delete what is remembered of pages of a source that were last asked for before an instant."""
        self._connection.execute(delete(_page).where(_page.c.source == source, _page.c.read_at < before))

    def days(self, source: str, n: int) -> list[date]:
        """Return the newest ``n`` digest days of which a page was read, newest first."""
        query = select(_page.c.day).where(_page.c.source == source, _page.c.day.is_not(None), _WAS_READ).distinct()
        return list(self._connection.scalars(query.order_by(_page.c.day.desc()).limit(n)))

    def shown(self, source: str, now: datetime, limit: int = 10) -> list[Shown]:
        """Return what the newest pages of ``source`` showed and should have shown, newest day first."""
        newest = _page.c.day.desc().nulls_last(), _page.c.read_at.desc()
        rows = self._connection.execute(select(_page).where(_page.c.source == source).order_by(*newest).limit(limit))
        return [self._shown(row, now) for row in rows.all()]

    def _shown(self, row: Any, now: datetime) -> Shown:
        history = DayHistory(
            weekday_counts=self._weekday_counts(row.source, row.day) if row.day else (), recent=_days_of(row.recent)
        )
        least = expected(row.day, is_newest=row.is_newest, history=history, now=now)
        is_read = row.parser_version != NEVER_READ
        return Shown(
            row.url, row.day, row.read_at, row.shown, row.is_whole, least if is_read else None, row.short_since, is_read
        )

    def history(self, source: str, url: str, day: date | None, parser_version: int | None = None) -> DayHistory:
        """Return what a page showed before, to judge by it what the page shows now.

        ``parser_version``: if another version has read the page, ``recent`` is empty; None accepts every version.
        """
        columns = _page.c.short_since, _page.c.short_digest, _page.c.recent, _page.c.parser_version
        row = self._connection.execute(select(*columns).where(_page.c.source == source, _page.c.url == url)).first()
        known = self._keys_listed(source, day)
        return DayHistory(
            known=known,
            weekday_counts=self._weekday_counts(source, day) if day else (),
            short_since=row.short_since if row else None,
            short_digest=row.short_digest if row else None,
            before=self._keys_listed(source, self._day_before(source, day)) if day and not known else frozenset(),
            recent=_days_of(row.recent) if row and parser_version in (None, row.parser_version) else (),
        )

    def gone(self, source: str, day: date | None, shown: Collection[int]) -> int:
        """Return how many papers listed on ``day`` are not among the ids ``shown``."""
        if day is None:
            return 0
        listed = select(_listing.c.paper_id).where(_listing.c.source == source, _listing.c.day == day)
        return len(set(self._connection.scalars(listed)).difference(shown))

    def gone_of_days(
        self, source: str, since: date, shown: Collection[int], published: datetime | None = None
    ) -> dict[date, tuple[int, int]]:
        """Return, for each day from ``since`` on, how many papers ``source`` has listed on it and how many are gone.

        ``shown``: ids of the papers that it shows now.
        ``published``: papers that were published before are left out, None to leave out none.
        """
        listed = select(_listing.c.day, _listing.c.paper_id).where(_listing.c.source == source, _listing.c.day >= since)
        if published is not None:
            listed = listed.join(_paper, _paper.c.id == _listing.c.paper_id).where(_paper.c.published >= published)
        found: dict[date, tuple[int, int]] = {}
        for day, paper in self._connection.execute(listed).all():
            before, gone = found.get(day, (0, 0))
            found[day] = before + 1, gone + (paper not in shown)
        return found

    def past(self, source: str, entries: Sequence[Entry]) -> KnownOfSource:
        """Return what is known of ``source`` that helps to judge the entries of a page."""
        last = (
            select(_paper.c.abstract)
            .join(_listing, _listing.c.paper_id == _paper.c.id)
            .where(_listing.c.source == source)
            .order_by(_listing.c.day.desc())  # as the index on source and day has them
            .limit(LAST_PAPERS)
        )
        abstracts = self._connection.scalars(last).all()
        return KnownOfSource(
            renamed_titles(self._connection, source, entries), len(abstracts), sum(map(bool, abstracts))
        )

    def _day_before(self, source: str, day: date) -> date | None:
        query = select(_listing.c.day).where(_listing.c.source == source, _listing.c.day < day)
        return self._connection.scalars(query.order_by(_listing.c.day.desc()).limit(1)).first()

    def _keys_listed(self, source: str, day: date | None) -> frozenset[str]:
        if day is None:
            return frozenset()
        listed = select(_paper.c.key).join(_listing, _listing.c.paper_id == _paper.c.id)
        return frozenset(self._connection.scalars(listed.where(_listing.c.source == source, _listing.c.day == day)))

    def _weekday_counts(self, source: str, day: date) -> tuple[int, ...]:
        """Return how many papers the last digest days of the same weekday had, newest first."""
        same = [day - timedelta(weeks=n) for n in range(1, WEEKS_OF_HISTORY + 1)]
        query = (
            select(func.count())
            .where(_listing.c.source == source, _listing.c.day.in_(same))
            .group_by(_listing.c.day)
            .order_by(_listing.c.day.desc())
            .limit(OF_ONE_WEEKDAY)
        )
        return tuple(self._connection.scalars(query))

    # --- polls ---

    def record_poll(
        self, source: str, judged: Judged, new: int, pages: int, now: datetime, wait: Wait | None = None
    ) -> None:
        """Store a poll with its verdict.

        ``new``: number of papers never seen before.
        ``pages``: number of pages that were read.
        ``wait``: the chosen time until the next poll, None to wait for the configured ``every``.
        """
        row = {
            "source": source,
            "at": now,
            "verdict": judged.verdict.value,
            "reason": judged.reason,
            "new": new,
            "pages": pages,
            "wait": round(wait.time.total_seconds()) if wait else None,
            "wait_reason": wait.reason if wait else None,
        }
        self._connection.execute(_POLLED, row)

    def looks(self, source: str, since: datetime) -> list[Look]:
        """Return the polls of ``source`` since ``since``, oldest first."""
        query = select(_poll.c.at, _poll.c.verdict).where(_poll.c.source == source, _poll.c.at >= since)
        return [Look(row.at, Verdict(row.verdict)) for row in self._connection.execute(query.order_by(_poll.c.at))]

    def polls(self, source: str, limit: int = 10) -> list[Poll]:
        """Return the last ``limit`` polls of ``source``, newest first."""
        query = select(_poll).where(_poll.c.source == source).order_by(_poll.c.at.desc(), _poll.c.id.desc())
        return [_as_poll(row) for row in self._connection.execute(query.limit(limit))]

    def last_poll(self, source: str) -> Poll | None:
        """Return the last poll of ``source``, None before the first."""
        return next(iter(self.polls(source, 1)), None)


def _as_known(row: Any) -> KnownPage:
    return KnownPage(
        url=row.url,
        day=row.day,
        previous=row.previous,
        read_at=row.read_at,
        is_whole=row.is_whole,
        is_newest=row.is_newest,
        is_read=row.parser_version != NEVER_READ,
        failing_since=row.short_since,
    )


def _days_of(recent: list[list[Any]] | None) -> tuple[tuple[date, int], ...]:
    return tuple((date.fromisoformat(day), n) for day, n in recent or ())


def _those(column: ColumnElement[Any], values: Collection[Any]) -> Select[Any]:
    return select(column).where(column.in_(values))


def _recent(is_whole: bool, shown: int, history: DayHistory, today: date) -> list[tuple[date, int]]:
    """Return (day, number of papers) of the last days of a page, today first.

    Short days are included, since lists may become shorter for good. A partial or empty reading adds no day.
    """
    if not is_whole or not shown:
        return list(history.recent)
    return [(today, shown), *(one for one in history.recent if one[0] != today)][:RECENT]


def _short(
    judged: Judged, shown: frozenset[str], history: DayHistory, now: datetime
) -> tuple[datetime | None, str | None]:
    digest = set_digest(shown)
    if history.short_digest == digest:
        return history.short_since, digest
    return (now, digest) if judged.verdict in NOT_WHOLE else (None, None)


def _as_poll(row: Any) -> Poll:
    wait = None if row.wait is None else Wait(timedelta(seconds=row.wait), row.wait_reason or "")
    return Poll(row.source, row.at, Judged(Verdict(row.verdict), row.reason), row.new, row.pages, wait)
