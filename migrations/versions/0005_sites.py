"""Sites and whose turn it is to ask them, over all daemons."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "site",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("free_at", INSTANT),
        sa.Column("closed_until", INSTANT),
        sa.Column("holder", sa.Text()),
        sa.Column("lease", INSTANT),
        sa.Column("is_public", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_site")),
    )
