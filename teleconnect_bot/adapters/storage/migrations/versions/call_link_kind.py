"""What was rung for, audio or video, before a link to the call was used."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "call_link_kind"
down_revision = "time_before"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("call_link", sa.Column("kind", sa.Text(), nullable=True))
