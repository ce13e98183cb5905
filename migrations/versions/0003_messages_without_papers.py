"""Empty digests and signs of life; papers told in short form; when a subscription was last told."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("alert", sa.Column("short", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("subscription", sa.Column("last_due", INSTANT))
    op.add_column("subscription", sa.Column("sign_due", INSTANT))
    op.create_index("ix_subscription_sign_due", "subscription", ["sign_due"])
    op.create_table(
        "blank",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subscription_id", sa.Integer(), nullable=False),
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("due", INSTANT, nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.Column("delivery_id", sa.String(length=32)),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name=op.f("fk_blank_delivery_id")),
        sa.ForeignKeyConstraint(["subscription_id"], ["subscription.id"], name=op.f("fk_blank_subscription_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blank")),
    )
    op.create_index(
        "uq_blank_told_once", "blank", ["subscription_id", "receiver", "label", "kind", "since"], unique=True
    )
    op.create_index("ix_blank_delivery_id", "blank", ["delivery_id"])
