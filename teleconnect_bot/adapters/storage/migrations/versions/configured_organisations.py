"""Which organisations follow the configuration, and in which order they are asked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "configured_organisations"
down_revision = "teams"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("organisation", sa.Column("configured", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("organisation", sa.Column("position", sa.Integer(), nullable=False, server_default="0"))
