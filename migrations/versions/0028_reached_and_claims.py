"""How far back lists of citing papers were read; which record claims another form of a paper, so that it can stop."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.add_column("cited", sa.Column("reached", sa.String(10)))
    op.create_table(
        "paper_claim",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("paper_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name=op.f("fk_paper_claim_paper_id")),
        sa.PrimaryKeyConstraint("key", "paper_id", "source", "record", name=op.f("pk_paper_claim")),
    )
    # Whoever made such a claim said so of the paper under the name that it is best known by.
    op.execute(
        "INSERT INTO paper_claim (key, paper_id, source, record, relation)"
        " SELECT form.key, paper_id, source, paper.key, relation"
        " FROM paper_form AS form JOIN paper ON paper.id = paper_id"
    )
    op.create_index("ix_paper_claim_paper_id", "paper_claim", ["paper_id"])
    op.drop_table("paper_form")
