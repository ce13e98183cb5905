"""Subscriptions of the database beside those of files; indexes of what is still to be done, as short as that is."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def partial(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def upgrade() -> None:
    op.drop_index("ix_paper_merged_into", "paper")
    partial("ix_paper_merged_into", "paper", ["merged_into"], "merged_into IS NOT NULL")
    partial("ix_paper_published", "paper", ["published"], "published IS NOT NULL")
    op.drop_index("ix_paper_waiting_since", "paper")
    partial("ix_paper_waiting_since", "paper", ["waiting_since"], "waiting_since IS NOT NULL")
    op.create_index("ix_listing_day", "listing", ["day", "paper_id"])
    partial("ix_match_same_as", "match", ["same_as"], "same_as IS NOT NULL")
    op.drop_index("ix_alert_delivery_id", "alert")
    partial("ix_alert_delivery_id", "alert", ["delivery_id"], "delivery_id IS NOT NULL")
    waiting = "delivery_id IS NULL AND dropped IS NULL"
    partial("ix_alert_waiting", "alert", ["receiver", "label", "due"], waiting)
    op.drop_index("ix_blank_delivery_id", "blank")
    partial("ix_blank_delivery_id", "blank", ["delivery_id"], "delivery_id IS NOT NULL")
    partial("ix_blank_waiting", "blank", ["receiver", "label", "due"], "delivery_id IS NULL")
    _subscriptions()


def _subscriptions() -> None:
    op.add_column("subscription", sa.Column("origin", sa.Text(), nullable=False, server_default="file"))
    op.add_column("subscription", sa.Column("woken", sa.DateTime(timezone=True)))
    op.add_column("subscription", sa.Column("changed_in", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.drop_index("uq_subscription_owner_name", "subscription")
    columns, is_active = ["origin", "owner", "name"], sa.text("gone_at IS NULL")
    op.create_index(
        "uq_subscription_origin_owner_name",
        "subscription",
        columns,
        unique=True,
        sqlite_where=is_active,
        postgresql_where=is_active,
    )
    op.create_index("ix_subscription_owner_name", "subscription", ["owner", "name"])
    op.create_index("ix_subscription_changed_in", "subscription", ["changed_in", "id"])
    partial("ix_subscription_of_files", "subscription", ["id"], "origin = 'file'")
    op.drop_index("ix_subscription_sign_due", "subscription")
    for column in ("next_due", "woken", "sign_due"):
        partial(f"ix_subscription_{column}", "subscription", [column], f"{column} IS NOT NULL")
    op.execute(
        "UPDATE subscription SET woken = created_at WHERE next_due IS NULL AND gone_at IS NULL AND EXISTS "
        "(SELECT 1 FROM match WHERE match.subscription_id = subscription.id AND match.fate = 'held')"
    )
