"""How many files each seat has sent, and how many bytes together."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "uploads_of_a_seat"
down_revision = "call_link_kind"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "seat_uploads",
        sa.Column("seat", sa.Text(), nullable=False),
        sa.Column("session", sa.Text(), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["session"], ["session.id"], name="fk_seat_uploads_session", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("seat", name="pk_seat_uploads"),
    )
    op.create_index("ix_seat_uploads_session", "seat_uploads", ["session"])
