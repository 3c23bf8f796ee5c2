"""How often the time of a session was changed in calendars."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "calendar_sequence"
down_revision = "new_message_noted"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("session") as session:
        session.add_column(sa.Column("calendar_sequence", sa.Integer(), nullable=False, server_default="0"))
        session.alter_column("calendar_sequence", server_default=None)
