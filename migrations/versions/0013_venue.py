"""Where a paper appears: the conference, workshop or journal that its authors or a site name."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("paper", sa.Column("venue", sa.Text()))
