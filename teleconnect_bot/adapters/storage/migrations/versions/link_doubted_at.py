"""When somebody last said of a link that is used that it is not for them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "link_doubted_at"
down_revision = "uploads_of_a_seat"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("link", sa.Column("doubted_at", sa.DateTime(timezone=True), nullable=True))
