"""The tables and their constraints. The migrations in ``migrations/`` must arrive at exactly this."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, get_type_hints

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    TypeDecorator,
    false,
    func,
    text,
)

from watcher.model import PaperFacts
from watcher.model.fields import FACTS, LISTED, FieldKind


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, stored and returned in UTC. Without this type SQLite returns instants without a zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive datetime cannot be stored: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        found: datetime = value
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


class IsoDay(TypeDecorator[date]):
    """A day stored as ``YYYY-MM-DD`` text: sorts as a date, and can be coalesced with ``''`` on every database."""

    impl = String(10)
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> str | None:
        return None if value is None else value.isoformat()

    def process_result_value(self, value: Any, dialect: Dialect) -> date | None:
        return None if value is None else date.fromisoformat(value)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _some(where: ColumnElement[bool], name: str, *columns: Column[Any], unique: bool = False) -> None:
    """Add an index of only those rows for which ``where`` holds."""
    Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)


def _facts() -> list[Column[Any]]:
    """Return a column for every fact of a paper, with the type of its field in ``PaperFacts``."""
    typed = get_type_hints(PaperFacts)
    columns: dict[Any, Callable[[str], Column[Any]]] = {
        str: lambda name: Column(name, Text, nullable=False, default=""),
        tuple[str, ...]: lambda name: Column(name, JSON, nullable=False, default=list),
        str | None: lambda name: Column(name, Text),
        int | None: lambda name: Column(name, Integer),
        datetime | None: lambda name: Column(name, UtcDateTime),
    }
    return [columns[typed[one.attribute]](one.attribute) for one in FACTS]


paper = Table(
    "paper",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("merged_into", ForeignKey("paper.id")),  # the older row stays; this one only points at it
    Column("key", Text, nullable=False),  # the strongest of its keys, for people
    Column("title_folded", Text, nullable=False, index=True),
    Column("first_seen", UtcDateTime, nullable=False, index=True),
    *_facts(),
    Column("waiting_since", UtcDateTime),  # since when it waits for its abstract; it is not matched meanwhile
)

# Partial indexes: with NULL rows in them, the planner would use them to search for NULL.
_some(paper.c.merged_into.is_not(None), "ix_paper_merged_into", paper.c.merged_into)
_some(paper.c.published.is_not(None), "ix_paper_published", paper.c.published)
_some(paper.c.waiting_since.is_not(None), "ix_paper_waiting_since", paper.c.waiting_since)

paper_key = Table(
    "paper_key",
    metadata,
    Column("key", Text, primary_key=True),
    Column("paper_id", ForeignKey("paper.id"), nullable=False, index=True),
)

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
_some(
    subscription.c.gone_at.is_(None),
    "uq_subscription_origin_owner_name",
    subscription.c.origin,
    subscription.c.owner,
    subscription.c.name,
    unique=True,
)
of_files = subscription.c.origin == text("'file'")
_some(of_files, "ix_subscription_of_files", subscription.c.id)
for _due in (subscription.c.next_due, subscription.c.woken, subscription.c.sign_due):
    _some(_due.is_not(None), f"ix_subscription_{_due.name}", _due)

rules_generation = Table(
    "rules_generation",
    metadata,
    Column("id", Integer, primary_key=True),  # always 1
    Column("generation", Integer, nullable=False),
    CheckConstraint("id = 1", name="one_row"),
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
    Column("strong", Boolean, nullable=False),
    Column("places", JSON, nullable=False, default=list),  # [[field, start, end, term], …]
    Column("matched_at", UtcDateTime, nullable=False),
    Column("same_as", ForeignKey("match.id")),  # after a merge of papers: the match that stands for this one
    CheckConstraint("fate IN ('held', 'owed', 'baseline', 'dropped')", name="fate"),
)
_some(
    match.c.same_as.is_(None),
    "uq_match_subscription_paper_occasion",
    match.c.subscription_id,
    match.c.paper_id,
    match.c.occasion,
    unique=True,
)
_some(match.c.same_as.is_not(None), "ix_match_same_as", match.c.same_as)
Index("ix_match_subscription_fate", match.c.subscription_id, match.c.fate)

endpoint = Table(
    "endpoint",
    metadata,
    Column("receiver", Text, nullable=False),
    Column("label", Text, nullable=False, default=""),
    Column("failing_since", UtcDateTime),
    Column("failures", Integer, nullable=False, default=0),
    Column("next_try", UtcDateTime),
    Column("told_at", UtcDateTime),
    Column("last_reason", Text, nullable=False, default=""),
    PrimaryKeyConstraint("receiver", "label"),
)

incident = Table(
    "incident",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("reason", Text, nullable=False, default=""),
    Column("began", UtcDateTime, nullable=False),
    Column("ended", UtcDateTime),
    Column("told_at", UtcDateTime),  # NULL until the operator is told, which may be never
)
_some(incident.c.ended.is_(None), "uq_incident_kind_subject", incident.c.kind, incident.c.subject, unique=True)

delivery = Table(
    "delivery",
    metadata,
    Column("id", String(32), primary_key=True),  # the stable key: travels with every try
    Column("kind", Text, nullable=False),
    Column("receiver", Text, nullable=False),
    Column("label", Text, nullable=False, default=""),
    Column("part", Integer, nullable=False, default=1),
    Column("parts", Integer, nullable=False, default=1),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False, default=""),
    Column("lease", UtcDateTime),
    Column("fence", Integer, nullable=False, default=0),
    Column("created_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Column("replay_of", ForeignKey("delivery.id")),
    Column("incident_id", ForeignKey("incident.id")),
    Column("folded_into", String(32), index=True),  # the summary that took this one's place
    CheckConstraint("(state = 'sending') = (lease IS NOT NULL)", name="lease_while_sending"),
    CheckConstraint("state IN ('pending', 'sending', 'sent', 'dead', 'cancelled', 'folded')", name="state"),
    Index("ix_delivery_receiver_label_state", "receiver", "label", "state"),
    Index("ix_delivery_state", "state"),
)
_some(
    delivery.c.state == text("'sending'"),
    "uq_delivery_one_in_flight",
    delivery.c.receiver,
    delivery.c.label,
    unique=True,
)

Index(
    "ix_delivery_waiting",  # the next message of each endpoint, however many wait
    delivery.c.receiver,
    delivery.c.label,
    delivery.c.created_at,
    delivery.c.part,
    delivery.c.id,
    sqlite_where=delivery.c.state == text("'pending'"),
    postgresql_where=delivery.c.state == text("'pending'"),
)
is_odd = text("state = 'pending' AND (fence > 0 OR kind <> 'digest' OR replay_of IS NOT NULL)")
Index("ix_delivery_odd", delivery.c.receiver, delivery.c.label, sqlite_where=is_odd, postgresql_where=is_odd)

alert = Table(
    "alert",
    metadata,
    Column("match_id", ForeignKey("match.id"), nullable=False),
    Column("receiver", Text, nullable=False),
    Column("label", Text, nullable=False, default=""),
    Column("due", UtcDateTime, nullable=False),
    Column("delivery_id", ForeignKey("delivery.id")),
    Column("short", Boolean, nullable=False, default=False, server_default=false()),  # over max_papers
    Column("dropped", Text),  # why it will not be told: merged, cancelled …
    PrimaryKeyConstraint("match_id", "receiver", "label"),
    Index("ix_alert_receiver_label_due", "receiver", "label", "due"),
)
_some(alert.c.delivery_id.is_not(None), "ix_alert_delivery_id", alert.c.delivery_id)
_is_waiting = alert.c.delivery_id.is_(None) & alert.c.dropped.is_(None)
_some(
    _is_waiting, "ix_alert_waiting", alert.c.receiver, alert.c.label, alert.c.due
)  # as small as what is still to be told, however many alerts were told

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

blank = Table(
    "blank",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("subscription_id", ForeignKey("subscription.id"), nullable=False),
    Column("receiver", Text, nullable=False),
    Column("label", Text, nullable=False, default=""),
    Column("kind", Text, nullable=False),  # of the delivery that it asks for: empty, sign of life
    Column("due", UtcDateTime, nullable=False),
    Column("since", UtcDateTime, nullable=False),  # nothing was told since
    Column("read", Integer, nullable=False),  # papers read since
    Column("delivery_id", ForeignKey("delivery.id")),
    Index("uq_blank_told_once", "subscription_id", "receiver", "label", "kind", "since", unique=True),
)

_some(blank.c.delivery_id.is_not(None), "ix_blank_delivery_id", blank.c.delivery_id)
_some(blank.c.delivery_id.is_(None), "ix_blank_waiting", blank.c.receiver, blank.c.label, blank.c.due)

attempt = Table(
    "attempt",
    metadata,
    Column("delivery_id", ForeignKey("delivery.id"), nullable=False),
    Column("n", Integer, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("reason", Text, nullable=False, default=""),
    Column("subject", Text, nullable=False, default=""),
    Column("size", Integer, nullable=False, default=0),
    Column("sha256", String(64), nullable=False, default=""),
    PrimaryKeyConstraint("delivery_id", "n"),
    Index("ix_attempt_at", "at", "delivery_id", "n"),
)

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

site = Table(
    "site",
    metadata,
    Column("name", Text, primary_key=True),  # a host with its port, or the domain whose hosts take turns
    Column("free_at", UtcDateTime),  # before that no request begins
    Column("closed_until", UtcDateTime),  # until then it asked to be left alone
    Column("holder", Text),  # the process whose request is under way
    Column("lease", UtcDateTime),
    Column("is_public", Boolean, nullable=False, default=False, server_default=false()),  # it may not turn inward
)

# --- what many daemons over one database agree on ---

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
