"""Papers whose words are to be stored, for fast searches; the stored words themselves are made by the daemon."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "unfolded",
        sa.Column("paper_id", sa.Integer(), nullable=False),
        sa.Column("ticket", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name=op.f("fk_unfolded_paper_id")),
        sa.PrimaryKeyConstraint("paper_id", name=op.f("pk_unfolded")),
    )
