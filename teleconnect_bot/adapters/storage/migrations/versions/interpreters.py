"""Interpreting organisations, and what a session asks of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "interpreters"
down_revision = "calendar_sequence"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in ("sought_since", "ask_next_at", "held_back_since"):
        op.add_column("session", sa.Column(column, sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "organisation",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("room", sa.Text(), nullable=True),
        sa.Column("may_decline", sa.Boolean(), nullable=False),
        sa.Column("alone_for", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
    )
    op.create_table(
        "interpreter_offer",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("session", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("alone_for", sa.Float(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("link", sa.Text(), nullable=True),
        sa.Column("user", sa.Text(), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["session"], ["session.id"], name=op.f("fk_interpreter_offer_session"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interpreter_offer")),
        sa.UniqueConstraint("digest", name=op.f("uq_interpreter_offer_digest")),
    )
    op.create_index(op.f("ix_interpreter_offer_session"), "interpreter_offer", ["session"], unique=False)
