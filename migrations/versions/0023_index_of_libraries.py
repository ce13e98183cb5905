"""An index of the subscriptions beside libraries: which libraries are in use, and which of them grow with stars."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    has_one = sa.text("library != ''")
    op.create_index(
        "ix_subscription_library", "subscription", ["library"], sqlite_where=has_one, postgresql_where=has_one
    )
