"""A person may ask that everything be deleted at once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "deletion_asked"
down_revision = "asking_for_a_place"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("seat") as seat:
        seat.add_column(sa.Column("deletion_asked", sa.Boolean(), nullable=False, server_default=sa.false()))
        seat.alter_column("deletion_asked", server_default=None)
