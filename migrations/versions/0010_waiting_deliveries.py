"""Indexes on what waits to be sent."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    pending = sa.text("state = 'pending'")
    op.create_index(
        "ix_delivery_waiting",
        "delivery",
        ["receiver", "label", "created_at", "part", "id"],
        sqlite_where=pending,
        postgresql_where=pending,
    )
    odd = sa.text("state = 'pending' AND (fence > 0 OR kind <> 'digest' OR replay_of IS NOT NULL)")
    op.create_index("ix_delivery_odd", "delivery", ["receiver", "label"], sqlite_where=odd, postgresql_where=odd)
