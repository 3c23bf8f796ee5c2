"""The tokens of native Matrix guests."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "native_guests"
down_revision = "call_seats"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "guest_token",
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("session", sa.Text(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["session"], ["session.id"], name="fk_guest_token_session", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user", name="pk_guest_token"),
    )
    op.create_index("ix_guest_token_session", "guest_token", ["session"])
