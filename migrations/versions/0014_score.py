"""How much a paper is about what matched it; unknown of matches from before."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.add_column("match", sa.Column("score", sa.Float()))
