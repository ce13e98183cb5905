"""What readers said of papers that they were told: useful, or not for them."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_table(
        "thumb",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subscription_id", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.Integer(), nullable=False),
        sa.Column("up", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["subscription_id"], ["subscription.id"], name="fk_thumb_subscription_id"),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name="fk_thumb_paper_id"),
        sa.PrimaryKeyConstraint("id", name="pk_thumb"),
    )
    op.create_index("uq_thumb_subscription_paper", "thumb", ["subscription_id", "paper_id"], unique=True)
    op.create_index("ix_thumb_paper_id", "thumb", ["paper_id"])
