"""When somebody last asked for a new link."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "link_asked_at"
down_revision = "which_database_this_is"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("link", sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True))
