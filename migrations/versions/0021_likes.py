"""Libraries of papers that subscriptions like, and because of which of them a match is told."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.create_table(
        "library",
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("papers", sa.JSON(), nullable=False),
    )
    op.add_column("subscription", sa.Column("library", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.add_column("match", sa.Column("because", sa.JSON()))
