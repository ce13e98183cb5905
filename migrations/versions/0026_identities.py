"""Ids of the authors of papers, and of the places where they work."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    for name in ("author_ids", "org_ids"):
        op.add_column("paper", sa.Column(name, sa.JSON()))
