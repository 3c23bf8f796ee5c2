"""The time that people know while a new one waits for the interpreter."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "time_before"
down_revision = "native_guests"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("session", sa.Column("time_before", sa.DateTime(timezone=True), nullable=True))
