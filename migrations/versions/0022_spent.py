"""What the requests of a day to a site have cost, of sites that answer only so much a day."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.add_column("site", sa.Column("spent", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.add_column("site", sa.Column("spent_on", sa.String(10)))
