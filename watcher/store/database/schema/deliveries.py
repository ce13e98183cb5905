"""Tables of alerts, deliveries and attempts, of endpoints and incidents, and of messages without papers."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    false,
    text,
)

from watcher.store.database.schema.base import UtcDateTime, metadata, partial_index

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

partial_index(incident.c.ended.is_(None), "uq_incident_kind_subject", incident.c.kind, incident.c.subject, unique=True)

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

partial_index(
    delivery.c.state == text("'sending'"),
    "uq_delivery_one_in_flight",
    delivery.c.receiver,
    delivery.c.label,
    unique=True,
)

partial_index(
    delivery.c.state == text("'pending'"),
    "ix_delivery_waiting",  # the next message of each endpoint, however many wait
    delivery.c.receiver,
    delivery.c.label,
    delivery.c.created_at,
    delivery.c.part,
    delivery.c.id,
)

is_odd = text("state = 'pending' AND (fence > 0 OR kind <> 'digest' OR replay_of IS NOT NULL)")

partial_index(is_odd, "ix_delivery_odd", delivery.c.receiver, delivery.c.label)

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

partial_index(alert.c.delivery_id.is_not(None), "ix_alert_delivery_id", alert.c.delivery_id)

_is_waiting = alert.c.delivery_id.is_(None) & alert.c.dropped.is_(None)

partial_index(
    _is_waiting, "ix_alert_waiting", alert.c.receiver, alert.c.label, alert.c.due
)  # as small as what is still to be told, however many alerts were told

kept = Table(
    "kept",
    metadata,
    Column("paper_id", ForeignKey("paper.id"), nullable=False),
    Column("receiver", Text, nullable=False),  # a name under `keep:`
    Column("at", UtcDateTime, nullable=False),
    Column("delivery_id", ForeignKey("delivery.id"), nullable=False, index=True),
    PrimaryKeyConstraint("paper_id", "receiver"),  # kept once, whatever asks for it
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

partial_index(blank.c.delivery_id.is_not(None), "ix_blank_delivery_id", blank.c.delivery_id)

partial_index(blank.c.delivery_id.is_(None), "ix_blank_waiting", blank.c.receiver, blank.c.label, blank.c.due)

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
