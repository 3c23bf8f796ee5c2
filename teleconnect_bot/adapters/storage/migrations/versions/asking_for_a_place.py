"""Another browser asks for a place that is taken, or for one more."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "asking_for_a_place"
down_revision = "device_test"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("seat", sa.Column("moves", sa.Text(), nullable=True))
    with op.batch_alter_table("link") as link:
        link.add_column(sa.Column("added", sa.Integer(), nullable=False, server_default="0"))
        link.alter_column("added", server_default=None)
