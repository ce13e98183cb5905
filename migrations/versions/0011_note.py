"""Add authors' remarks on a paper: its length, its venue, the place of its code."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("paper", sa.Column("note", sa.Text()))
