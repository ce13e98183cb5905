"""How far back the lists of papers that cite a paper were read."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.add_column("cited", sa.Column("reached", sa.String(10)))
