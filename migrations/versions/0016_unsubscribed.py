"""Endpoints that asked to be told nothing more of a subscription."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "unsubscribed",
        sa.Column("subscription_id", sa.Integer(), nullable=False),
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["subscription_id"], ["subscription.id"], name=op.f("fk_unsubscribed_subscription_id")),
        sa.PrimaryKeyConstraint("subscription_id", "receiver", "label", name=op.f("pk_unsubscribed")),
    )
