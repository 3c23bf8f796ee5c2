"""The channel that a requester chose, and their own note."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "channel_and_note"
down_revision = "interpreters"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("session", sa.Column("via", sa.Text(), nullable=True))
    op.add_column("session", sa.Column("note", sa.LargeBinary(), nullable=True))
