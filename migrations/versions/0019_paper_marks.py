"""Papers that somebody starred or marked as read."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.create_table(
        "paper_mark",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("paper_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('star', 'read')", name=op.f("ck_paper_mark_kind")),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name=op.f("fk_paper_mark_paper_id")),
        sa.PrimaryKeyConstraint("person", "kind", "paper_id", name=op.f("pk_paper_mark")),
    )
    op.create_index("ix_paper_mark_paper_id", "paper_mark", ["paper_id"])
