"""What requesters choose for themselves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "requester_settings"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "requester_settings",
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("language", sa.LargeBinary(), nullable=True),
        sa.Column("zone", sa.LargeBinary(), nullable=True),
        sa.Column("email", sa.LargeBinary(), nullable=True),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("user", name=op.f("pk_requester_settings")),
    )
