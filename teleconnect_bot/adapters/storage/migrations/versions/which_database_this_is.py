"""Which database this is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "which_database_this_is"
down_revision = "requester_settings"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "installation",
        sa.Column("database", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("database", name=op.f("pk_installation")),
    )
