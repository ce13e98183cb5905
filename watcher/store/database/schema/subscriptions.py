"""Tables of subscriptions, the generation of their rules, ``never:`` lists, thumbs and mutes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    false,
    func,
    or_,
    text,
)

from watcher.store.database.schema.base import UtcDateTime, metadata, partial_index

subscription = Table(
    "subscription",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("origin", Text, nullable=False, default="file", server_default="file"),  # the config's files, the database
    Column("owner", Text, nullable=False, default=""),
    Column("name", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("rule_digest", Text, nullable=False),  # of rule and sources: what makes an edit an edit
    Column("sources", JSON, nullable=False, default=list),
    Column("library", Text, nullable=False, default="", server_default=text("''")),  # what it likes
    Column("endpoints", JSON, nullable=False, default=list),  # [[receiver, label], …]
    Column("settings", JSON, nullable=False, default=dict),  # to, when, timezone, quiet hours, backfill
    Column("next_due", UtcDateTime),
    Column("last_due", UtcDateTime),  # when its last digest was made, empty or not
    Column("woken", UtcDateTime),  # told immediately, with something held since
    Column("sign_due", UtcDateTime),  # when its next sign of life is due, where it asks for them
    Column("paused", Boolean, nullable=False, default=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("gone_at", UtcDateTime),
    Column("changed_in", Integer, nullable=False, default=0, server_default=text("0")),  # of the rules' generations
    Index("ix_subscription_owner_name", "owner", "name"),
    Index("ix_subscription_changed_in", "changed_in", "id"),
)

partial_index(
    subscription.c.gone_at.is_(None),
    "uq_subscription_origin_owner_name",
    subscription.c.origin,
    subscription.c.owner,
    subscription.c.name,
    unique=True,
)

partial_index(subscription.c.library != text("''"), "ix_subscription_library", subscription.c.library)

of_files = subscription.c.origin == text("'file'")

partial_index(of_files, "ix_subscription_of_files", subscription.c.id)

for _due in (subscription.c.next_due, subscription.c.woken, subscription.c.sign_due):
    partial_index(_due.is_not(None), f"ix_subscription_{_due.name}", _due)


def rests_of(asked: Any) -> ColumnElement[bool]:
    """Return the SQL condition that what a subscription matches is held, whatever its schedule.

    ``asked``: the table of subscriptions, or an alias of it.
    """
    return or_(asked.c.paused, func.coalesce(asked.c.settings["is_unnamed"].as_boolean(), false()))


rests = rests_of(subscription)
"""Whether what a subscription matches is held, whatever its schedule."""

shown_as = func.coalesce(subscription.c.settings["shown_as"].as_string(), "")
"""SQL expression for a subscription's display name, "" to show its name."""

library = Table(
    "library",
    metadata,
    Column("name", Text, primary_key=True),  # of what is in it: equal libraries are one row
    Column("papers", JSON, nullable=False),  # [[title, abstract, keywords, keys], …]
)

rules_generation = Table(
    "rules_generation",
    metadata,
    Column("id", Integer, primary_key=True),  # always 1
    Column("generation", Integer, nullable=False),
    CheckConstraint("id = 1", name="one_row"),
)

unsubscribed = Table(
    "unsubscribed",
    metadata,
    Column("subscription_id", ForeignKey("subscription.id"), nullable=False),
    Column("receiver", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    PrimaryKeyConstraint("subscription_id", "receiver", "label"),
)
"""Endpoints that have left a subscription by the link in a mail."""

never = Table(
    "never",
    metadata,
    Column("id", Integer, primary_key=True),  # in the order of the lists
    Column("owner", Text, nullable=False, default=""),  # whose subscriptions it is about; empty for all
    Column("written", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Index("uq_never_owner_written", "owner", "written", unique=True),
)

thumb = Table(
    "thumb",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("subscription_id", ForeignKey("subscription.id"), nullable=False),
    Column("paper_id", ForeignKey("paper.id"), nullable=False, index=True),
    Column("up", Boolean, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("uq_thumb_subscription_paper", "subscription_id", "paper_id", unique=True),
)

mute = Table(
    "mute",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("subscription_id", ForeignKey("subscription.id")),
    Column("paper_id", ForeignKey("paper.id")),
    Column("since", UtcDateTime, nullable=False),
    Column("until", UtcDateTime, nullable=False),
    CheckConstraint("(subscription_id IS NULL) <> (paper_id IS NULL)", name="one_subject"),
    Index("uq_mute_subscription_id", "subscription_id", unique=True),
    Index("uq_mute_paper_id", "paper_id", unique=True),
)
