"""Tables of what many daemons over one database agree on."""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table, Text

from watcher.store.database.schema.base import UtcDateTime, metadata

lease = Table(
    "lease",
    metadata,
    Column("name", Text, primary_key=True),  # what it is about: poll SOURCE
    Column("holder", Text, nullable=False),  # another one for each turn: the fence
    Column("until", UtcDateTime, nullable=False),
)

daemon = Table(
    "daemon",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("release", Text, nullable=False),
    Column("config", Text, nullable=False),  # digest of the config that it runs with
    Column("started_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
)

config_version = Table(
    "config_version",
    metadata,
    Column("n", Integer, primary_key=True),  # the highest one counts
    Column("digest", Text, nullable=False, index=True),
    Column("applied_at", UtcDateTime, nullable=False),
)
