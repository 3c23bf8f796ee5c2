"""Invitations that are being put together."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "dialogue"
down_revision = "channel_and_note"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "dialogue",
        sa.Column("session", sa.Text(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["session"], ["session.id"], name=op.f("fk_dialogue_session"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("session", name=op.f("pk_dialogue")),
    )
