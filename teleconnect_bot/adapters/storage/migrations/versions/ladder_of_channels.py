"""What a message's ladder needs, who answered STOP, and what was spent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "ladder_of_channels"
down_revision = "deletion_asked"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("link", sa.Column("more", sa.LargeBinary(), nullable=True))
    op.add_column("link", sa.Column("opted_out", sa.LargeBinary(), nullable=True))
    op.add_column("message", sa.Column("fallbacks", sa.LargeBinary(), nullable=True))
    op.add_column("message", sa.Column("replaces", sa.Text(), nullable=True))
    op.add_column("message", sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("message", sa.Column("late", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "spend_counter",
        sa.Column("counted", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("counted", name=op.f("pk_spend_counter")),
    )
    op.create_index(op.f("ix_spend_counter_until"), "spend_counter", ["until"])
