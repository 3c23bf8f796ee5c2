"""Personal links of staff to the call, and the seats that they are redeemed for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "call_seats"
down_revision = "organisation_language"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("seat", sa.Column("call_of", sa.Text(), nullable=True))
    op.create_table(
        "call_link",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("session", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("seat", sa.Text(), nullable=True),
        sa.Column("refused", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["session"], ["session.id"], name=op.f("fk_call_link_session"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_link")),
        sa.UniqueConstraint("digest", name=op.f("uq_call_link_digest")),
    )
    op.create_index(op.f("ix_call_link_session"), "call_link", ["session"], unique=False)
