"""Add the papers of interest that a paper cites, and OpenAlex's names of them."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.add_column("paper", sa.Column("cited_ids", sa.JSON()))
    op.create_table(
        "cited",
        sa.Column("key", sa.Text(), primary_key=True),
        sa.Column("work", sa.Text()),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_cited_work", "cited", ["work"])
