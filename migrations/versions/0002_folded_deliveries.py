"""Which summary took the place of a delivery that an endpoint missed."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("delivery", sa.Column("folded_into", sa.String(length=32)))
    op.create_index("ix_delivery_folded_into", "delivery", ["folded_into"])
