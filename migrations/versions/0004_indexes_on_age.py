"""What is deleted after a while is found by its age."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_index("ix_metric_at", "metric", ["at", "listing_id"])
    op.create_index("ix_attempt_at", "attempt", ["at", "delivery_id", "n"])
    op.create_index("ix_poll_at", "poll", ["at", "id"])
