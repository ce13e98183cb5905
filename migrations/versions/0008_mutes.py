"""Subscriptions and papers that nothing is told of for a while."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "mute",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subscription_id", sa.Integer()),
        sa.Column("paper_id", sa.Integer()),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.CheckConstraint("(subscription_id IS NULL) <> (paper_id IS NULL)", name=op.f("ck_mute_one_subject")),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name=op.f("fk_mute_paper_id")),
        sa.ForeignKeyConstraint(["subscription_id"], ["subscription.id"], name=op.f("fk_mute_subscription_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mute")),
    )
    op.create_index("uq_mute_subscription_id", "mute", ["subscription_id"], unique=True)
    op.create_index("uq_mute_paper_id", "mute", ["paper_id"], unique=True)
