"""Other forms of papers that sources claim (preprints, articles), and how far a paper has come."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.add_column("paper", sa.Column("stage", sa.Text()))
    op.create_table(
        "paper_form",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("paper_id", sa.Integer(), nullable=False),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name=op.f("fk_paper_form_paper_id")),
        sa.PrimaryKeyConstraint("key", "paper_id", name=op.f("pk_paper_form")),
    )
    op.create_index("ix_paper_form_paper_id", "paper_form", ["paper_id"])
