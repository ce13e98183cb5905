"""What authors remark on a paper: its length, where it will appear, where its code is."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("paper", sa.Column("note", sa.Text()))
