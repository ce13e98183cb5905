"""What a publisher says of a paper that it takes back."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.add_column("paper", sa.Column("retraction", sa.Text()))
