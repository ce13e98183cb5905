"""Papers that are kept somewhere: each once, in a delivery of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.create_table(
        "kept",
        sa.Column("paper_id", sa.Integer(), nullable=False),
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivery_id", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name=op.f("fk_kept_delivery_id")),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name=op.f("fk_kept_paper_id")),
        sa.PrimaryKeyConstraint("paper_id", "receiver", name=op.f("pk_kept")),
    )
    op.create_index("ix_kept_delivery_id", "kept", ["delivery_id"])
