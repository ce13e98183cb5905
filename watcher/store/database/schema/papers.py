"""Tables of papers, their keys, listings and numbers over time, and of the rules that they match."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    func,
    text,
)

from watcher.model.fields import LISTED, FieldKind
from watcher.store.database.schema.base import IsoDay, UtcDateTime, fact_columns, metadata, partial_index

paper = Table(
    "paper",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("merged_into", ForeignKey("paper.id")),  # the older row stays; this one only points at it
    Column("key", Text, nullable=False),  # the strongest of its keys, for people
    Column("title_folded", Text, nullable=False, index=True),
    Column("first_seen", UtcDateTime, nullable=False, index=True),
    *fact_columns(),
    Column("waiting_since", UtcDateTime),  # since when it waits for its abstract; it is not matched meanwhile
)

# Partial indexes: with NULL rows in them, the planner would use them to search for NULL.
partial_index(paper.c.merged_into.is_not(None), "ix_paper_merged_into", paper.c.merged_into)

partial_index(paper.c.published.is_not(None), "ix_paper_published", paper.c.published)

partial_index(paper.c.waiting_since.is_not(None), "ix_paper_waiting_since", paper.c.waiting_since)

paper_key = Table(
    "paper_key",
    metadata,
    Column("key", Text, primary_key=True),
    Column("paper_id", ForeignKey("paper.id"), nullable=False, index=True),
)

paper_claim = Table(
    "paper_claim",
    metadata,
    Column("key", Text, nullable=False),  # of another form of the paper: its preprint, its article
    Column("paper_id", ForeignKey("paper.id"), nullable=False, index=True),
    Column("source", Text, nullable=False),  # who says so
    Column("record", Text, nullable=False),  # the key of its record that says so
    Column("relation", Text, nullable=False),
    PrimaryKeyConstraint("key", "paper_id", "source", "record"),
)
"""What sources claim. It joins two papers only where both speak of the same work."""

listing = Table(
    "listing",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("paper_id", ForeignKey("paper.id"), nullable=False),
    Column("source", Text, nullable=False),
    Column("day", IsoDay),
    *(Column(one.attribute, Integer) for one in LISTED),
    Column("read_at", UtcDateTime, nullable=False),  # when these numbers were read
    Index("ix_listing_source_day", "source", "day"),
    Index("ix_listing_day", "day", "paper_id"),
)

Index(
    "uq_listing_paper_source_day",
    listing.c.paper_id,
    listing.c.source,
    func.coalesce(listing.c.day, text("''")),
    unique=True,
)

metric = Table(
    "metric",
    metadata,
    Column("listing_id", ForeignKey("listing.id"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    *(Column(one.attribute, Integer) for one in LISTED if one.kind is FieldKind.NUMBER),
    PrimaryKeyConstraint("listing_id", "at"),
    Index("ix_metric_at", "at", "listing_id"),
)

unfolded = Table(
    "unfolded",
    metadata,
    Column("paper_id", ForeignKey("paper.id"), primary_key=True),
    Column("ticket", Integer, nullable=False),  # another one with each change of the paper
)
"""Papers whose folded words are missing, or not those of their present texts."""

paper_mark = Table(
    "paper_mark",
    metadata,
    Column("person", Text, nullable=False),  # a name as `watcher export` takes it; "" for all together
    Column("paper_id", ForeignKey("paper.id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("person", "kind", "paper_id"),
    CheckConstraint("kind IN ('star', 'read')", name="kind"),
)

match = Table(
    "match",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("subscription_id", ForeignKey("subscription.id"), nullable=False),
    Column("paper_id", ForeignKey("paper.id"), nullable=False, index=True),
    Column("occasion", Text, nullable=False, default="first"),
    Column("fate", Text, nullable=False),
    Column("reason", Text, nullable=False, default=""),
    Column("strong", Boolean, nullable=False),  # what `score` says; all that is known of matches from before it
    Column("score", Float),
    Column("places", JSON, nullable=False, default=list),  # [[field, start, end, term], …]
    Column("because", JSON(none_as_null=True)),  # [[[title, key], …], [word, …]], where a library was asked
    Column("matched_at", UtcDateTime, nullable=False),
    Column("same_as", ForeignKey("match.id")),  # after a merge of papers: the match that stands for this one
    CheckConstraint("fate IN ('held', 'owed', 'baseline', 'dropped')", name="fate"),
)

partial_index(
    match.c.same_as.is_(None),
    "uq_match_subscription_paper_occasion",
    match.c.subscription_id,
    match.c.paper_id,
    match.c.occasion,
    unique=True,
)

partial_index(match.c.same_as.is_not(None), "ix_match_same_as", match.c.same_as)

Index("ix_match_subscription_fate", match.c.subscription_id, match.c.fate)
