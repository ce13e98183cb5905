"""Tables of pages and polls of sources, and of turns at their sites."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Index, Integer, PrimaryKeyConstraint, String, Table, Text, false, text

from watcher.store.database.schema.base import IsoDay, UtcDateTime, metadata

page = Table(
    "page",
    metadata,
    Column("source", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("etag", Text),
    Column("modified", Text),
    Column("parser_version", Integer, nullable=False),
    Column("day", IsoDay),
    Column("previous", IsoDay),  # a 304 has no body: where the walk goes on is remembered here
    Column("is_newest", Boolean, nullable=False, default=False),
    Column("is_whole", Boolean, nullable=False, default=True),  # unless its last reading was partial
    Column("read_at", UtcDateTime, nullable=False),  # last answered, by a body that was read or by a 304
    Column("shown", Integer, nullable=False, default=0),  # papers in its last accepted reading
    Column("short_since", UtcDateTime),  # since when it shows fewer
    Column("short_digest", String(64)),  # which ones: a smaller set that stands for a day is taken as true
    Column("recent", JSON),  # [[day, papers], …]: what it showed on its last days, newest first
    PrimaryKeyConstraint("source", "url"),
    Index("ix_page_source_day", "source", "day"),
)

poll = Table(
    "poll",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("reason", Text, nullable=False, default=""),
    Column("new", Integer, nullable=False, default=0),  # papers never seen before
    Column("pages", Integer, nullable=False, default=0),
    Column("wait", Integer),  # seconds until the next one, but for jitter
    Column("wait_reason", Text),
    Index("ix_poll_source_at", "source", "at"),
    Index("ix_poll_at", "at", "id"),
)

cited = Table(
    "cited",
    metadata,
    Column("key", Text, primary_key=True),  # arxiv:… or doi:… of a paper whose citations a source asks for
    Column("work", Text),  # what OpenAlex calls it, null if it does not know it
    Column("title", Text, nullable=False),
    Column("looked_at", UtcDateTime, nullable=False),
    Column("reached", IsoDay),  # day of publication down to which what cites it was read, null until it is
    Index("ix_cited_work", "work"),
)

site = Table(
    "site",
    metadata,
    Column("name", Text, primary_key=True),  # a host with its port, a domain whose hosts take turns, or a limit of it
    Column("free_at", UtcDateTime),  # before that no request begins
    Column("closed_until", UtcDateTime),  # until then it asked to be left alone
    Column("holder", Text),  # the process whose request is under way
    Column("lease", UtcDateTime),
    Column("is_public", Boolean, nullable=False, default=False, server_default=false()),  # it may not turn inward
    Column("spent", Integer, nullable=False, default=0, server_default=text("0")),  # what the requests of a day cost
    Column("spent_on", IsoDay),  # that day, in UTC
)
