"""How far back lists of citing papers were read; which record claims another form; no listings of days far ahead."""

from datetime import UTC, datetime, timedelta

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
    _bring_back(op.get_bind())


def _bring_back(connection: sa.Connection) -> None:
    """List papers of days more than a month ahead under the day on which they were first seen."""
    limit = (datetime.now(UTC) + timedelta(days=31)).date().isoformat()
    far = sa.text(
        "SELECT listing.id, paper_id, source, first_seen"
        " FROM listing JOIN paper ON paper.id = paper_id WHERE day > :day"
    )
    for id, paper_id, source, first_seen in connection.execute(far, {"day": limit}).all():
        seen = (first_seen if isinstance(first_seen, str) else first_seen.astimezone(UTC).isoformat())[:10]
        place = {"paper": paper_id, "source": source, "day": seen}
        same = sa.text("SELECT id FROM listing WHERE paper_id = :paper AND source = :source AND day = :day")
        if connection.execute(same, place).first() is None:
            connection.execute(sa.text("UPDATE listing SET day = :day WHERE id = :id"), {"day": seen, "id": id})
        else:
            connection.execute(sa.text("DELETE FROM metric WHERE listing_id = :id"), {"id": id})
            connection.execute(sa.text("DELETE FROM listing WHERE id = :id"), {"id": id})
