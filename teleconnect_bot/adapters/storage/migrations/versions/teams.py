"""Teams that share sessions, and sessions that belong to nobody any more."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "teams"
down_revision = "ladder_of_channels"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("session", sa.Column("team_members", sa.JSON(), nullable=True))
    op.add_column("session", sa.Column("orphaned_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE session SET team_members = '[]'")
