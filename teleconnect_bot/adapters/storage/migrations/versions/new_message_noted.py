"""Whether an absent person was told that something was written for them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "new_message_noted"
down_revision = "link_asked_at"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("session") as session:
        session.add_column(sa.Column("message_noted", sa.Boolean(), nullable=False, server_default=sa.false()))
        session.alter_column("message_noted", server_default=None)
