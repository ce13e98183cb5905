"""What a page showed on its last days, and when a source is looked at again and why."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("page", sa.Column("recent", sa.JSON()))
    op.add_column("poll", sa.Column("wait", sa.Integer()))
    op.add_column("poll", sa.Column("wait_reason", sa.Text()))
