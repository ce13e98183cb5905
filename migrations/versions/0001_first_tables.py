"""The first tables: papers, subscriptions, matches, deliveries, pages and polls.

Types are written out here and not taken from the program, which goes on changing.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

INSTANT = sa.DateTime(timezone=True)
DAY = sa.String(10)


def upgrade() -> None:
    op.create_table(
        "endpoint",
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("failing_since", INSTANT),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("next_try", INSTANT),
        sa.Column("told_at", INSTANT),
        sa.Column("last_reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("receiver", "label", name=op.f("pk_endpoint")),
    )
    op.create_table(
        "incident",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("began", INSTANT, nullable=False),
        sa.Column("ended", INSTANT),
        sa.Column("told_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
    )
    op.create_index(
        "uq_incident_kind_subject",
        "incident",
        ["kind", "subject"],
        unique=True,
        sqlite_where=sa.text("ended IS NULL"),
        postgresql_where=sa.text("ended IS NULL"),
    )
    op.create_table(
        "page",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("etag", sa.Text()),
        sa.Column("modified", sa.Text()),
        sa.Column("parser_version", sa.Integer(), nullable=False),
        sa.Column("day", DAY),
        sa.Column("previous", DAY),
        sa.Column("is_newest", sa.Boolean(), nullable=False),
        sa.Column("is_whole", sa.Boolean(), nullable=False),
        sa.Column("read_at", INSTANT, nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.Column("short_since", INSTANT),
        sa.Column("short_digest", sa.String(length=64)),
        sa.PrimaryKeyConstraint("source", "url", name=op.f("pk_page")),
    )
    op.create_index("ix_page_source_day", "page", ["source", "day"])
    op.create_table(
        "paper",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("merged_into", sa.Integer()),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_folded", sa.Text(), nullable=False),
        sa.Column("abstract", sa.Text(), nullable=False),
        sa.Column("authors", sa.JSON(), nullable=False),
        sa.Column("arxiv_id", sa.Text()),
        sa.Column("version", sa.Integer()),
        sa.Column("doi", sa.Text()),
        sa.Column("url", sa.Text()),
        sa.Column("organization", sa.Text()),
        sa.Column("published", INSTANT),
        sa.Column("first_seen", INSTANT, nullable=False),
        sa.Column("summary", sa.Text()),
        sa.Column("keywords", sa.JSON(), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("submitter", sa.Text()),
        sa.Column("code_url", sa.Text()),
        sa.Column("project_url", sa.Text()),
        sa.Column("thumbnail", sa.Text()),
        sa.Column("waiting_since", INSTANT),
        sa.ForeignKeyConstraint(["merged_into"], ["paper.id"], name=op.f("fk_paper_merged_into")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper")),
    )
    op.create_index(op.f("ix_paper_first_seen"), "paper", ["first_seen"])
    op.create_index(op.f("ix_paper_merged_into"), "paper", ["merged_into"])
    op.create_index(op.f("ix_paper_title_folded"), "paper", ["title_folded"])
    op.create_index(op.f("ix_paper_waiting_since"), "paper", ["waiting_since"])
    op.create_table(
        "poll",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poll")),
    )
    op.create_index("ix_poll_source_at", "poll", ["source", "at"])
    op.create_table(
        "rules_generation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_rules_generation_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rules_generation")),
    )
    op.create_table(
        "subscription",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("rule_digest", sa.Text(), nullable=False),
        sa.Column("sources", sa.JSON(), nullable=False),
        sa.Column("endpoints", sa.JSON(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("next_due", INSTANT),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("gone_at", INSTANT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
    )
    op.create_index(
        "uq_subscription_owner_name",
        "subscription",
        ["owner", "name"],
        unique=True,
        sqlite_where=sa.text("gone_at IS NULL"),
        postgresql_where=sa.text("gone_at IS NULL"),
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("lease", INSTANT),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT),
        sa.Column("replay_of", sa.String(length=32)),
        sa.Column("incident_id", sa.Integer()),
        sa.CheckConstraint("(state = 'sending') = (lease IS NOT NULL)", name=op.f("ck_delivery_lease_while_sending")),
        sa.CheckConstraint(
            "state IN ('pending', 'sending', 'sent', 'dead', 'cancelled', 'folded')", name=op.f("ck_delivery_state")
        ),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_delivery_incident_id")),
        sa.ForeignKeyConstraint(["replay_of"], ["delivery.id"], name=op.f("fk_delivery_replay_of")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
    )
    op.create_index("ix_delivery_receiver_label_state", "delivery", ["receiver", "label", "state"])
    op.create_index("ix_delivery_state", "delivery", ["state"])
    op.create_index(
        "uq_delivery_one_in_flight",
        "delivery",
        ["receiver", "label"],
        unique=True,
        sqlite_where=sa.text("state = 'sending'"),
        postgresql_where=sa.text("state = 'sending'"),
    )
    op.create_table(
        "listing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("day", DAY),
        sa.Column("rank", sa.Integer()),
        sa.Column("upvotes", sa.Integer()),
        sa.Column("comments", sa.Integer()),
        sa.Column("read_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name=op.f("fk_listing_paper_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing")),
    )
    op.create_index(
        "uq_listing_paper_source_day", "listing", ["paper_id", "source", sa.text("coalesce(day, '')")], unique=True
    )
    op.create_index("ix_listing_source_day", "listing", ["source", "day"])
    op.create_table(
        "match",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subscription_id", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.Integer(), nullable=False),
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.Column("fate", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("strong", sa.Boolean(), nullable=False),
        sa.Column("places", sa.JSON(), nullable=False),
        sa.Column("matched_at", INSTANT, nullable=False),
        sa.Column("same_as", sa.Integer()),
        sa.CheckConstraint("fate IN ('held', 'owed', 'baseline', 'dropped')", name=op.f("ck_match_fate")),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name=op.f("fk_match_paper_id")),
        sa.ForeignKeyConstraint(["same_as"], ["match.id"], name=op.f("fk_match_same_as")),
        sa.ForeignKeyConstraint(["subscription_id"], ["subscription.id"], name=op.f("fk_match_subscription_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match")),
    )
    op.create_index(op.f("ix_match_paper_id"), "match", ["paper_id"])
    op.create_index("ix_match_subscription_fate", "match", ["subscription_id", "fate"])
    op.create_index(
        "uq_match_subscription_paper_occasion",
        "match",
        ["subscription_id", "paper_id", "occasion"],
        unique=True,
        sqlite_where=sa.text("same_as IS NULL"),
        postgresql_where=sa.text("same_as IS NULL"),
    )
    op.create_table(
        "paper_key",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("paper_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name=op.f("fk_paper_key_paper_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_paper_key")),
    )
    op.create_index(op.f("ix_paper_key_paper_id"), "paper_key", ["paper_id"])
    op.create_table(
        "alert",
        sa.Column("match_id", sa.Integer(), nullable=False),
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("due", INSTANT, nullable=False),
        sa.Column("delivery_id", sa.String(length=32)),
        sa.Column("dropped", sa.Text()),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name=op.f("fk_alert_delivery_id")),
        sa.ForeignKeyConstraint(["match_id"], ["match.id"], name=op.f("fk_alert_match_id")),
        sa.PrimaryKeyConstraint("match_id", "receiver", "label", name=op.f("pk_alert")),
    )
    op.create_index(op.f("ix_alert_delivery_id"), "alert", ["delivery_id"])
    op.create_index("ix_alert_receiver_label_due", "alert", ["receiver", "label", "due"])
    op.create_table(
        "attempt",
        sa.Column("delivery_id", sa.String(length=32), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name=op.f("fk_attempt_delivery_id")),
        sa.PrimaryKeyConstraint("delivery_id", "n", name=op.f("pk_attempt")),
    )
    op.create_table(
        "metric",
        sa.Column("listing_id", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("upvotes", sa.Integer()),
        sa.Column("comments", sa.Integer()),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_metric_listing_id")),
        sa.PrimaryKeyConstraint("listing_id", "at", name=op.f("pk_metric")),
    )
